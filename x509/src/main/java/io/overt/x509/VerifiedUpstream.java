package io.overt.x509;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Proof that a {@link ChainVerifier} of this package found a chain good: for this name, at this
 * time. There is no other way to have one, so code that takes it cannot be reached with a chain
 * that nobody verified.
 */
public final class VerifiedUpstream implements UpstreamStanding {
    private final PresentedChain chain;
    private final List<X509Certificate> path;
    private final ReferenceIdentity name;
    private final Instant verifiedAt;

    /**
     * @param path leaf first, trust anchor last
     */
    VerifiedUpstream(
            PresentedChain chain,
            List<X509Certificate> path,
            ReferenceIdentity name,
            Instant verifiedAt) {
        if (!path.getFirst().equals(chain.leaf())) {
            throw new IllegalArgumentException("path: starts with another certificate than chain");
        }
        this.chain = chain;
        this.path = List.copyOf(path);
        this.name = name;
        this.verifiedAt = verifiedAt;
    }

    /** The chain as it was presented, superfluous certificates included. */
    @Override
    public PresentedChain chain() {
        return chain;
    }

    /**
     * The path that was found: from the leaf to the trust anchor, both included, each certificate
     * signed with the key of the next. Its intermediates are among the presented ones, its last
     * certificate comes from the trust store. One certificate where the leaf itself is the anchor.
     */
    public List<X509Certificate> path() {
        return path;
    }

    /** The upstream's own certificate. */
    @Override
    public X509Certificate leaf() {
        return chain.leaf();
    }

    /** The name it was verified for. */
    @Override
    public ReferenceIdentity name() {
        return name;
    }

    /**
     * Whether the leaf that was verified names {@code other} too, as RFC 9525 matches names. It
     * does not say that the chain would verify for it: constraints on names were checked for {@link
     * #name} alone.
     */
    @Override
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

    /**
     * Whether every certificate of the path is within its validity at {@code at}: all of this proof
     * that depends on the time. Whoever keeps it for another connection with the very same chain
     * asks this there.
     */
    public boolean isWithinValidity(Instant at) {
        return path.stream()
                .noneMatch(
                        certificate ->
                                at.isBefore(certificate.getNotBefore().toInstant())
                                        // RFC 5280 §4.1.2.5: the last second is included.
                                        || !at.isBefore(
                                                certificate
                                                        .getNotAfter()
                                                        .toInstant()
                                                        .plusSeconds(1)));
    }

    @Override
    public String toString() {
        return "VerifiedUpstream[" + name.text() + ", " + CertificateFingerprint.of(leaf()) + "]";
    }
}
