package io.overt.x509;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Digests that every JDK has. Thread-safe. */
public final class Hashes {
    /** 32 bytes. */
    public static byte[] sha256(byte[] input) {
        return digest("SHA-256", input);
    }

    /** Only where an RFC names it for an identifier; never under a signature. */
    static byte[] sha1(byte[] input) {
        return digest("SHA-1", input);
    }

    private static byte[] digest(String algorithm, byte[] input) {
        try {
            return MessageDigest.getInstance(algorithm).digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks " + algorithm, e);
        }
    }

    private Hashes() {}
}
