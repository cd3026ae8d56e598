package io.overt.edge.site;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of a leaf key's SubjectPublicKeyInfo: by it signers name a key.
 *
 * @param bytes 32 of them
 */
public record KeyDigest(ByteString bytes) {

    public KeyDigest {
        if (bytes.size() != LENGTH) {
            throw new IllegalArgumentException(
                    bytes.size() + " bytes (expected: " + LENGTH + ", a SHA-256)");
        }
    }

    static KeyDigest of(byte[] spki) {
        try {
            return new KeyDigest(
                    ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(spki)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** In bytes. */
    public static final int LENGTH = 32;
}
