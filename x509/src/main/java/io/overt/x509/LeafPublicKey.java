package io.overt.x509;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The public half of a site's leaf key for one epoch: EC P-256, nothing else (DESIGN section 6 has
 * no RSA leaf keys). That the bytes are a point on the curve was checked when this value was made.
 */
public final class LeafPublicKey {
    /** SubjectPublicKeyInfo of P-256 up to its uncompressed point; RFC 5480 §2.1.1 and §2.2. */
    private static final byte[] PREFIX =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

    private static final int COORDINATE = 32;
    private static final int POINT = 1 + 2 * COORDINATE;

    /** SP 800-186 §3.2.1.3. */
    private static final BigInteger P =
            new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);

    private static final BigInteger B =
            new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);

    private final byte[] spki;

    /**
     * Reads DER SubjectPublicKeyInfo.
     *
     * @throws IllegalArgumentException if it is not a P-256 key with its named curve and an
     *     uncompressed point on that curve
     */
    public LeafPublicKey(byte[] spki) {
        if (spki.length != PREFIX.length + POINT
                || !Arrays.equals(PREFIX, 0, PREFIX.length, spki, 0, PREFIX.length)
                || spki[PREFIX.length] != 0x04 /* uncompressed */) {
            throw new IllegalArgumentException(
                    "leaf key: not an EC P-256 SubjectPublicKeyInfo with an uncompressed point");
        }
        BigInteger x = coordinate(spki, PREFIX.length + 1);
        BigInteger y = coordinate(spki, PREFIX.length + 1 + COORDINATE);
        BigInteger right = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(B).mod(P);
        if (x.compareTo(P) >= 0 || y.compareTo(P) >= 0 || !y.pow(2).mod(P).equals(right)) {
            throw new IllegalArgumentException("leaf key: the point is not on P-256");
        }
        this.spki = spki.clone();
    }

    /**
     * The leaf key that {@code key} is.
     *
     * @throws IllegalArgumentException if it is not an EC P-256 key
     */
    public static LeafPublicKey of(PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null) {
            throw new IllegalArgumentException(
                    "leaf key: " + key.getAlgorithm() + " without an encoding");
        }
        return new LeafPublicKey(encoded);
    }

    /** DER SubjectPublicKeyInfo. */
    public byte[] spki() {
        return spki.clone();
    }

    /**
     * SHA-1 of the bit string, 20 bytes: RFC 5280 §4.2.1.2 method 1. It names a key and protects
     * nothing.
     */
    public byte[] keyIdentifier() {
        return Hashes.sha1(Arrays.copyOfRange(spki, PREFIX.length, spki.length));
    }

    /** The key for the JDK's {@code Signature}. */
    public PublicKey publicKey() {
        try {
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK does not read a P-256 key", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LeafPublicKey that && Arrays.equals(spki, that.spki);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(spki);
    }

    @Override
    public String toString() {
        return "P-256 key " + HexFormat.of().formatHex(keyIdentifier());
    }

    private static BigInteger coordinate(byte[] spki, int at) {
        return new BigInteger(1, Arrays.copyOfRange(spki, at, at + COORDINATE));
    }
}
