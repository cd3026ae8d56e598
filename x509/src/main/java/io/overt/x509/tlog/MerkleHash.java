package io.overt.x509.tlog;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A Merkle Tree Hash of RFC 6962 §2.1, by SHA-256. */
public final class MerkleHash {

    /** Bytes of a hash. */
    public static final int LENGTH = 32;

    /** Of the tree without entries: the hash of nothing. */
    public static final MerkleHash OF_NOTHING = new MerkleHash(sha256().digest());

    private final byte[] sha256;

    private MerkleHash(byte[] sha256) {
        this.sha256 = sha256;
    }

    /** Of one entry. */
    public static MerkleHash leaf(byte[] entry) {
        MessageDigest digest = sha256();
        digest.update(LEAF);
        digest.update(entry);
        return new MerkleHash(digest.digest());
    }

    /** Of two subtrees that lie side by side. */
    public static MerkleHash node(MerkleHash left, MerkleHash right) {
        MessageDigest digest = sha256();
        digest.update(NODE);
        digest.update(left.sha256);
        digest.update(right.sha256);
        return new MerkleHash(digest.digest());
    }

    /**
     * One that was received.
     *
     * @throws MalformedLogException if it is not 32 bytes
     */
    public static MerkleHash of(byte[] bytes) throws MalformedLogException {
        if (bytes.length != LENGTH) {
            throw new MalformedLogException(
                    "hash: %d bytes (expected: %d)".formatted(bytes.length, LENGTH));
        }
        return new MerkleHash(bytes.clone());
    }

    /**
     * One that was received as text.
     *
     * @throws MalformedLogException if it is not the Base64 of 32 bytes
     */
    public static MerkleHash ofBase64(String text) throws MalformedLogException {
        return of(Base64Text.decode(text));
    }

    /** The hash at a place in a tile, which is in range. */
    static MerkleHash inTile(byte[] tile, int place) {
        return new MerkleHash(Arrays.copyOfRange(tile, place * LENGTH, (place + 1) * LENGTH));
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return sha256.clone();
    }

    /** As checkpoints and proofs carry it. */
    public String base64() {
        return Base64.getEncoder().encodeToString(sha256);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MerkleHash that && Arrays.equals(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }

    /** 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(sha256);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** RFC 6962 §2.1: what tells an entry from a node. */
    private static final byte LEAF = 0x00;

    private static final byte NODE = 0x01;
}
