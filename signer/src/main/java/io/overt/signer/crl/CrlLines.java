package io.overt.signer.crl;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Revocations;
import io.overt.signer.issue.Revocations.SignedBefore;
import io.overt.signer.issue.Rules;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.revocation.CrlReason;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an issuer's CRL has to say: the certificates that were revoked by themselves, and those of
 * revoked leaf keys. A certificate stays on it until it has been over for a CRL's lifetime: RFC
 * 5280 §3.3 wants it on one regular CRL after that.
 *
 * @param book where certificates are
 * @param lifetime of a CRL
 */
record CrlLines(CrlBook book, Duration lifetime) {

    /** The lines, by serial number. */
    List<CrlMaker.Line> of(CertificateFingerprint issuer, Rules rules, Instant now)
            throws IndexException {
        Map<BigInteger, CrlMaker.Line> lines = new TreeMap<>();
        for (Revocations.Key key : rules.revocations().keys()) {
            if (key.signedBefore() == SignedBefore.REVOKED) {
                for (byte[] der : book.certificates(issuer, key.digest())) {
                    X509Certificate certificate = parsed(der);
                    if (stays(certificate, now)) {
                        lines.put(
                                certificate.getSerialNumber(),
                                new CrlMaker.Line(
                                        certificate.getSerialNumber(),
                                        key.at(),
                                        CrlReason.KEY_COMPROMISE));
                    }
                }
            }
        }
        // What was said of a certificate itself is said, whatever became of its key.
        for (Revocations.Certificate each : rules.revocations().certificates(issuer)) {
            Optional<byte[]> der = book.certificate(issuer, each.name().serial());
            if (der.isEmpty() || stays(parsed(der.get()), now)) {
                lines.put(
                        each.name().serial(),
                        new CrlMaker.Line(each.name().serial(), each.at(), each.reason()));
            }
        }
        return List.copyOf(lines.values());
    }

    private boolean stays(X509Certificate certificate, Instant now) {
        return !certificate.getNotAfter().toInstant().plus(lifetime).isBefore(now);
    }

    private static X509Certificate parsed(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IllegalStateException("the store holds what is no certificate", e);
        }
    }
}
