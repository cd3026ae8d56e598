package io.overt.edge.site;

import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The 32 random bytes that a site's sealed values are keyed from. Whoever has them reads and writes
 * the site's maps, so they live in memory only and reach no other process than the site's edges.
 */
public final class SiteSecret {
    /** Bytes in a secret. */
    public static final int LENGTH = 32;

    private final byte[] bytes;

    private SiteSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A new one. */
    public static SiteSecret random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new SiteSecret(bytes);
    }

    /**
     * One that a peer handed over.
     *
     * @throws IllegalArgumentException if it is not {@link #LENGTH} bytes long
     */
    public static SiteSecret of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(
                    "site secret: " + bytes.length + " bytes (expected: " + LENGTH + ")");
        }
        return new SiteSecret(bytes.clone());
    }

    /** A copy, for deriving from and for handing to a peer of the same site. */
    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SiteSecret that && MessageDigest.isEqual(bytes, that.bytes);
    }

    /** Nothing of the secret: hash codes end up in logs and dumps. */
    @Override
    public int hashCode() {
        return LENGTH;
    }

    /** Says what it is, never its value. */
    @Override
    public String toString() {
        return "SiteSecret[not shown]";
    }
}
