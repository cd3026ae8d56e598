package io.overt.service.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;

/** The signature of a policy bundle as {@code overt.policy.v1.PolicyBundle} defines it. */
public final class PolicySignature {
    /** The JCA's name of the algorithm of keys and signatures (RFC 8032). */
    public static final String ALGORITHM = "Ed25519";

    /** What is signed: the label keeps a signature from meaning anything anywhere else. */
    public static byte[] input(byte[] manifest) {
        return labelled(LABEL, manifest);
    }

    /** The same of an {@code overt.policy.v1.EmergencyOrder}. */
    public static byte[] emergencyInput(byte[] order) {
        return labelled(EMERGENCY_LABEL, order);
    }

    private static byte[] labelled(byte[] label, byte[] content) {
        var input = new ByteArrayOutputStream(label.length + 1 + content.length);
        input.writeBytes(label);
        input.write(0);
        input.writeBytes(content);
        return input.toByteArray();
    }

    /**
     * Selects among pinned keys, and never adds one: the first 8 bytes of the SHA-256 of the DER
     * SubjectPublicKeyInfo.
     */
    public static byte[] keyId(PublicKey key) {
        return Arrays.copyOf(sha256(key.getEncoded()), 8);
    }

    /** SHA-256. */
    public static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static final byte[] LABEL =
            "overt policy bundle v1".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] EMERGENCY_LABEL =
            "overt emergency v1".getBytes(StandardCharsets.US_ASCII);

    private PolicySignature() {}
}
