package io.overt.x509;

import io.overt.x509.Mirroring.NotMirrorable;
import io.overt.x509.Mirroring.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a certificate must be for a forged leaf to say the same. A verified chain passes nearly
 * always; the rules are asked again because whoever signs must not depend on how thorough a
 * verifier was.
 */
final class LeafRules {
    /**
     * Extensions that may be critical: what the recipe keeps, replaces or drops knowing what they
     * mean.
     */
    private static final Set<String> KNOWN =
            Set.of(
                    Oid.SUBJECT_KEY_IDENTIFIER,
                    Oid.KEY_USAGE,
                    Oid.PRIVATE_KEY_USAGE_PERIOD,
                    Oid.SUBJECT_ALT_NAME,
                    Oid.ISSUER_ALT_NAME,
                    Oid.BASIC_CONSTRAINTS,
                    Oid.CRL_DISTRIBUTION_POINTS,
                    Oid.CERTIFICATE_POLICIES,
                    Oid.AUTHORITY_KEY_IDENTIFIER,
                    Oid.EXTENDED_KEY_USAGE,
                    Oid.FRESHEST_CRL,
                    Oid.AUTHORITY_INFO_ACCESS,
                    Oid.TLS_FEATURE,
                    Oid.SCT_LIST,
                    Oid.CT_POISON);

    /** RFC 5280 §4.2.1.5, §4.2.1.10, §4.2.1.11, §4.2.1.14: in a CA's certificate only. */
    private static final Set<String> CA_ONLY =
            Set.of(
                    Oid.NAME_CONSTRAINTS,
                    Oid.POLICY_MAPPINGS,
                    Oid.POLICY_CONSTRAINTS,
                    Oid.INHIBIT_ANY_POLICY);

    private static final int EMPTY_SEQUENCE_LENGTH = 2;

    /**
     * @param trust of the issuer: a leaf that nobody trusts may say as little as upstream's does
     */
    static Optional<NotMirrorable> objection(TbsFields upstream, IssuerTrust trust)
            throws MalformedDerException {
        if (upstream.version() != 3) {
            return no(Reason.NOT_VERSION_3, "version " + upstream.version() + " (expected: 3)");
        }
        Set<String> seen = new HashSet<>();
        for (ExtensionDer extension : upstream.extensions()) {
            Optional<NotMirrorable> objection = objection(extension, seen);
            if (objection.isPresent()) {
                return objection;
            }
        }
        Optional<ExtensionDer> names = upstream.extension(Oid.SUBJECT_ALT_NAME);
        boolean nameless = upstream.subject().encoded().length == EMPTY_SEQUENCE_LENGTH;
        if (names.isEmpty() && trust == IssuerTrust.UNTRUSTED && !nameless) {
            return Optional.empty();
        }
        if (names.isEmpty()) {
            return no(Reason.NO_SUBJECT_ALT_NAME, "no subjectAltName extension");
        }
        // RFC 5280 §4.1.2.6: if the subject is empty, the names must be critical.
        if (nameless && !names.get().isCritical()) {
            return no(
                    Reason.EMPTY_SUBJECT,
                    "empty subject with a subjectAltName that is not critical");
        }
        return Optional.empty();
    }

    private static Optional<NotMirrorable> objection(ExtensionDer extension, Set<String> seen)
            throws MalformedDerException {
        String name = Oid.name(extension.oid());
        if (!seen.add(extension.oid())) {
            return no(Reason.DUPLICATE_EXTENSION, "two extensions " + name);
        }
        if (extension.oid().equals(InspectionMarker.OID)) {
            return no(Reason.ALREADY_INSPECTED, "it bears an inspection marker already");
        }
        if (CA_ONLY.contains(extension.oid())) {
            return no(Reason.CA_ONLY_EXTENSION, "extension " + name + " in a leaf");
        }
        if (extension.isCritical() && !KNOWN.contains(extension.oid())) {
            return no(Reason.UNKNOWN_CRITICAL_EXTENSION, "critical extension " + name);
        }
        return switch (extension.oid()) {
            case Oid.BASIC_CONSTRAINTS ->
                    isCa(extension)
                            ? no(Reason.CA_CERTIFICATE, "basicConstraints CA:TRUE")
                            : Optional.empty();
            case Oid.SUBJECT_ALT_NAME -> {
                if (extension.value().wrapped().expect(Der.SEQUENCE).children().isEmpty()) {
                    yield no(Reason.NO_SUBJECT_ALT_NAME, "subjectAltName without a name");
                }
                yield Optional.empty();
            }
            case Oid.EXTENDED_KEY_USAGE, Oid.CERTIFICATE_POLICIES -> {
                extension.value().wrapped().expect(Der.SEQUENCE);
                yield Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    /**
     * RFC 5280 §4.2.1.9. An encoded FALSE is let pass although DER leaves it out: certificates of
     * live sites have it, and every reader takes it for what it says.
     */
    private static boolean isCa(ExtensionDer extension) throws MalformedDerException {
        List<DerElement> parts = extension.value().wrapped().expect(Der.SEQUENCE).children();
        return !parts.isEmpty() && parts.getFirst().tag() == Der.BOOLEAN && parts.getFirst().bool();
    }

    private static Optional<NotMirrorable> no(Reason reason, String detail) {
        return Optional.of(new NotMirrorable(reason, detail));
    }

    private LeafRules() {}
}
