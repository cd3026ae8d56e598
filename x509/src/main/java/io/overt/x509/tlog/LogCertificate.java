package io.overt.x509.tlog;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/**
 * The certificate of a log's key: tokens keep no key without one, and its common name says of which
 * log it is. Whoever verifies the log has it from somewhere he trusts; who issued it says nothing.
 */
public final class LogCertificate {

    private LogCertificate() {}

    /**
     * The key of the log, under its origin.
     *
     * @throws CertificateException when it has not one common name, or its key is not EC P-256
     */
    public static NoteKey key(X509Certificate certificate) throws CertificateException {
        RDN[] names =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded())
                        .getRDNs(BCStyle.CN);
        if (names.length != 1) {
            throw new CertificateException(
                    "subject '%s' (expected: one common name, the log's origin)"
                            .formatted(certificate.getSubjectX500Principal()));
        }
        try {
            return NoteKey.of(
                    IETFUtils.valueToString(names[0].getFirst().getValue()),
                    NoteKey.Kind.ECDSA,
                    certificate.getPublicKey());
        } catch (IllegalArgumentException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }
}
