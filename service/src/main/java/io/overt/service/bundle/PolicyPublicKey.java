package io.overt.service.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A key that an edge takes policy from. It is pinned by a file on the edge, apart from the fleet's
 * TLS: whoever takes over the connection, or the fleet's CA, still cannot make policy. Whoever has
 * the private half can decide what is inspected.
 */
public final class PolicyPublicKey {
    private final PublicKey key;
    private final byte[] id;

    /**
     * Reads a PEM file, {@code -----BEGIN PUBLIC KEY-----} with an Ed25519 SubjectPublicKeyInfo
     * (RFC 8410).
     *
     * @throws IllegalArgumentException naming the file and what was expected
     */
    public static PolicyPublicKey read(Path file) {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
        var match = PEM.matcher(pem);
        if (!match.find()) {
            throw new IllegalArgumentException(
                    file + ": no public key in it (expected: -----BEGIN PUBLIC KEY-----)");
        }
        try {
            var der = Base64.getMimeDecoder().decode(match.group(1));
            return new PolicyPublicKey(
                    KeyFactory.getInstance(PolicySignature.ALGORITHM)
                            .generatePublic(new X509EncodedKeySpec(der)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": not an Ed25519 public key", e);
        }
    }

    /** A key at hand; anything but Ed25519 is refused. */
    public PolicyPublicKey(PublicKey key) {
        if (!(key instanceof EdECKey edwards
                && edwards.getParams().getName().equals(PolicySignature.ALGORITHM))) {
            throw new IllegalArgumentException(
                    key.getAlgorithm() + " (expected: " + PolicySignature.ALGORITHM + ")");
        }
        this.key = key;
        this.id = PolicySignature.keyId(key);
    }

    /** What bundles name it by; a copy. */
    public byte[] id() {
        return id.clone();
    }

    /** The id in hexadecimal, for people. */
    public String idText() {
        return HexFormat.of().formatHex(id);
    }

    /** Whether this key signed exactly this manifest. */
    public boolean verifies(byte[] manifest, byte[] signature) {
        return signed(PolicySignature.input(manifest), signature);
    }

    /** Whether this key signed exactly this {@code overt.policy.v1.EmergencyOrder}. */
    public boolean verifiesEmergency(byte[] order, byte[] signature) {
        return signed(PolicySignature.emergencyInput(order), signature);
    }

    private boolean signed(byte[] input, byte[] signature) {
        try {
            var verifier = Signature.getInstance(PolicySignature.ALGORITHM);
            verifier.initVerify(key);
            verifier.update(input);
            return verifier.verify(signature);
        } catch (GeneralSecurityException _) {
            // The JDK throws for a signature of the wrong length or encoding: it does not verify.
            return false;
        }
    }

    /** PEM, as {@link #read} takes it. */
    public String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");
}
