package io.overt.x509.transparency;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;

/**
 * A log's name: the SHA-256 of its public key (RFC 6962 §3.2).
 *
 * @param hex in lower case
 */
public record LogId(String hex) {
    static final int BYTES = 32;

    public LogId {
        if (hex.length() != 2 * BYTES || !hex.chars().allMatch(LogId::isLowerHex)) {
            throw new IllegalArgumentException(
                    "log id \"" + hex + "\" (expected: 64 digits of lower-case hex)");
        }
    }

    /**
     * @throws IllegalArgumentException if {@code id} is not 32 bytes
     */
    public static LogId of(byte[] id) {
        return new LogId(HexFormat.of().formatHex(id));
    }

    /** Of the log that signs with {@code key}. */
    public static LogId of(PublicKey key) {
        try {
            return of(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
}
