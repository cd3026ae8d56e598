package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An upstream's chain that is not good, and whose faults a leaf of the untrusted issuing CA shows:
 * its own (names, validity, usage) because the recipe keeps them, its issuer's because that issuer
 * is unknown too.
 *
 * <p>Unlike {@link VerifiedUpstream} anybody may make one of any chain: whoever does can get
 * nothing but a leaf that no client trusts.
 */
public final class UntrustedUpstream implements UpstreamStanding {
    private final PresentedChain chain;
    private final ReferenceIdentity name;
    private final Instant judgedAt;
    private final List<UntrustedReason> reasons;

    private UntrustedUpstream(
            PresentedChain chain,
            ReferenceIdentity name,
            Instant judgedAt,
            List<UntrustedReason> reasons) {
        this.chain = chain;
        this.name = name;
        this.judgedAt = judgedAt;
        this.reasons = List.copyOf(reasons);
    }

    /**
     * Takes {@code chain} for one that can be mirrored as untrusted.
     *
     * @param reasons what is wrong with it, at least one thing
     * @return empty when one of the reasons cannot be shown: the user would be offered to go on
     *     where they had no such choice, or where a weakness would disappear behind our key
     */
    public static Optional<UntrustedUpstream> of(
            PresentedChain chain,
            ReferenceIdentity name,
            Instant judgedAt,
            List<UntrustedReason> reasons) {
        if (reasons.isEmpty()) {
            throw new IllegalArgumentException("untrusted without a reason");
        }
        return reasons.stream().allMatch(reason -> canBeShown(reason.kind()))
                ? Optional.of(new UntrustedUpstream(chain, name, judgedAt, reasons))
                : Optional.empty();
    }

    private static boolean canBeShown(Kind kind) {
        return switch (kind) {
            // In the leaf, which keeps it.
            case NAME_MISMATCH,
                    NO_SUBJECT_ALT_NAME,
                    EXPIRED,
                    NOT_YET_VALID,
                    KEY_USAGE,
                    EXTENDED_KEY_USAGE,
                    // Above the leaf: the client does not know that issuer, and not ours either.
                    SELF_SIGNED,
                    UNTRUSTED_ROOT,
                    UNKNOWN_ISSUER,
                    WEAK_SIGNATURE,
                    NOT_A_CA,
                    PATH_TOO_LONG,
                    NAME_CONSTRAINTS,
                    POLICY,
                    // The forged leaf says which key signed it, and it is one nobody trusts.
                    NO_KEY_IDENTIFIER,
                    NO_VALID_PATH ->
                    true;
            // Inspected before us: a chain to our own CA is never evidence of anything.
            case OWN_CA,
                    // Browsers let nobody go on past these.
                    REVOKED,
                    BAD_SIGNATURE,
                    MALFORMED,
                    // Our key in the leaf would hide it (the connection behind it stays weak).
                    WEAK_KEY,
                    // The recipe has no leaf for these, or nobody can say what they mean.
                    CA_AS_LEAF,
                    UNKNOWN_CRITICAL_EXTENSION,
                    NOT_VERSION_3,
                    // What was not looked at to the end may be anything, revoked included.
                    TOO_COMPLEX,
                    REVOCATION_UNKNOWN,
                    // A warning that a user can pass would ask for less than the rule does.
                    TOO_FEW_SCTS,
                    INTERNAL ->
                    false;
        };
    }

    @Override
    public PresentedChain chain() {
        return chain;
    }

    @Override
    public ReferenceIdentity name() {
        return name;
    }

    /** The time it was judged for. */
    public Instant judgedAt() {
        return judgedAt;
    }

    /** Everything that is wrong with it. */
    public List<UntrustedReason> reasons() {
        return reasons;
    }

    /**
     * The name it was met under counts although the certificate may not have it: a user who went on
     * past the warning went on to that name. Of others, those that the certificate has.
     */
    @Override
    public boolean names(ReferenceIdentity other) {
        try {
            return other.equals(name)
                    || PresentedNames.of(leaf())
                            .filter(presented -> presented.match(other))
                            .isPresent();
        } catch (MalformedDerException _) {
            return false; // Names that cannot be read name nobody.
        }
    }

    @Override
    public String toString() {
        return "UntrustedUpstream[" + name.text() + ", " + CertificateFingerprint.of(leaf()) + "]";
    }
}
