package io.overt.x509;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What an upstream showed in its Certificate message: the leaf first, the rest in whatever order
 * and completeness. Nothing about it has been verified.
 *
 * @param certificates leaf first; 1 to {@value #MAX_CERTIFICATES}. The constructor refuses others
 *     with {@link IllegalArgumentException}; what comes from a peer goes through {@link #parse},
 *     whose refusal is a checked exception
 */
public record PresentedChain(List<X509Certificate> certificates) {
    /**
     * Real chains have two to four certificates, badly configured ones a dozen, and those of
     * BetterTLS, which browsers pass, 36. What more of them costs is bounded by the verifier.
     */
    public static final int MAX_CERTIFICATES = 64;

    /** A certificate is never read beyond this many bytes of DER. */
    public static final int MAX_CERTIFICATE_BYTES = 64 * 1024;

    public PresentedChain {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
            throw new IllegalArgumentException(
                    "chain: "
                            + certificates.size()
                            + " certificates (expected: 1 to "
                            + MAX_CERTIFICATES
                            + ")");
        }
    }

    /**
     * Reads a chain, leaf first.
     *
     * @param ders DER of one certificate each
     * @throws CertificateException if there is none or too many, or one is too large, cannot be
     *     read, or holds more than one certificate's DER; the message says which
     */
    public static PresentedChain parse(List<byte[]> ders) throws CertificateException {
        if (ders.isEmpty() || ders.size() > MAX_CERTIFICATES) {
            throw new CertificateException(
                    "chain: "
                            + ders.size()
                            + " certificates (expected: 1 to "
                            + MAX_CERTIFICATES
                            + ")");
        }
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>(ders.size());
        for (int i = 0; i < ders.size(); i++) {
            certificates.add(parse(factory, ders.get(i), i));
        }
        return new PresentedChain(certificates);
    }

    /** The certificate that the upstream claims as its own. */
    public X509Certificate leaf() {
        return certificates.getFirst();
    }

    /** DER of each, leaf first. */
    public List<byte[]> encoded() {
        List<byte[]> ders = new ArrayList<>(certificates.size());
        for (X509Certificate certificate : certificates) {
            ders.add(Encodings.of(certificate));
        }
        return List.copyOf(ders);
    }

    private static X509Certificate parse(CertificateFactory factory, byte[] der, int index)
            throws CertificateException {
        if (der.length > MAX_CERTIFICATE_BYTES) {
            throw new CertificateException(
                    "certificate "
                            + index
                            + ": "
                            + der.length
                            + " bytes (expected: at most "
                            + MAX_CERTIFICATE_BYTES
                            + ")");
        }
        try {
            if (factory.generateCertificate(new ByteArrayInputStream(der))
                            instanceof X509Certificate certificate
                    // The factory also reads PEM, indefinite lengths, and the first of several.
                    && Arrays.equals(der, certificate.getEncoded())) {
                return certificate;
            }
        } catch (CertificateException e) {
            throw new CertificateException("certificate " + index + ": " + e.getMessage(), e);
        }
        throw new CertificateException(
                "certificate " + index + ": not exactly one certificate's DER");
    }
}
