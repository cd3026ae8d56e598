package io.overt.x509;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** The DER of a certificate that was parsed from DER, and so has one. */
final class Encodings {
    static byte[] of(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("certificate without an encoding", e);
        }
    }

    private Encodings() {}
}
