package io.overt.x509;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 of a certificate's DER: which certificate, in logs, look-ups and requests. */
public final class CertificateFingerprint {
    private final byte[] sha256;

    private CertificateFingerprint(byte[] sha256) {
        this.sha256 = sha256;
    }

    /** The fingerprint of {@code certificate}. */
    public static CertificateFingerprint of(X509Certificate certificate) {
        return new CertificateFingerprint(Hashes.sha256(Encodings.of(certificate)));
    }

    /**
     * A fingerprint received from elsewhere.
     *
     * @throws IllegalArgumentException if it is not 32 bytes
     */
    public static CertificateFingerprint ofSha256(byte[] sha256) {
        if (sha256.length != 32) {
            throw new IllegalArgumentException(
                    "certificate fingerprint: " + sha256.length + " bytes (expected: 32)");
        }
        return new CertificateFingerprint(sha256.clone());
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return sha256.clone();
    }

    /** 64 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(sha256);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CertificateFingerprint that && Arrays.equals(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }

    @Override
    public String toString() {
        return hex();
    }
}
