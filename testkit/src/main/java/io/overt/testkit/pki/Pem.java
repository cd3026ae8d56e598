package io.overt.testkit.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** PEM (RFC 7468). */
public final class Pem {
    private static final int LINE = 64;

    /** The certificates, one after the other. */
    public static String certificates(List<X509Certificate> certificates) {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                pem.append(block("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("certificate without an encoding", e);
            }
        }
        return pem.toString();
    }

    /** PKCS #8, not encrypted. */
    public static String privateKey(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    /** Writes certificates to a file, which it returns. */
    public static Path write(Path file, X509Certificate... certificates) {
        try {
            return Files.writeString(file, certificates(List.of(certificates)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String block(String label, byte[] der) {
        String base64 =
                Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label);
    }

    private Pem() {}
}
