package io.overt.signer.ca;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** PEM (RFC 7468), and files that are never written over others. */
public final class Pem {

    public static String of(X509Certificate certificate) throws CertificateEncodingException {
        return of("CERTIFICATE", certificate.getEncoded());
    }

    /** Anything in DER, under its label. */
    public static String of(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der),
                        label);
    }

    /** Writes a file that is not there, and its folder where that is not there either. */
    public static void writeNew(Path file, byte[] content) throws CaException, IOException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.write(file, content, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new CaException(file + ": is there already, and is not overwritten", e);
        }
    }

    /** Like {@link #writeNew(Path, byte[])}. */
    public static void writeNew(Path file, String content) throws CaException, IOException {
        writeNew(file, content.getBytes(StandardCharsets.UTF_8));
    }

    private Pem() {}
}
