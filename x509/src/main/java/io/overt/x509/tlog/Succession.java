package io.overt.x509.tlog;

import java.io.IOException;
import java.util.List;

/**
 * How a head that a log shows relates to one that it has signed before. Only tiles that the shown
 * or the known head commits to count: a fork is never concluded from what a web server damaged.
 */
public sealed interface Succession {

    /** Size and root are those that are known. */
    record Same() implements Succession {}

    /** The known tree is its beginning. */
    record Grown() implements Succession {}

    /**
     * It is smaller than what is known.
     *
     * @param unproven why it could not be shown that it is the beginning of the known tree; empty
     *     where it is that
     */
    record Older(String unproven) implements Succession {}

    /**
     * The log has signed two histories.
     *
     * @param small the head of the smaller tree
     * @param otherwise root of the first {@code small.size()} entries by the larger head
     * @param proof that the larger head commits to {@code otherwise} (RFC 6962 §2.1.2); empty where
     *     both are of one size
     */
    record Forked(TreeHead small, MerkleHash otherwise, List<MerkleHash> proof)
            implements Succession {
        public Forked {
            proof = List.copyOf(proof);
        }
    }

    /**
     * Compares.
     *
     * @param known head that the log signed earlier; {@link TreeHead#EMPTY} where there is none
     * @param shown head that it has signed now
     * @param tiles what it serves
     * @throws MalformedLogException when the tiles are not those of the shown head, which proves
     *     nothing but that
     * @throws IOException when one cannot be had
     */
    static Succession of(TreeHead known, TreeHead shown, TileSource tiles) throws IOException {
        if (shown.size() == known.size()) {
            return shown.equals(known) ? new Same() : new Forked(known, shown.root(), List.of());
        }
        if (shown.size() < known.size()) {
            try {
                return compare(shown, known, tiles, new Older(""));
            } catch (IOException e) {
                // A log that was put back to an earlier day has the tiles of that day only.
                return new Older(String.valueOf(e.getMessage()));
            }
        }
        return compare(known, shown, tiles, new Grown());
    }

    private static Succession compare(
            TreeHead small, TreeHead large, TileSource tiles, Succession whenConsistent)
            throws IOException {
        TiledTree tree = new TiledTree(tiles, large.size());
        if (small.size() == 0) {
            // RFC 6962 has no proof for this; that the log serves what it signed can still be seen.
            if (!tree.head().equals(large)) {
                throw new MalformedLogException(
                        "the tiles of %d entries have root %s (expected: %s, which was signed)"
                                .formatted(large.size(), tree.head().root(), large.root()));
            }
            return whenConsistent;
        }
        TreeHead begins = tree.head(small.size());
        List<MerkleHash> proof = tree.consistency(small.size());
        MerkleProof.requireConsistency(begins, large, proof);
        return begins.equals(small) ? whenConsistent : new Forked(small, begins.root(), proof);
    }
}
