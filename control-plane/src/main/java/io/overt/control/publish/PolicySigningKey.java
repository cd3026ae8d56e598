package io.overt.control.publish;

import com.google.protobuf.ByteString;
import io.overt.control.keys.Ed25519File;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;

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
            Ed25519File.write(privateFile, pair.getPrivate());
            Ed25519File.writePublic(publicFile, publicKey.pem());
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
        var key =
                new PolicySigningKey(Ed25519File.read(privateFile, "create-policy-key"), publicKey);
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
        return signInput(PolicySignature.input(manifest));
    }

    /** An emergency order, signed. */
    public SignedEmergency sign(EmergencyOrder order) {
        var bytes = order.toByteString();
        return SignedEmergency.newBuilder()
                .setOrder(bytes)
                .setSignature(
                        ByteString.copyFrom(
                                signInput(PolicySignature.emergencyInput(bytes.toByteArray()))))
                .setKeyId(ByteString.copyFrom(publicKey.id()))
                .build();
    }

    private byte[] signInput(byte[] input) {
        try {
            var signer = Signature.getInstance(PolicySignature.ALGORITHM);
            signer.initSign(privateKey);
            signer.update(input);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key in memory does not sign", e);
        }
    }
}
