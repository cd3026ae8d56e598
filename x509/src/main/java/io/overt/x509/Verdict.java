package io.overt.x509;

import java.util.List;

/** What a {@link ChainVerifier} found. */
public sealed interface Verdict {
    /** The chain is good. */
    record Verified(VerifiedUpstream upstream) implements Verdict {}

    /**
     * The chain is not good.
     *
     * @param reasons every reason that could be told apart, at least one, the leaf's own first
     */
    record Untrusted(List<UntrustedReason> reasons) implements Verdict {
        public Untrusted {
            reasons = List.copyOf(reasons);
            if (reasons.isEmpty()) {
                throw new IllegalArgumentException("untrusted without a reason");
            }
        }
    }
}
