package io.overt.control.keys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/** An Ed25519 private key as a file: PKCS#8 in PEM, mode 0600. */
public final class Ed25519File {

    private Ed25519File() {}

    /**
     * Reads one.
     *
     * @param maker the command that makes one, for the message where there is none
     * @throws IllegalArgumentException naming the file and what was expected
     */
    public static PrivateKey read(Path file, String maker) {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    file + ": no such file (overt-control " + maker + " makes one)", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
        var match = PEM.matcher(pem);
        if (!match.find()) {
            throw new IllegalArgumentException(
                    file + ": no private key in it (expected: -----BEGIN PRIVATE KEY-----)");
        }
        try {
            var der = Base64.getMimeDecoder().decode(match.group(1));
            return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": not an Ed25519 private key", e);
        }
    }

    /**
     * Writes one.
     *
     * @throws IOException also when the file is there already
     */
    public static void write(Path file, PrivateKey key) throws IOException {
        write(
                file,
                "rw-------",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
    }

    /**
     * Writes what others are told of it.
     *
     * @throws IOException also when the file is there already
     */
    public static void writePublic(Path file, String content) throws IOException {
        write(file, "rw-r--r--", content);
    }

    private static void write(Path file, String mode, String content) throws IOException {
        // The mode is given as the file is made: there is no moment in which others could open it.
        try (var channel =
                Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString(mode)))) {
            channel.write(StandardCharsets.UTF_8.encode(content));
        }
    }

    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
}
