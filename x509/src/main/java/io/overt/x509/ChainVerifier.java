package io.overt.x509;

import java.time.Instant;

/**
 * Decides whether a chain is good for a name at a time. The only maker of {@link VerifiedUpstream}.
 *
 * <p>Implementations are safe for use by any number of threads at once, take CPU time (a
 * millisecond and more: not for an event loop), do no input or output, and never throw: what goes
 * wrong inside is {@link UntrustedReason.Kind#INTERNAL}. The chain is hostile input, so the work on
 * it is bounded.
 */
public interface ChainVerifier {
    /**
     * Verifies {@code chain} for {@code name} as of {@code at}.
     *
     * @param at the only clock there is
     */
    Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at);
}
