package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is wrong with one certificate in its place in a chain, whatever the others are.
 *
 * <p>The form of RFC 5280 is asked for in full where an implementation that people use asks for it
 * (OpenSSL's strict mode, Go, BoringSSL or webpki); docs/spec/divergences.md lists what is let
 * pass.
 */
final class CertificateRules {
    /** RFC 5280 §4.1.2.2. */
    private static final int MAX_SERIAL_OCTETS = 20;

    /** RFC 5280 §4.2.1.1, §4.2.1.2 and §4.2.2.1: never critical. */
    private static final List<String> NEVER_CRITICAL =
            List.of(
                    Oid.AUTHORITY_KEY_IDENTIFIER,
                    Oid.SUBJECT_KEY_IDENTIFIER,
                    Oid.AUTHORITY_INFO_ACCESS);

    /** RFC 5280 §4.2.1.10, §4.2.1.11 and §4.2.1.14: in a CA's certificate only. */
    private static final List<String> CA_ONLY =
            List.of(
                    Oid.NAME_CONSTRAINTS,
                    Oid.POLICY_CONSTRAINTS,
                    Oid.POLICY_MAPPINGS,
                    Oid.INHIBIT_ANY_POLICY);

    /** Of an upstream's own certificate, its name aside. */
    static List<UntrustedReason> leaf(ParsedCertificate leaf) {
        Reasons reasons = new Reasons("leaf");
        form(leaf, reasons);
        Extensions extensions = leaf.extensions();
        if (leaf.fields().version() == 3) {
            authorityKeyIdentifier(leaf, reasons);
        }
        for (String oid : CA_ONLY) {
            if (extensions.has(oid)) {
                reasons.add(Kind.MALFORMED, Oid.name(oid) + " in a leaf");
            }
        }
        if (leaf.hasEmptySubject()
                && extensions.has(Oid.SUBJECT_ALT_NAME)
                && !extensions.isCritical(Oid.SUBJECT_ALT_NAME)) {
            // RFC 5280 §4.2.1.6.
            reasons.add(Kind.MALFORMED, "empty subject with a subjectAltName that is not critical");
        }
        usageOfLeaf(extensions, reasons);
        extendedKeyUsage(extensions, Set.of(Oid.SERVER_AUTH), reasons);
        serial(leaf, reasons);
        signature(leaf, reasons);
        return reasons.found();
    }

    /** Of a CA's certificate between the leaf and the anchor. */
    static List<UntrustedReason> intermediate(ParsedCertificate certificate) {
        Reasons reasons = new Reasons(certificate.label());
        form(certificate, reasons);
        if (certificate.fields().version() == 3) {
            ca(certificate, reasons);
            authorityKeyIdentifier(certificate, reasons);
        }
        serial(certificate, reasons);
        signature(certificate, reasons);
        return reasons.found();
    }

    /**
     * Of an anchor. It is trusted for what its certificate says, limits included. How it is signed
     * is not looked at: being an anchor is what it is trusted for. Nor is its serial number, which
     * is 0 in roots of every public store.
     */
    static List<UntrustedReason> anchor(ParsedCertificate certificate) {
        Reasons reasons = new Reasons("trust anchor " + certificate.label());
        form(certificate, reasons);
        if (PublicRoots.mayLackForm(certificate)) {
            return reasons.found();
        }
        if (certificate.fields().version() == 3) {
            ca(certificate, reasons);
            if (certificate.extensions().basicConstraints().isPresent()
                    && !certificate.extensions().isCritical(Oid.BASIC_CONSTRAINTS)) {
                reasons.add(Kind.MALFORMED, "basicConstraints is not critical");
            }
            namesItsIssuersKey(certificate, reasons);
            ownKeyIdentifiers(certificate, reasons);
        }
        return reasons.found();
    }

    static List<UntrustedReason> validity(ParsedCertificate certificate, String who, Instant at) {
        Reasons reasons = new Reasons(who);
        if (at.isBefore(certificate.notBefore())) {
            reasons.add(
                    Kind.NOT_YET_VALID,
                    "valid from " + certificate.notBefore() + ", not yet at " + at);
        }
        if (!at.isBefore(certificate.expiry())) {
            reasons.add(
                    Kind.EXPIRED, "valid until " + certificate.notAfter() + ", no longer at " + at);
        }
        return reasons.found();
    }

    static List<UntrustedReason> names(ParsedCertificate leaf, ReferenceIdentity name) {
        Reasons reasons = new Reasons("leaf");
        Extensions extensions = leaf.extensions();
        if (!extensions.has(Oid.SUBJECT_ALT_NAME)) {
            reasons.add(Kind.NO_SUBJECT_ALT_NAME, "no subjectAltName extension");
        } else if (extensions.subjectAltName().isPresent()) {
            PresentedNames names = PresentedNames.of(extensions.subjectAltName().get());
            if (!names.match(name)) {
                reasons.add(
                        Kind.NAME_MISMATCH,
                        "names " + names.summary() + " (expected: " + name.text() + ")");
            }
        }
        return reasons.found();
    }

    /** What holds for every certificate of a path. */
    private static void form(ParsedCertificate certificate, Reasons reasons) {
        TbsFields fields = certificate.fields();
        if (fields.version() != 3) {
            reasons.add(Kind.NOT_VERSION_3, "version " + fields.version() + " (expected: 3)");
        }
        for (String fault : certificate.extensions().faults()) {
            reasons.add(Kind.MALFORMED, fault);
        }
        for (String extension : certificate.extensions().criticalNotUnderstood()) {
            reasons.add(Kind.UNKNOWN_CRITICAL_EXTENSION, "critical extension " + extension);
        }
        for (String oid : NEVER_CRITICAL) {
            if (certificate.extensions().isCritical(oid)) {
                reasons.add(Kind.MALFORMED, Oid.name(oid) + " is critical");
            }
        }
        // RFC 5280 §4.1.2.4.
        if (certificate.hasEmptyIssuer()) {
            reasons.add(Kind.MALFORMED, "empty issuer");
        }
        // RFC 5280 §4.1.1.2: inside and outside of what is signed.
        if (!fields.signature().sameEncoding(certificate.signatureAlgorithm())) {
            reasons.add(Kind.MALFORMED, "two different signature algorithms");
        }
        List<String> faults = certificate.faults();
        faults.forEach(fault -> reasons.add(Kind.MALFORMED, fault));
        if (faults.isEmpty()) {
            certificate
                    .keyObjection()
                    .ifPresent(objection -> reasons.add(Kind.WEAK_KEY, objection));
        }
    }

    private static void ca(ParsedCertificate certificate, Reasons reasons) {
        Extensions extensions = certificate.extensions();
        if (extensions.basicConstraints().filter(BasicConstraints::isCa).isEmpty()) {
            reasons.add(Kind.NOT_A_CA, "no basicConstraints CA:TRUE");
        }
        if (extensions.keyUsage().filter(usage -> !usage.has(KeyUsage.KEY_CERT_SIGN)).isPresent()) {
            reasons.add(Kind.KEY_USAGE, "keyUsage (expected: keyCertSign)");
        }
        // RFC 5280 §4.1.2.6.
        if (certificate.hasEmptySubject()) {
            reasons.add(Kind.MALFORMED, "empty subject of a CA");
        }
        // RFC 5280 §4.2.1.2. Not asked of what is no CA: that is the reason to tell.
        if (extensions.basicConstraints().filter(BasicConstraints::isCa).isPresent()
                && !extensions.has(Oid.SUBJECT_KEY_IDENTIFIER)) {
            reasons.add(Kind.NO_KEY_IDENTIFIER, "no subjectKeyIdentifier in a CA's certificate");
        }
        // RFC 5280 §4.2.1.11.
        if (extensions.has(Oid.POLICY_CONSTRAINTS)
                && !extensions.isCritical(Oid.POLICY_CONSTRAINTS)) {
            reasons.add(Kind.MALFORMED, "policyConstraints is not critical");
        }
        // Baseline Requirements §7.1.2.10: an intermediate's extKeyUsage limits what its leaves are
        // for.
        extendedKeyUsage(extensions, Set.of(Oid.SERVER_AUTH, Oid.ANY_EXTENDED_KEY_USAGE), reasons);
    }

    /** RFC 5280 §4.2.1.1: only a self-signed certificate may do without. */
    private static void authorityKeyIdentifier(ParsedCertificate certificate, Reasons reasons) {
        if (!certificate.extensions().has(Oid.AUTHORITY_KEY_IDENTIFIER)
                && !certificate.isSelfIssued()) {
            reasons.add(Kind.NO_KEY_IDENTIFIER, "no authorityKeyIdentifier");
        }
        namesItsIssuersKey(certificate, reasons);
    }

    private static void namesItsIssuersKey(ParsedCertificate certificate, Reasons reasons) {
        certificate
                .extensions()
                .authorityKeyIdentifier()
                .filter(authority -> authority.keyIdentifier().isEmpty())
                .ifPresent(
                        _ ->
                                reasons.add(
                                        Kind.NO_KEY_IDENTIFIER,
                                        "authorityKeyIdentifier without keyIdentifier"));
    }

    /** Baseline Requirements §7.1.2.1.3: a root names its own key as its issuer's. */
    private static void ownKeyIdentifiers(ParsedCertificate root, Reasons reasons) {
        Optional<byte[]> authority =
                root.extensions()
                        .authorityKeyIdentifier()
                        .flatMap(KeyIdentifiers.Authority::keyIdentifier);
        Optional<byte[]> subject = root.extensions().subjectKeyIdentifier();
        if (authority.isPresent()
                && subject.isPresent()
                && !Arrays.equals(authority.get(), subject.get())
                && root.isSelfIssued()
                && SignatureCheck.isSelfSigned(root)) {
            reasons.add(
                    Kind.MALFORMED,
                    "self-signed with an authorityKeyIdentifier other than its"
                            + " subjectKeyIdentifier");
        }
    }

    private static void usageOfLeaf(Extensions extensions, Reasons reasons) {
        Optional<KeyUsage> usage = extensions.keyUsage();
        if (extensions.basicConstraints().filter(BasicConstraints::isCa).isPresent()) {
            reasons.add(Kind.CA_AS_LEAF, "basicConstraints CA:TRUE");
        } else if (usage.filter(bits -> bits.has(KeyUsage.KEY_CERT_SIGN)).isPresent()) {
            // RFC 5280 §4.2.1.9: without CA:TRUE the bit must not be set.
            reasons.add(Kind.KEY_USAGE, "keyUsage keyCertSign in a leaf");
        }
        if (usage.isPresent()
                && !usage.get().has(KeyUsage.DIGITAL_SIGNATURE)
                && !usage.get().has(KeyUsage.KEY_ENCIPHERMENT)
                && !usage.get().has(KeyUsage.KEY_AGREEMENT)) {
            reasons.add(
                    Kind.KEY_USAGE,
                    "keyUsage (expected: digitalSignature, keyEncipherment or keyAgreement)");
        }
    }

    private static void extendedKeyUsage(
            Extensions extensions, Set<String> accepted, Reasons reasons) {
        extensions
                .extendedKeyUsage()
                .filter(purposes -> purposes.stream().noneMatch(accepted::contains))
                .ifPresent(
                        purposes ->
                                reasons.add(
                                        Kind.EXTENDED_KEY_USAGE,
                                        "extKeyUsage "
                                                + String.join(", ", purposes)
                                                + " (expected: serverAuth)"));
    }

    private static void serial(ParsedCertificate certificate, Reasons reasons) {
        byte[] serial = certificate.fields().serialNumber().content();
        if (new BigInteger(serial).signum() <= 0) {
            reasons.add(Kind.MALFORMED, "serialNumber is not positive");
        }
        if (serial.length > MAX_SERIAL_OCTETS) {
            reasons.add(
                    Kind.MALFORMED,
                    "serialNumber of " + serial.length + " octets (expected: at most 20)");
        }
    }

    private static void signature(ParsedCertificate certificate, Reasons reasons) {
        if (certificate.algorithm().isEmpty() && certificate.faults().isEmpty()) {
            reasons.add(
                    Kind.WEAK_SIGNATURE,
                    "signed with " + certificate.certificate().getSigAlgName());
        }
    }

    private CertificateRules() {}
}
