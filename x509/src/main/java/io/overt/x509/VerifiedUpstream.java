package io.overt.x509;

import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Proof that a {@link ChainVerifier} of this package found a chain good: for this name, at this
 * time. There is no other way to have one, so code that takes it cannot be reached with a chain
 * that nobody verified.
 */
public final class VerifiedUpstream {
    private final PresentedChain chain;
    private final ReferenceIdentity name;
    private final Instant verifiedAt;

    VerifiedUpstream(PresentedChain chain, ReferenceIdentity name, Instant verifiedAt) {
        this.chain = chain;
        this.name = name;
        this.verifiedAt = verifiedAt;
    }

    /** The chain as it was presented, superfluous certificates included. */
    public PresentedChain chain() {
        return chain;
    }

    /** The upstream's own certificate. */
    public X509Certificate leaf() {
        return chain.leaf();
    }

    /** The name it was verified for. */
    public ReferenceIdentity name() {
        return name;
    }

    /**
     * Whether the leaf that was verified names {@code other} too, as RFC 9525 matches names. It
     * does not say that the chain would verify for it: constraints on names were checked for {@link
     * #name} alone.
     */
    public boolean names(ReferenceIdentity other) {
        try {
            return PresentedNames.of(leaf())
                    .filter(presented -> presented.match(other))
                    .isPresent();
        } catch (MalformedDerException _) {
            return false; // It verified, so this cannot be; and what cannot be read names nobody.
        }
    }

    /** The time it was verified for. */
    public Instant verifiedAt() {
        return verifiedAt;
    }

    @Override
    public String toString() {
        return "VerifiedUpstream[" + name.text() + ", " + CertificateFingerprint.of(leaf()) + "]";
    }
}
