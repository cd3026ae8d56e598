package io.overt.signer.crl;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.x509.CertificateFingerprint;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The last CRL of each issuer, its number, and the certificates that CRLs are about.
 *
 * <p><b>Durability, concurrency</b> as of {@link io.overt.signer.issue.IssuanceIndex}.
 */
public interface CrlBook {

    /**
     * A number that no CRL of this issuer has had, and no other ever gets: one that was cut off
     * leaves a gap, which RFC 5280 §5.2.3 allows.
     */
    long nextNumber(CertificateFingerprint issuer) throws IndexException;

    /**
     * Keeps a CRL in place of the issuer's last one, and its entry in the log. From here on it may
     * be published.
     *
     * @param crl DER
     */
    void keep(CertificateFingerprint issuer, byte[] crl, byte[] entry) throws IndexException;

    /** The issuer's last CRL, DER. */
    Optional<byte[]> last(CertificateFingerprint issuer) throws IndexException;

    /** All certificates of an issuer for one leaf key, DER. */
    List<byte[]> certificates(CertificateFingerprint issuer, LeafKeyDigest key)
            throws IndexException;

    /** When the last of an issuer's certificates ends. Reads all of them: not for every request. */
    Optional<Instant> lastEnd(CertificateFingerprint issuer) throws IndexException;

    /** The certificate of an issuer with this serial number, DER. */
    Optional<byte[]> certificate(CertificateFingerprint issuer, BigInteger serial)
            throws IndexException;
}
