package io.overt.x509.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TiledTreeTest {

    @Test
    void roots_are_those_of_certificate_transparency() {
        // The vectors that every RFC 6962 implementation shares since Google's first.
        List<String> entries =
                List.of(
                        "",
                        "00",
                        "10",
                        "2021",
                        "3031",
                        "40414243",
                        "5051525354555657",
                        "606162636465666768696a6b6c6d6e6f");
        List<String> roots =
                List.of(
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
        TreeGrowth growth = new TreeGrowth();
        assertThat(growth.head().root())
                .hasToString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (int i = 0; i < entries.size(); i++) {
            growth.append(HexFormat.of().parseHex(entries.get(i)));
            assertThat(growth.head().root()).hasToString(roots.get(i));
        }
    }

    @Test
    void every_size_to_600_has_the_root_and_the_proofs_of_the_naive_tree() throws IOException {
        NaiveTree tree = NaiveTree.random(1, 0);
        for (int size = 1; size <= 600; size++) {
            tree.add(new byte[] {(byte) size, (byte) (size >> 8)});
            TreeHead head = tree.publish();
            assertThat(head).isEqualTo(new TreeHead(size, tree.root(size)));
            TiledTree tiled = new TiledTree(tree, size);
            assertThat(tiled.head()).isEqualTo(head);
            // All pairs would be hours of the naive tree; these have every shape.
            for (int other = size % 7; other < size; other += 1 + size / 9) {
                List<MerkleHash> inclusion = tiled.inclusion(other);
                assertThat(inclusion).isEqualTo(tree.path(other, 0, size));
                MerkleProof.requireInclusion(
                        MerkleHash.leaf(tree.entries.get(other)), other, head, inclusion);
                List<MerkleHash> consistency = tiled.consistency(other);
                if (other > 0) {
                    assertThat(consistency).isEqualTo(tree.subproof(other, 0, size, true));
                }
                MerkleProof.requireConsistency(tiled.head(other), head, consistency);
            }
        }
    }

    @Test
    void any_two_sizes_to_90_are_consistent() throws IOException {
        NaiveTree tree = NaiveTree.random(2, 90);
        TiledTree tiled = new TiledTree(tree, 90);
        for (int size = 0; size <= 90; size++) {
            TiledTree later = new TiledTree(sub(tree, size), size);
            for (int earlier = 0; earlier <= size; earlier++) {
                MerkleProof.requireConsistency(
                        tiled.head(earlier), tiled.head(size), later.consistency(earlier));
            }
        }
    }

    private static TileSource sub(NaiveTree whole, int size) {
        NaiveTree tree = new NaiveTree();
        whole.entries.subList(0, size).forEach(tree::add);
        tree.publish();
        return tree;
    }

    @Test
    void random_places_in_a_tree_of_100_000_are_proven() throws IOException {
        long seed = System.nanoTime();
        int size = 100_000;
        NaiveTree tree = NaiveTree.random(seed, size);
        TiledTree tiled = new TiledTree(tree, size);
        TreeHead head = tiled.head();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            int at = random.nextInt(size);
            String of = "seed %d, %d".formatted(seed, at);
            assertThat(tiled.leaf(at)).as(of).isEqualTo(MerkleHash.leaf(tree.entries.get(at)));
            assertThat(tiled.entry(at)).as(of).isEqualTo(tree.entries.get(at));
            MerkleProof.requireInclusion(tiled.leaf(at), at, head, tiled.inclusion(at));
            MerkleProof.requireConsistency(tiled.head(at), head, tiled.consistency(at));
        }
        assertThat(head.root()).as("seed %d", seed).isEqualTo(tree.root(size));
    }

    @Test
    void a_tree_of_70_000_has_the_tiles_of_the_specifications_example() {
        NaiveTree tree = NaiveTree.random(3, 70_000);
        assertThat(tree.tiles.keySet().stream().filter(path -> level(path) == 0 && path.full()))
                .hasSize(273);
        assertThat(tree.tiles.keySet().stream().filter(path -> level(path) >= 0 && !path.full()))
                .extracting(TilePath::text)
                .containsExactlyInAnyOrder("tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1");
        assertThat(tree.tiles.keySet().stream().filter(path -> level(path) == -1))
                .hasSize(274)
                .extracting(TilePath::text)
                .contains("tile/entries/000", "tile/entries/272", "tile/entries/273.p/112");
    }

    private static int level(TilePath path) {
        return switch (path.level()) {
            case TilePath.Level.Entries() -> -1;
            case TilePath.Level.Hashes(int number) -> number;
        };
    }

    @Test
    void growing_from_tiles_is_growing_on() throws IOException {
        for (int size : List.of(0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537)) {
            NaiveTree tree = NaiveTree.random(4, size);
            TreeGrowth resumed = TreeGrowth.from(tree, size);
            assertThat(resumed.head()).isEqualTo(tree.publish());
            for (int i = 0; i < 300; i++) {
                byte[] entry = {(byte) i};
                tree.add(entry);
                resumed.append(entry);
            }
            assertThat(resumed.head()).as("from %d", size).isEqualTo(tree.publish());
            resumed.tiles()
                    .forEach((path, tile) -> assertThat(tree.tiles.get(path)).isEqualTo(tile));
        }
    }

    @Test
    void a_proof_with_any_bit_changed_proves_nothing() throws IOException {
        NaiveTree tree = NaiveTree.random(5, 300);
        TiledTree tiled = new TiledTree(tree, 300);
        TreeHead head = tiled.head();
        for (int at : List.of(0, 1, 64, 255, 256, 298, 299)) {
            List<MerkleHash> inclusion = tiled.inclusion(at);
            MerkleHash leaf = tiled.leaf(at);
            altered(inclusion)
                    .forEach(
                            bad ->
                                    assertThatThrownBy(
                                                    () ->
                                                            MerkleProof.requireInclusion(
                                                                    leaf, at, head, bad))
                                            .isInstanceOf(MalformedLogException.class));
            assertThatThrownBy(() -> MerkleProof.requireInclusion(leaf, at ^ 1, head, inclusion))
                    .isInstanceOf(MalformedLogException.class);
            TreeHead old = tiled.head(at);
            if (at > 0) {
                altered(tiled.consistency(at))
                        .forEach(
                                bad ->
                                        assertThatThrownBy(
                                                        () ->
                                                                MerkleProof.requireConsistency(
                                                                        old, head, bad))
                                                .isInstanceOf(MalformedLogException.class));
                assertThatThrownBy(
                                () ->
                                        MerkleProof.requireConsistency(
                                                new TreeHead(at, leaf),
                                                head,
                                                tiled.consistency(at)))
                        .isInstanceOf(MalformedLogException.class);
            }
        }
    }

    /** Every byte of every hash changed; one hash more, one less, two swapped. */
    private static List<List<MerkleHash>> altered(List<MerkleHash> proof) throws IOException {
        List<List<MerkleHash>> all = new ArrayList<>();
        for (int i = 0; i < proof.size(); i++) {
            for (int at = 0; at < MerkleHash.LENGTH; at++) {
                byte[] bytes = proof.get(i).bytes();
                bytes[at] ^= 0x10;
                List<MerkleHash> bad = new ArrayList<>(proof);
                bad.set(i, MerkleHash.of(bytes));
                all.add(bad);
            }
            List<MerkleHash> less = new ArrayList<>(proof);
            less.remove(i);
            all.add(less);
            List<MerkleHash> more = new ArrayList<>(proof);
            more.add(i, proof.get(i));
            all.add(more);
        }
        return all;
    }

    @Test
    void two_roots_of_one_size_are_not_consistent() throws IOException {
        TreeHead one = NaiveTree.random(6, 20).publish();
        TreeHead other = NaiveTree.random(7, 20).publish();
        MerkleProof.requireConsistency(one, one, List.of());
        assertThatThrownBy(() -> MerkleProof.requireConsistency(one, other, List.of()))
                .isInstanceOf(MalformedLogException.class)
                .hasMessageContaining("two roots for size 20");
    }

    @Test
    void what_the_log_does_not_have_is_refused() throws IOException {
        TiledTree tree = new TiledTree(NaiveTree.random(8, 5), 5);
        assertThatThrownBy(() -> tree.inclusion(5)).hasMessage("entry 5 (the log has 5)");
        assertThatThrownBy(() -> tree.consistency(6)).hasMessage("tree size 6 (the log has 5)");
        assertThatThrownBy(() -> tree.entry(-1)).isInstanceOf(MalformedLogException.class);
        assertThat(tree.consistency(5)).isEmpty();
    }

    @Test
    void paths_are_those_of_the_specification() {
        assertThat(TilePath.hashes(0, 1_234_067, 256)).hasToString("tile/0/x001/x234/067");
        assertThat(TilePath.hashes(3, 5, 17)).hasToString("tile/3/005.p/17");
        assertThat(TilePath.entries(1000, 1)).hasToString("tile/entries/x001/000.p/1");
        assertThat(TilePath.entries(0, 256)).hasToString("tile/entries/000");
        assertThatThrownBy(() -> TilePath.hashes(64, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TilePath.hashes(0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TilePath.hashes(0, 0, 257))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_bundle_is_read_as_it_was_written_and_not_when_it_was_cut() throws IOException {
        List<byte[]> entries = List.of(new byte[0], new byte[] {7}, new byte[0xffff]);
        byte[] bundle = EntryBundle.of(entries);
        assertThat(EntryBundle.parse(bundle, 3)).usingRecursiveComparison().isEqualTo(entries);
        for (int cut : List.of(1, 3, 4, 6, bundle.length - 1)) {
            assertThatThrownBy(() -> EntryBundle.parse(java.util.Arrays.copyOf(bundle, cut), 3))
                    .as("cut to %d", cut)
                    .isInstanceOf(MalformedLogException.class);
        }
        assertThatThrownBy(() -> EntryBundle.parse(bundle, 2))
                .isInstanceOf(MalformedLogException.class);
        assertThatThrownBy(() -> EntryBundle.of(List.of(new byte[0x10000])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
