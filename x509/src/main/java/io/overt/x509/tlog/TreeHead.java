package io.overt.x509.tlog;

/**
 * All that a tree is, in short.
 *
 * @param size entries in it
 * @param root its Merkle Tree Hash
 */
public record TreeHead(long size, MerkleHash root) {
    public TreeHead {
        if (size < 0) {
            throw new IllegalArgumentException("tree size: " + size + " (expected: >= 0)");
        }
        if (size == 0 && !root.equals(MerkleHash.OF_NOTHING)) {
            throw new IllegalArgumentException("a tree without entries has another root: " + root);
        }
    }

    /** The tree without entries. */
    public static final TreeHead EMPTY = new TreeHead(0, MerkleHash.OF_NOTHING);
}
