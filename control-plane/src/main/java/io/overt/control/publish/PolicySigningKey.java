package io.overt.control.publish;

import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The key that makes policy. Two PEM files: the private half (PKCS#8, mode 0600) for the control
 * plane alone, and beside it, with {@code .pub} at the end, the public half that edges pin.
 * Thread-safe.
 */
public final class PolicySigningKey {
    private final PrivateKey privateKey;
    private final PolicyPublicKey publicKey;

    /** Where the public half of a private key's file lies. */
    public static Path publicHalf(Path privateFile) {
        return privateFile.resolveSibling(privateFile.getFileName() + ".pub");
    }

    /**
     * Makes a key and its two files. Nothing is ever overwritten: edges pin the old one.
     *
     * @throws IOException when a file is there already, or cannot be written; its message says
     *     which
     */
    public static PolicySigningKey create(Path privateFile) throws IOException {
        var publicFile = publicHalf(privateFile);
        if (Files.exists(publicFile)) {
            throw new FileAlreadyExistsException(publicFile.toString());
        }
        try {
            var pair = KeyPairGenerator.getInstance(PolicySignature.ALGORITHM).generateKeyPair();
            var publicKey = new PolicyPublicKey(pair.getPublic());
            write(privateFile, "rw-------", pem(pair.getPrivate()));
            write(publicFile, "rw-r--r--", publicKey.pem());
            return new PolicySigningKey(pair.getPrivate(), publicKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 makes Ed25519 keys", e);
        }
    }

    /**
     * Reads both halves, and tries whether they belong together.
     *
     * @throws IllegalArgumentException naming the file and what was expected
     */
    public static PolicySigningKey read(Path privateFile) {
        var publicKey = PolicyPublicKey.read(publicHalf(privateFile));
        var key = new PolicySigningKey(privateKey(privateFile), publicKey);
        var canary = "canary".getBytes(StandardCharsets.US_ASCII);
        if (!publicKey.verifies(canary, key.sign(canary))) {
            throw new IllegalArgumentException(
                    privateFile + ": is not the private half of " + publicHalf(privateFile));
        }
        return key;
    }

    private PolicySigningKey(PrivateKey privateKey, PolicyPublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** What edges pin. */
    public PolicyPublicKey publicKey() {
        return publicKey;
    }

    /** The signature of a bundle with this manifest. */
    byte[] sign(byte[] manifest) {
        try {
            var signer = Signature.getInstance(PolicySignature.ALGORITHM);
            signer.initSign(privateKey);
            signer.update(PolicySignature.input(manifest));
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key in memory does not sign", e);
        }
    }

    private static PrivateKey privateKey(Path file) {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    file + ": no such file (overt-control create-policy-key makes one)", e);
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
            return KeyFactory.getInstance(PolicySignature.ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": not an Ed25519 private key", e);
        }
    }

    private static String pem(PrivateKey key) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static void write(Path file, String mode, String content) throws IOException {
        // The mode is given as the file is made: there is no moment in which others could open it.
        try (var channel =
                Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString(mode)))) {
            channel.write(StandardCharsets.US_ASCII.encode(content));
        }
    }

    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
}
