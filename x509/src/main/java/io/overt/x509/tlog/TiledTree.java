package io.overt.x509.tlog;

import io.overt.x509.tlog.TilePath.Level;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tree of one size, as its tiles tell it. Believes them: whoever did not write them compares
 * {@link #head} with a signed one first, or has proofs verified against that. Each tile is read
 * once. Confined to one thread.
 */
public final class TiledTree {

    private final TileSource source;
    private final long size;
    private final Map<TilePath, byte[]> read = new HashMap<>();

    /**
     * The first entries of a log.
     *
     * @param size how many of them; the log has at least these
     */
    public TiledTree(TileSource source, long size) {
        if (size < 0) {
            throw new IllegalArgumentException("tree size: " + size + " (expected: >= 0)");
        }
        this.source = source;
        this.size = size;
    }

    /** Size and root. */
    public TreeHead head() throws IOException {
        return head(size);
    }

    /** What the head was when the log had this size, at most ours. */
    public TreeHead head(long earlier) throws IOException {
        requireWithin(earlier);
        return earlier == 0 ? TreeHead.EMPTY : new TreeHead(earlier, hash(0, earlier));
    }

    /** Hash of an entry. */
    public MerkleHash leaf(long index) throws IOException {
        requireEntry(index);
        return hash(index, index + 1);
    }

    /** The entry itself. */
    public byte[] entry(long index) throws IOException {
        requireEntry(index);
        TilePath path = TilePath.inTree(new Level.Entries(), index / TilePath.FULL, size);
        return EntryBundle.parse(bytes(path), path.width()).get((int) (index % TilePath.FULL));
    }

    /** Proof that an entry is in this tree: RFC 6962 §2.1.1, the leaf's sibling first. */
    public List<MerkleHash> inclusion(long index) throws IOException {
        requireEntry(index);
        List<MerkleHash> proof = new ArrayList<>();
        long from = 0;
        long to = size;
        while (to - from > 1) {
            long middle = from + split(to - from);
            if (index < middle) {
                proof.addFirst(hash(middle, to));
                to = middle;
            } else {
                proof.addFirst(hash(from, middle));
                from = middle;
            }
        }
        return proof;
    }

    /** Proof that an earlier tree is the beginning of this one: RFC 6962 §2.1.2. */
    public List<MerkleHash> consistency(long earlier) throws IOException {
        requireWithin(earlier);
        List<MerkleHash> proof = new ArrayList<>();
        if (earlier == 0 || earlier == size) {
            return proof;
        }
        long from = 0;
        long to = size;
        while (to != earlier) {
            long middle = from + split(to - from);
            if (earlier <= middle) {
                proof.addFirst(hash(middle, to));
                to = middle;
            } else {
                proof.addFirst(hash(from, middle));
                from = middle;
            }
        }
        if (from != 0) {
            proof.addFirst(hash(from, to));
        }
        return proof;
    }

    /** Hash of the entries from one to another. */
    private MerkleHash hash(long from, long to) throws IOException {
        long count = to - from;
        if (Long.bitCount(count) == 1 && from % count == 0) {
            return subtree(Long.numberOfTrailingZeros(count), from / count);
        }
        long middle = from + split(count);
        return MerkleHash.node(hash(from, middle), hash(middle, to));
    }

    /** Hash of a subtree of 2^height entries, the n-th of these. */
    private MerkleHash subtree(int height, long n) throws IOException {
        int level = height / 8;
        int within = height % 8;
        long first = n << within;
        TilePath path = TilePath.inTree(new Level.Hashes(level), first / TilePath.FULL, size);
        byte[] tile = bytes(path);
        if (tile.length != path.width() * MerkleHash.LENGTH
                && tile.length != TilePath.FULL * MerkleHash.LENGTH) {
            throw new MalformedLogException(
                    "%s: %d bytes (expected: %d)"
                            .formatted(path, tile.length, path.width() * MerkleHash.LENGTH));
        }
        return inTile(tile, (int) (first % TilePath.FULL), 1 << within);
    }

    static MerkleHash inTile(byte[] tile, int first, int count) {
        if (count == 1) {
            return MerkleHash.inTile(tile, first);
        }
        int half = count / 2;
        return MerkleHash.node(inTile(tile, first, half), inTile(tile, first + half, half));
    }

    private byte[] bytes(TilePath path) throws IOException {
        byte[] known = read.get(path);
        if (known == null) {
            known = source.read(path);
            read.put(path, known);
        }
        return known;
    }

    private void requireEntry(long index) throws MalformedLogException {
        if (index < 0 || index >= size) {
            throw new MalformedLogException("entry %d (the log has %d)".formatted(index, size));
        }
    }

    private void requireWithin(long earlier) throws MalformedLogException {
        if (earlier < 0 || earlier > size) {
            throw new MalformedLogException(
                    "tree size %d (the log has %d)".formatted(earlier, size));
        }
    }

    /** RFC 6962 §2.1: the largest power of two below a count of at least two. */
    private static long split(long count) {
        return Long.highestOneBit(count - 1);
    }
}
