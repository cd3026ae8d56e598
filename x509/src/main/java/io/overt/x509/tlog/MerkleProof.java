package io.overt.x509.tlog;

import java.util.List;

/**
 * What RFC 6962 proves, verified: that an entry is in a tree (§2.1.1), and that a tree is the
 * beginning of another (§2.1.2). The algorithms are those of RFC 9162 §2.1.3.2 and §2.1.4.2.
 */
public final class MerkleProof {

    private MerkleProof() {}

    /**
     * Requires that an entry is in a tree.
     *
     * @param leaf hash of the entry
     * @throws MalformedLogException when the proof does not show it
     */
    public static void requireInclusion(
            MerkleHash leaf, long index, TreeHead tree, List<MerkleHash> proof)
            throws MalformedLogException {
        if (index < 0 || index >= tree.size()) {
            throw new MalformedLogException(
                    "inclusion: entry %d in a tree of %d".formatted(index, tree.size()));
        }
        long at = index;
        long last = tree.size() - 1;
        MerkleHash hash = leaf;
        for (MerkleHash sibling : proof) {
            if (last == 0) {
                throw new MalformedLogException("inclusion: the proof is too long");
            }
            if ((at & 1) == 1 || at == last) {
                hash = MerkleHash.node(sibling, hash);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = MerkleHash.node(hash, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        if (last != 0) {
            throw new MalformedLogException("inclusion: the proof is too short");
        }
        if (!hash.equals(tree.root())) {
            throw new MalformedLogException(
                    "inclusion: entry %d leads to root %s (expected: %s)"
                            .formatted(index, hash, tree.root()));
        }
    }

    /**
     * Requires that a tree is the beginning of another.
     *
     * @throws MalformedLogException when the proof does not show it
     */
    public static void requireConsistency(TreeHead old, TreeHead tree, List<MerkleHash> proof)
            throws MalformedLogException {
        if (old.size() > tree.size()) {
            throw new MalformedLogException(
                    "consistency: a tree of %d cannot grow to %d"
                            .formatted(old.size(), tree.size()));
        }
        if (old.size() == tree.size() || old.size() == 0) {
            if (!proof.isEmpty()) {
                throw new MalformedLogException("consistency: the proof is too long");
            }
            if (old.size() == tree.size() && !old.root().equals(tree.root())) {
                throw new MalformedLogException(
                        "consistency: two roots for size %d: %s and %s"
                                .formatted(old.size(), old.root(), tree.root()));
            }
            return;
        }
        long at = old.size() - 1;
        long last = tree.size() - 1;
        while ((at & 1) == 1) {
            at >>>= 1;
            last >>>= 1;
        }
        // A beginning that is one full subtree is a node of the new tree: the proof need not say
        // it.
        boolean wholeSubtree = at == 0;
        if (proof.isEmpty() && !wholeSubtree) {
            throw new MalformedLogException("consistency: the proof is too short");
        }
        MerkleHash before = wholeSubtree ? old.root() : proof.getFirst();
        MerkleHash after = before;
        for (MerkleHash next : wholeSubtree ? proof : proof.subList(1, proof.size())) {
            if (last == 0) {
                throw new MalformedLogException("consistency: the proof is too long");
            }
            if ((at & 1) == 1 || at == last) {
                before = MerkleHash.node(next, before);
                after = MerkleHash.node(next, after);
                while ((at & 1) == 0 && at != 0) {
                    at >>>= 1;
                    last >>>= 1;
                }
            } else {
                after = MerkleHash.node(after, next);
            }
            at >>>= 1;
            last >>>= 1;
        }
        if (last != 0) {
            throw new MalformedLogException("consistency: the proof is too short");
        }
        if (!before.equals(old.root()) || !after.equals(tree.root())) {
            throw new MalformedLogException(
                    "consistency: the tree of %d is not the beginning of the tree of %d"
                            .formatted(old.size(), tree.size()));
        }
    }
}
