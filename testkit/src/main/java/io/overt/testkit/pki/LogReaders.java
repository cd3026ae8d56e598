package io.overt.testkit.pki;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;

/**
 * The security team's key pair for the names in a transparency log, as files that OpenSSL would
 * have written: X25519.
 *
 * @param publicKey PEM, SubjectPublicKeyInfo: the signer's
 * @param privateKey PEM, PKCS#8: theirs
 */
public record LogReaders(Path publicKey, Path privateKey) {

    /** Makes one in a folder of the test's own. */
    public static LogReaders create(Path directory) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            return new LogReaders(
                    pem(
                            directory.resolve("log-readers.pem"),
                            "PUBLIC KEY",
                            pair.getPublic().getEncoded()),
                    pem(
                            directory.resolve("log-readers.key"),
                            "PRIVATE KEY",
                            pair.getPrivate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("the JDK has X25519", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path pem(Path file, String label, byte[] der) throws IOException {
        return Files.writeString(
                file,
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label));
    }
}
