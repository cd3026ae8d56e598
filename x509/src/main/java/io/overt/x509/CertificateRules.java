package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is wrong with one certificate in its place in a chain, whatever the others are. */
final class CertificateRules {
    /** CA/Browser Forum Baseline Requirements §6.1.5. */
    private static final int MIN_RSA_BITS = 2048;

    private static final int MIN_EC_BITS = 256;

    /** ECDSA and RSA PKCS #1 with SHA-256, SHA-384 and SHA-512; Ed25519 and Ed448. */
    private static final Set<String> SAFE_SIGNATURES =
            Set.of(
                    "1.2.840.10045.4.3.2",
                    "1.2.840.10045.4.3.3",
                    "1.2.840.10045.4.3.4",
                    "1.2.840.113549.1.1.11",
                    "1.2.840.113549.1.1.12",
                    "1.2.840.113549.1.1.13",
                    "1.3.101.112",
                    "1.3.101.113");

    private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";
    private static final Set<String> SAFE_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;
    private static final int KEY_CERT_SIGN = 5;

    /** Of an upstream's own certificate. */
    static List<UntrustedReason> leaf(X509Certificate leaf, ReferenceIdentity name, Instant at) {
        Reasons reasons = new Reasons("leaf");
        names(leaf, name, reasons);
        validity(leaf, at, reasons);
        if (leaf.getVersion() != 3) {
            reasons.add(Kind.NOT_VERSION_3, "version " + leaf.getVersion() + " (expected: 3)");
        }
        boolean[] keyUsage = leaf.getKeyUsage();
        if (leaf.getBasicConstraints() >= 0) {
            reasons.add(Kind.CA_AS_LEAF, "basicConstraints CA:TRUE");
        } else if (keyUsage != null && keyUsage[KEY_CERT_SIGN]) {
            // RFC 5280 §4.2.1.9: without CA:TRUE the bit must not be set.
            reasons.add(Kind.KEY_USAGE, "keyUsage keyCertSign in a leaf");
        }
        if (keyUsage != null
                && !keyUsage[DIGITAL_SIGNATURE]
                && !keyUsage[KEY_ENCIPHERMENT]
                && !keyUsage[KEY_AGREEMENT]) {
            reasons.add(
                    Kind.KEY_USAGE,
                    "keyUsage (expected: digitalSignature, keyEncipherment or keyAgreement)");
        }
        extendedKeyUsage(leaf, Set.of(Oid.SERVER_AUTH), reasons);
        key(leaf.getPublicKey(), reasons);
        signature(leaf, reasons);
        return reasons.found;
    }

    /** Of a CA's certificate between the leaf and the anchor. */
    static List<UntrustedReason> intermediate(X509Certificate certificate, Instant at) {
        Reasons reasons = new Reasons(subject(certificate));
        validity(certificate, at, reasons);
        if (certificate.getVersion() != 3) {
            reasons.add(
                    Kind.NOT_VERSION_3, "version " + certificate.getVersion() + " (expected: 3)");
        } else if (certificate.getBasicConstraints() < 0) {
            reasons.add(Kind.NOT_A_CA, "no basicConstraints CA:TRUE");
        }
        boolean[] keyUsage = certificate.getKeyUsage();
        if (keyUsage != null && !keyUsage[KEY_CERT_SIGN]) {
            reasons.add(Kind.KEY_USAGE, "keyUsage (expected: keyCertSign)");
        }
        // Baseline Requirements §7.1.2.10: an intermediate's extKeyUsage limits what its leaves are
        // for. PKIX ignores it.
        extendedKeyUsage(certificate, Set.of(Oid.SERVER_AUTH, Oid.ANY_EXTENDED_KEY_USAGE), reasons);
        key(certificate.getPublicKey(), reasons);
        signature(certificate, reasons);
        return reasons.found;
    }

    /**
     * Of an anchor. Its own signature is not looked at: being an anchor is what it is trusted for.
     */
    static List<UntrustedReason> anchor(X509Certificate certificate, Instant at) {
        Reasons reasons = new Reasons("trust anchor " + subject(certificate));
        validity(certificate, at, reasons);
        key(certificate.getPublicKey(), reasons);
        return reasons.found;
    }

