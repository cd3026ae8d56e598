package io.overt.x509;

import java.util.Set;

/**
 * Roots of the public stores that are older than the form asked of a CA's certificate today
 * (basicConstraints critical, subjectKeyIdentifier present). The form is asked of a private CA,
 * whose owner can make another root; of these it would only take away the sites below them.
 */
final class PublicRoots {
    /** SHA-256 of the certificates, as ca-certificates 20240203 has them. */
    private static final Set<String> OLDER_THAN_THE_FORM =
            Set.of(
                    // TWCA Global Root CA
                    "59769007f7685d0fcd50872f9f95d5755a5b2b457d81f3692b610a98672f0e1b",
                    // ePKI Root Certification Authority
                    "c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5",
                    // Go Daddy Class 2 Certification Authority
                    "c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4",
                    // Starfield Class 2 Certification Authority
                    "1465fa205397b876faa6f0a9958e5590e40fcc7faa4fb7c2c8677521fb5fb658");

    static boolean mayLackForm(ParsedCertificate root) {
        return OLDER_THAN_THE_FORM.contains(CertificateFingerprint.of(root.certificate()).hex());
    }

    private PublicRoots() {}
}
