package io.overt.signer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.proto.log.v1.Entry;
import io.overt.proto.log.v1.Heartbeat;
import io.overt.signer.store.SqliteStore;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.MerkleHash;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TiledTree;
import io.overt.x509.tlog.TreeHead;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of ours, and what a reader makes of it that shares no line with us. */
class SecondReaderTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path directory;
    private final Issuances issuances = new Issuances();
    private final List<String> checkpoints = new ArrayList<>();
    private SqliteStore store;
    private TestLog log;
    private int issued;

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.open(directory, store);
        log.log().standing(List.of(issuances.issuer()));
    }

    @AfterEach
    void close() {
        log.close();
        store.close();
    }

    /** Has a checkpoint made at this size, whose last two entries are a certificate's. */
    private void growTo(long size) throws Exception {
        while (store.size() < size - 2) {
            store.append(
                    Entry.newBuilder()
                            .setHeartbeat(Heartbeat.getDefaultInstance())
                            .build()
                            .toByteArray());
        }
        issuances.issue(log.log(), issued++);
        long grown = store.size();
        await().atMost(LONG).until(() -> head().size() == grown);
        checkpoints.add(new String(log.folder().checkpoint().orElseThrow(), UTF_8));
    }

    private TreeHead head() throws Exception {
        return log.folder().checkpoint().isEmpty()
                ? TreeHead.EMPTY
                : LogEntries.head(log.folder(), log.key()).checkpoint().head();
    }

    @Test
    void any_two_checkpoints_of_a_log_are_consistent_by_tiles_that_are_partial_and_full()
            throws Exception {
        // Around whole tiles, whole levels of a tree, and in between; the last has two full tiles
        // and a partial one on level 0, and a partial one on level 1.
        for (long size : new long[] {4, 7, 64, 200, 255, 257, 258, 300, 511, 513, 640, 700}) {
            growTo(size);
        }
        List<SecondReader> readers = new ArrayList<>();
        for (String note : checkpoints) {
            // Each was signed, and its tiles and entries are what it says, at any later time.
            readers.add(new SecondReader(log.folder().root(), note, log.signing().publicKey()));
        }
        int pairs = 0;
        for (SecondReader later : readers) {
            TiledTree ours = new TiledTree(log.folder(), later.size);
            for (SecondReader earlier : readers) {
                if (earlier.size > later.size) {
                    continue;
                }
                List<byte[]> proof = later.proof(earlier.size);
                byte[][] roots = SecondReader.roots(earlier.size, later.size, earlier.root, proof);
                assertThat(roots[0]).isEqualTo(earlier.root);
                assertThat(roots[1]).isEqualTo(later.root);
                // Each verifies what the other proves.
                List<MerkleHash> proven = ours.consistency(earlier.size);
                assertThat(proven.stream().map(MerkleHash::bytes).toList())
                        .usingElementComparator(Arrays::compare)
                        .isEqualTo(proof);
                MerkleProof.requireConsistency(head(earlier), head(later), proven);
                // And a history that differs in one byte is consistent with nothing.
                if (earlier.size < later.size) {
                    byte[] wrong = earlier.root.clone();
                    wrong[0] ^= 1;
                    byte[][] other = SecondReader.roots(earlier.size, later.size, wrong, proof);
                    assertThat(
                                    Arrays.equals(other[0], wrong)
                                            && Arrays.equals(other[1], later.root))
                            .isFalse();
                }
                pairs++;
            }
        }
        assertThat(readers).hasSize(12).last().extracting(each -> each.size).isEqualTo(700L);
        assertThat(pairs).isEqualTo(12 * 13 / 2);
    }

    private static TreeHead head(SecondReader reader) throws Exception {
        return new TreeHead(reader.size, MerkleHash.of(reader.root));
    }

    @Test
    void a_cosignature_is_read() throws Exception {
        growTo(5);
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] spki = pair.getPublic().getEncoded();
        byte[] raw = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
        NoteKey witness =
                NoteKey.of("witness.example/w", NoteKey.Kind.COSIGNATURE, pair.getPublic());
        SignedNote note = SignedNote.parse(checkpoints.getFirst().getBytes(UTF_8));
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(Cosignature.message(note.text(), Instant.ofEpochSecond(1_795_852_800)));
        SignedNote cosigned =
                note.with(
                        Cosignature.line(
                                witness, Instant.ofEpochSecond(1_795_852_800), signer.sign()));
        String text = new String(cosigned.encoded(), UTF_8);
        assertThat(SecondReader.cosigned(text, "witness.example/w", raw)).isEqualTo(1_795_852_800L);
        assertThat(Checkpoint.verified(cosigned, log.key()).head()).isEqualTo(head());
        assertThatThrownBy(() -> SecondReader.cosigned(text, "witness.example/v", raw))
                .hasMessage("not cosigned by witness.example/v");
        String size = "\n" + head().size() + "\n";
        String altered = text.replaceFirst(size, "\n" + (head().size() + 1) + "\n");
        assertThatThrownBy(() -> SecondReader.cosigned(altered, "witness.example/w", raw))
                .hasMessageContaining("cosignature");
    }
}