    static String subject(X509Certificate certificate) {
        return "\"" + certificate.getSubjectX500Principal().getName() + "\"";
    }

    private static void names(X509Certificate leaf, ReferenceIdentity name, Reasons reasons) {
        try {
            Optional<PresentedNames> names = PresentedNames.of(leaf);
            if (names.isEmpty()) {
                reasons.add(Kind.NO_SUBJECT_ALT_NAME, "no subjectAltName extension");
            } else if (!names.get().match(name)) {
                reasons.add(
                        Kind.NAME_MISMATCH,
                        "names " + names.get().summary() + " (expected: " + name.text() + ")");
            }
        } catch (MalformedDerException e) {
            reasons.add(Kind.MALFORMED, "subjectAltName: " + e.getMessage());
        }
    }

    private static void validity(X509Certificate certificate, Instant at, Reasons reasons) {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (at.isBefore(notBefore)) {
            reasons.add(Kind.NOT_YET_VALID, "valid from " + notBefore + ", not yet at " + at);
        }
        // The second of notAfter is inside (RFC 5280 §4.1.2.5), to its end.
        if (!at.isBefore(notAfter.plusSeconds(1))) {
            reasons.add(Kind.EXPIRED, "valid until " + notAfter + ", no longer at " + at);
        }
    }

    private static void extendedKeyUsage(
            X509Certificate certificate, Set<String> accepted, Reasons reasons) {
        try {
            List<String> purposes = certificate.getExtendedKeyUsage();
            if (purposes != null && purposes.stream().noneMatch(accepted::contains)) {
                reasons.add(
                        Kind.EXTENDED_KEY_USAGE,
                        "extKeyUsage " + String.join(", ", purposes) + " (expected: serverAuth)");
            }
        } catch (GeneralSecurityException e) {
            reasons.add(Kind.MALFORMED, "extKeyUsage: " + e.getMessage());
        }
    }

    private static void key(PublicKey key, Reasons reasons) {
        switch (key) {
            case RSAPublicKey rsa -> {
                int bits = rsa.getModulus().bitLength();
                if (bits < MIN_RSA_BITS) {
                    reasons.add(
                            Kind.WEAK_KEY,
                            "RSA key of "
                                    + bits
                                    + " bits (expected: at least "
                                    + MIN_RSA_BITS
                                    + ")");
                }
            }
            case ECPublicKey ec -> {
                int bits = ec.getParams().getOrder().bitLength();
                if (bits < MIN_EC_BITS) {
                    reasons.add(
                            Kind.WEAK_KEY,
                            "EC key of " + bits + " bits (expected: at least " + MIN_EC_BITS + ")");
                }
            }
            case EdECPublicKey _ -> {}
            default ->
                    reasons.add(
                            Kind.WEAK_KEY,
                            key.getAlgorithm() + " key (expected: RSA, EC or EdDSA)");
        }
    }

    private static void signature(X509Certificate certificate, Reasons reasons) {
        String oid = certificate.getSigAlgOID();
        boolean safe =
                oid.equals(RSASSA_PSS)
                        ? isSafePss(certificate.getSigAlgParams())
                        : SAFE_SIGNATURES.contains(oid);
        if (!safe) {
            reasons.add(Kind.WEAK_SIGNATURE, "signed with " + certificate.getSigAlgName());
        }
    }

    /** RFC 4055 §3.1: the hash is a parameter, and SHA-1 where it is left out. */
    private static boolean isSafePss(byte @Nullable [] encoded) {
        if (encoded == null) {
            return false;
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(encoded);
            return SAFE_DIGESTS.contains(
                    parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm());
        } catch (GeneralSecurityException | IOException _) {
            // Parameters that cannot be read are not safe ones.
            return false;
        }
    }

    /** Collects reasons about one certificate. Confined to one call. */
    private static final class Reasons {
        private final String who;
        private final List<UntrustedReason> found = new ArrayList<>();

        private Reasons(String who) {
            this.who = who;
        }

        void add(Kind kind, String detail) {
            found.add(new UntrustedReason(kind, who + ": " + detail));
        }
    }

    private CertificateRules() {}
}
