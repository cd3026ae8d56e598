package io.overt.x509.tlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** RFC 6962 §2.1 word for word, with all entries in a list; and the tiles that we make of them. */
final class NaiveTree implements TileSource {

    final List<byte[]> entries = new ArrayList<>();
    final Map<TilePath, byte[]> tiles = new HashMap<>();
    private final TreeGrowth growth = new TreeGrowth();

    static NaiveTree random(long seed, int size) {
        Random random = new Random(seed);
        NaiveTree tree = new NaiveTree();
        for (int i = 0; i < size; i++) {
            byte[] entry = new byte[random.nextInt(40)];
            random.nextBytes(entry);
            tree.add(entry);
        }
        tree.publish();
        return tree;
    }

    void add(byte[] entry) {
        entries.add(entry);
        growth.append(entry);
    }

    /** As a log does it: the tiles of the present size join those of earlier ones. */
    TreeHead publish() {
        tiles.putAll(growth.tiles());
        return growth.head();
    }

    @Override
    public byte[] read(TilePath path) throws IOException {
        byte[] tile = tiles.get(path);
        if (tile == null) {
            tile = tiles.get(path.filled());
        }
        if (tile == null) {
            throw new IOException(path + ": not there");
        }
        return tile;
    }

    MerkleHash root(int size) {
        return size == 0 ? MerkleHash.OF_NOTHING : hash(0, size);
    }

    MerkleHash hash(int from, int to) {
        if (to - from == 1) {
            return MerkleHash.leaf(entries.get(from));
        }
        int middle = from + split(to - from);
        return MerkleHash.node(hash(from, middle), hash(middle, to));
    }

    List<MerkleHash> path(int index, int from, int to) {
        if (to - from == 1) {
            return new ArrayList<>();
        }
        int middle = from + split(to - from);
        List<MerkleHash> path;
        if (index < middle) {
            path = path(index, from, middle);
            path.add(hash(middle, to));
        } else {
            path = path(index, middle, to);
            path.add(hash(from, middle));
        }
        return path;
    }

    /** SUBPROOF(m, D[from:to], whole) of §2.1.2. */
    List<MerkleHash> subproof(int m, int from, int to, boolean whole) {
        int n = to - from;
        if (m == n) {
            return whole ? new ArrayList<>() : new ArrayList<>(List.of(hash(from, to)));
        }
        int k = split(n);
        List<MerkleHash> proof;
        if (m <= k) {
            proof = subproof(m, from, from + k, whole);
            proof.add(hash(from + k, to));
        } else {
            proof = subproof(m - k, from + k, to, false);
            proof.add(hash(from, from + k));
        }
        return proof;
    }

    private static int split(int n) {
        int k = 1;
        while (k * 2 < n) {
            k *= 2;
        }
        return k;
    }
}
