package io.overt.x509.tlog;

import io.overt.x509.tlog.TilePath.Level;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tree that grows: takes entries, and says which tiles they make. Needs of the tree so far its
 * right edge only. Confined to one thread.
 */
public final class TreeGrowth {

    /** Of each level from 0 up, the hashes that do not fill a tile yet: 0 to 255. */
    private final List<List<MerkleHash>> edge = new ArrayList<>();

    /** The entries that do not fill a bundle yet. */
    private final List<byte[]> entries = new ArrayList<>();

    /** Tiles that were filled since the last time somebody asked. */
    private Map<TilePath, byte[]> filled = new LinkedHashMap<>();

    private long size;

    /** Grows from nothing. */
    public TreeGrowth() {}

    /**
     * Grows from where a log is.
     *
     * @param source of its tiles, which are believed
     */
    public static TreeGrowth from(TileSource source, long size) throws IOException {
        TreeGrowth growth = new TreeGrowth();
        growth.size = size;
        for (int level = 0; size >>> (8 * level) > 0; level++) {
            List<MerkleHash> hashes = new ArrayList<>();
            growth.edge.add(hashes);
            TilePath path = growth.partial(new Level.Hashes(level)).orElse(null);
            if (path == null) {
                continue;
            }
            byte[] tile = source.read(path);
            int expected = path.width() * MerkleHash.LENGTH;
            if (tile.length != expected && tile.length != TilePath.FULL * MerkleHash.LENGTH) {
                throw new MalformedLogException(
                        "%s: %d bytes (expected: %d)".formatted(path, tile.length, expected));
            }
            for (int i = 0; i < path.width(); i++) {
                hashes.add(MerkleHash.inTile(tile, i));
            }
        }
        TilePath bundle = growth.partial(new Level.Entries()).orElse(null);
        if (bundle != null) {
            growth.entries.addAll(EntryBundle.parse(source.read(bundle), bundle.width()));
        }
        return growth;
    }

    /**
     * Appends an entry.
     *
     * @throws IllegalArgumentException for one that is too long for a bundle
     */
    public void append(byte[] entry) {
        if (entry.length > EntryBundle.LONGEST_ENTRY) {
            throw new IllegalArgumentException(
                    "entry of %d bytes (expected: at most %d)"
                            .formatted(entry.length, EntryBundle.LONGEST_ENTRY));
        }
        entries.add(entry.clone());
        if (entries.size() == TilePath.FULL) {
            filled.put(
                    TilePath.entries(size / TilePath.FULL, TilePath.FULL), EntryBundle.of(entries));
            entries.clear();
        }
        grow(0, size, MerkleHash.leaf(entry));
        size++;
    }

    /** Size and root now. */
    public TreeHead head() {
        MerkleHash root = null;
        // From the smallest subtree, which is the right-most, to the largest.
        for (List<MerkleHash> level : edge) {
            int end = level.size();
            while (end > 0) {
                int count = Integer.lowestOneBit(end);
                MerkleHash peak = TiledTree.inTile(tile(level), end - count, count);
                root = root == null ? peak : MerkleHash.node(peak, root);
                end -= count;
            }
        }
        return root == null ? TreeHead.EMPTY : new TreeHead(size, root);
    }

    /**
     * The tiles that have to be there for the present head and were not for the one before: those
     * that were filled since the last call, and the partial ones at the edge. A bundle comes before
     * the hashes of its entries.
     */
    public Map<TilePath, byte[]> tiles() {
        Map<TilePath, byte[]> tiles = filled;
        filled = new LinkedHashMap<>();
        partial(new Level.Entries()).ifPresent(path -> tiles.put(path, EntryBundle.of(entries)));
        for (int level = 0; level < edge.size(); level++) {
            List<MerkleHash> hashes = edge.get(level);
            partial(new Level.Hashes(level)).ifPresent(path -> tiles.put(path, tile(hashes)));
        }
        return tiles;
    }

    private void grow(int level, long place, MerkleHash hash) {
        if (edge.size() == level) {
            edge.add(new ArrayList<>());
        }
        List<MerkleHash> hashes = edge.get(level);
        hashes.add(hash);
        if (hashes.size() == TilePath.FULL) {
            byte[] tile = tile(hashes);
            filled.put(TilePath.hashes(level, place / TilePath.FULL, TilePath.FULL), tile);
            hashes.clear();
            grow(level + 1, place / TilePath.FULL, TiledTree.inTile(tile, 0, TilePath.FULL));
        }
    }

    /** The partial tile of a level, unless that level ends with a full one. */
    private Optional<TilePath> partial(Level level) {
        int number =
                switch (level) {
                    case Level.Entries() -> 0;
                    case Level.Hashes(int hashes) -> hashes;
                };
        long onLevel = size >>> (8 * number);
        int width = (int) (onLevel % TilePath.FULL);
        return width == 0
                ? Optional.empty()
                : Optional.of(new TilePath(level, onLevel / TilePath.FULL, width));
    }

    private static byte[] tile(List<MerkleHash> hashes) {
        ByteArrayOutputStream tile = new ByteArrayOutputStream(hashes.size() * MerkleHash.LENGTH);
        hashes.forEach(hash -> tile.writeBytes(hash.bytes()));
        return tile.toByteArray();
    }
}
