package io.overt.control.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.ForkEvidence;
import io.overt.control.store.WithStore;
import io.overt.control.store.WitnessStore;
import io.overt.control.store.WitnessedHead;
import io.overt.control.witness.LogServer.Manner;
import io.overt.service.http.BoundedFetch;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.NoteSignature;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TreeHead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a witness makes of a log that is served well, and of every way in which it is not. */
@WithStore
class LogWitnessTest {
    private static final Duration STALE_AFTER = Duration.ofMinutes(3);

    @TempDir Path folder;
    private final GrownLog log = new GrownLog("log.example/a");
    private final BoundedFetch http = new BoundedFetch();
    private Instant now = Instant.parse("2026-11-28T08:00:00.700Z");
    private WitnessStore store;
    private WitnessKey key;
    private LogServer server;
    private LogWitness witness;

    @BeforeEach
    void start(Database database) throws Exception {
        store = new WitnessStore(database);
        key = WitnessKey.create(folder.resolve("w.key"), "witness.example/w");
        server = new LogServer(log);
        witness = witness();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        http.close();
    }

    private LogWitness witness() {
        WatchedLog watched = new WatchedLog(log.key(), server.url());
        return new LogWitness(
                watched,
                new LogSource(http, watched.url(), Duration.ofSeconds(1)),
                key,
                store,
                () -> now,
                STALE_AFTER);
    }

    /** Looks, and holds what holds after every look: what is published is signed by both. */
    private LogState look() throws Exception {
        Judgement judgement = witness.look();
        if (witness.published().isPresent()) {
            SignedNote note = witness.published().get();
            assertThat(note.verified(List.of(log.key(), key.verifier()))).hasSize(2);
            WitnessedHead head = store.head(log.key().name()).orElseThrow();
            assertThat(Checkpoint.verified(note, log.key()).head()).isEqualTo(head.head());
            assertThat(Cosignature.time(note, key.verifier())).isEqualTo(head.cosignedAt());
        }
        assertThat(judgement).isInstanceOf(Judgement.OfLog.class);
        return judgement.ofLog().orElseThrow();
    }

    private Optional<TreeHead> vouched() {
        return store.head(log.key().name()).map(WitnessedHead::head);
    }

    @EachStore
    void each_head_that_continues_the_last_is_cosigned() throws Exception {
        for (int more : new int[] {1, 1, 5, 248, 1, 1, 255, 300, 3}) {
            log.append("entry", more);
            assertThat(look()).as("at %s", log.head()).isEqualTo(LogState.CONSISTENT);
            assertThat(vouched()).hasValue(log.head());
        }
        assertThat(witness().published()).as("after a restart").isEqualTo(witness.published());
    }

    @EachStore
    void a_log_without_an_entry_has_a_head_too() throws Exception {
        log.append("none", 0);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        assertThat(vouched()).hasValue(TreeHead.EMPTY);
        log.append("entry", 2);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        assertThat(vouched()).hasValue(log.head());
    }

    private record Fault(String name, LogState state, Function<LogWitnessTest, Manner> how) {}

    private static final List<Fault> FAULTS =
            List.of(
                    new Fault(
                            "no checkpoint is there",
                            LogState.UNREACHABLE,
                            _ -> LogServer.status(404)),
                    new Fault(
                            "the web server is broken",
                            LogState.UNREACHABLE,
                            _ -> LogServer.status(500)),
                    new Fault(
                            "it redirects for ever",
                            LogState.UNREACHABLE,
                            _ -> LogServer.redirecting()),
                    new Fault(
                            "it answers, and never ends", // a second
                            LogState.UNREACHABLE,
                            test -> test.server.stalling()),
                    new Fault(
                            "its checkpoint has no end",
                            LogState.MALFORMED,
                            _ -> LogServer.endless()),
                    new Fault(
                            "its checkpoint is empty",
                            LogState.MALFORMED,
                            _ -> LogServer.serving(Map.of("checkpoint", new byte[0]))),
                    new Fault(
                            "its checkpoint is a page for people",
                            LogState.MALFORMED,
                            _ ->
                                    LogServer.serving(
                                            Map.of(
                                                    "checkpoint",
                                                    "<html>\n\n</html>\n".getBytes(UTF_8)))),
                    new Fault(
                            "its checkpoint was altered",
                            LogState.MALFORMED,
                            test ->
                                    test.checkpoint(
                                            new String(test.log.note().encoded(), UTF_8)
                                                    .replaceFirst("\n301\n", "\n302\n")
                                                    .getBytes(UTF_8))),
                    new Fault(
                            "its checkpoint is signed by another key",
                            LogState.MALFORMED,
                            test ->
                                    LogServer.serving(
                                            new GrownLog("log.example/a")
                                                    .append("entry", 302)
                                                    .files())),
                    new Fault(
                            "its checkpoint is of another origin, under its key",
                            LogState.MALFORMED,
                            test ->
                                    test.checkpoint(
                                            test.log
                                                    .signed(
                                                            Checkpoint.of(
                                                                    "log.example/b",
                                                                    test.log.head()))
                                                    .encoded())),
                    new Fault(
                            "it has signed entries that it does not serve",
                            LogState.MALFORMED,
                            test -> {
                                Map<String, byte[]> files = test.grown();
                                files.keySet().removeIf(each -> each.startsWith("tile/0/001.p"));
                                return LogServer.serving(files);
                            }),
                    new Fault(
                            "a tile was altered",
                            LogState.MALFORMED,
                            test -> {
                                Map<String, byte[]> files = test.grown();
                                files.replaceAll(
                                        (path, bytes) -> {
                                            if (!path.startsWith("tile/0/001")) {
                                                return bytes;
                                            }
                                            byte[] wrong = bytes.clone();
                                            wrong[40 * 32] ^= 1;
                                            return wrong;
                                        });
                                return LogServer.serving(files);
                            }),
                    new Fault(
                            "a tile is too short",
                            LogState.MALFORMED,
                            test -> {
                                Map<String, byte[]> files = test.grown();
                                files.replaceAll(
                                        (path, bytes) ->
                                                path.startsWith("tile/0/001")
                                                        ? new byte[32]
                                                        : bytes);
                                return LogServer.serving(files);
                            }),
                    new Fault(
                            "a tile has no end",
                            LogState.MALFORMED,
                            test ->
                                    LogServer.split(
                                            LogServer.serving(test.grown()), LogServer.endless())),
                    new Fault(
                            "tiles are slow", // a second
                            LogState.UNREACHABLE,
                            test ->
                                    LogServer.split(
                                            LogServer.serving(test.grown()),
                                            test.server.stalling())),
                    new Fault(
                            "tiles cannot be had now",
                            LogState.UNREACHABLE,
                            test ->
                                    LogServer.split(
                                            LogServer.serving(test.grown()),
                                            LogServer.status(503))),
                    new Fault(
                            "it was rolled back to an earlier day",
                            LogState.STALE,
                            test ->
                                    LogServer.serving(
                                            test.log.twin().append("entry", 300).files())),
                    new Fault(
                            "it shows an older head, and still has all tiles",
                            LogState.STALE,
                            test ->
                                    test.checkpoint(
                                            test.log.twin().append("entry", 300).note().encoded())),
                    new Fault(
                            "it has signed another tree of the same size",
                            LogState.FORKED,
                            test ->
                                    LogServer.serving(
                                            test.log.twin().append("other", 301).files())),
                    new Fault(
                            "it has signed a larger tree with another beginning",
                            LogState.FORKED,
                            test ->
                                    LogServer.serving(
                                            test.log.twin().append("other", 700).files())),
                    new Fault(
                            "it has signed a smaller tree that is not the beginning",
                            LogState.FORKED,
                            test ->
                                    test.checkpoint(
                                            test.log
                                                    .twin()
                                                    .append("other", 300)
                                                    .note()
                                                    .encoded())));

    /** The log's files, with another checkpoint. */
    private Manner checkpoint(byte[] note) {
        Map<String, byte[]> files = new HashMap<>(log.files());
        files.put("checkpoint", note);
        return LogServer.serving(files);
    }

    /** As the log goes on. */
    private Map<String, byte[]> grown() {
        return new HashMap<>(log.twin().append("entry", 301).append("more", 20).files());
    }

    @TestFactory
    Stream<DynamicTest> whatever_a_log_does_wrong_has_one_state_and_is_not_cosigned() {
        return FAULTS.stream()
                .map(
                        fault ->
                                DynamicTest.dynamicTest(
                                        fault.name(),
                                        () -> {
                                            LogWitnessTest test = new LogWitnessTest();
                                            test.folder =
                                                    folder.resolve(fault.name().replace(' ', '-'));
                                            Files.createDirectories(test.folder);
                                            try (var database =
                                                    Database.open(
                                                            test.folder.resolve("control.db"))) {
                                                test.start(database);
                                                test.one(fault);
                                            } finally {
                                                test.stop();
                                            }
                                        }));
    }

    private void one(Fault fault) throws Exception {
        log.append("entry", 301);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        WitnessedHead before = store.head(log.key().name()).orElseThrow();
        Optional<SignedNote> published = witness.published();

        server.behave(fault.how().apply(this));
        now = now.plusSeconds(5);
        assertThat(look()).isEqualTo(fault.state());
        assertThat(store.head(log.key().name())).hasValue(before);
        assertThat(witness.published()).isEqualTo(published);

        // And when it behaves again?
        server.behave(LogServer.serving(log.files()));
        assertThat(look())
                .isEqualTo(
                        fault.state() == LogState.FORKED ? LogState.FORKED : LogState.CONSISTENT);
        if (fault.state() == LogState.FORKED) {
            requireProof(witness.forks());
            int requests = server.requests.get();
            witness = witness();
            assertThat(look()).as("after a restart").isEqualTo(LogState.FORKED);
            assertThat(server.requests).as("nobody asks it any more").hasValue(requests);
        } else {
            assertThat(witness.forks()).isEmpty();
        }
    }

    /** What anybody with the log's key makes of the evidence. */
    private void requireProof(List<ForkEvidence> forks) throws Exception {
        assertThat(forks).hasSize(1);
        ForkEvidence fork = forks.getFirst();
        TreeHead known = Checkpoint.verified(fork.known(), log.key()).head();
        TreeHead shown = Checkpoint.verified(fork.shown(), log.key()).head();
        TreeHead small = known.size() <= shown.size() ? known : shown;
        TreeHead large = known.size() <= shown.size() ? shown : known;
        assertThat(fork.otherwise()).isNotEqualTo(small.root());
        if (small.size() == large.size()) {
            assertThat(fork.otherwise()).isEqualTo(shown.root());
        } else {
            MerkleProof.requireConsistency(
                    new TreeHead(small.size(), fork.otherwise()), large, fork.proof());
        }
    }

    @EachStore
    void a_first_head_without_its_tiles_is_not_cosigned() throws Exception {
        log.append("entry", 300);
        server.behave(LogServer.serving(Map.of("checkpoint", log.note().encoded())));
        assertThat(look()).isEqualTo(LogState.MALFORMED);
        assertThat(witness.published()).isEmpty();
    }

    @EachStore
    void a_log_that_does_not_grow_is_stale_and_one_that_grows_again_is_not() throws Exception {
        log.append("entry", 3);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        now = now.plus(STALE_AFTER);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        now = now.plusSeconds(1);
        assertThat(look()).isEqualTo(LogState.STALE);
        witness = witness();
        assertThat(look())
                .as("a restart of the witness forgives nothing")
                .isEqualTo(LogState.STALE);
        log.append("entry", 1);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
    }

    @EachStore
    void a_head_that_stays_is_cosigned_anew_each_minute() throws Exception {
        log.append("entry", 3);
        look();
        Instant first = cosignedAt();
        assertThat(first).isEqualTo(Instant.parse("2026-11-28T08:00:00Z"));
        now = now.plusSeconds(59);
        look();
        assertThat(cosignedAt()).isEqualTo(first);
        now = now.plusSeconds(1);
        look();
        assertThat(cosignedAt()).isEqualTo(first.plusSeconds(60));
    }

    private Instant cosignedAt() throws Exception {
        return Cosignature.time(witness.published().orElseThrow(), key.verifier());
    }

    @EachStore
    void nothing_is_cosigned_at_an_earlier_time_than_before() throws Exception {
        log.append("entry", 3);
        look();
        TreeHead before = log.head();
        log.append("entry", 3);
        now = now.minusSeconds(1);
        assertThat(witness.look())
                .isInstanceOfSatisfying(
                        Judgement.Held.class, held -> assertThat(held.why()).contains("the clock"));
        assertThat(vouched()).hasValue(before);
        now = now.plusSeconds(1);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        assertThat(vouched()).hasValue(log.head());
    }

    @EachStore
    void of_two_witnesses_on_one_store_one_wins_and_the_other_proves_anew() throws Exception {
        log.append("entry", 3);
        look();
        WitnessedHead old = store.head(log.key().name()).orElseThrow();
        log.append("entry", 3);
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        WitnessedHead won = store.head(log.key().name()).orElseThrow();

        GrownLog fork = log.twin().append("other", 9);
        WitnessedHead late =
                new WitnessedHead(log.key().name(), fork.head(), fork.note(), now, now);
        assertThat(store.advance(Optional.of(old), late)).isFalse();
        assertThat(store.advance(Optional.empty(), late)).isFalse();
        assertThat(store.head(log.key().name())).hasValue(won);
    }

    @EachStore
    void the_store_itself_takes_no_witness_back() throws Exception {
        log.append("entry", 3);
        look();
        WitnessedHead known = store.head(log.key().name()).orElseThrow();
        GrownLog other = log.twin().append("other", 2);
        for (WitnessedHead back :
                List.of(
                        new WitnessedHead(known.origin(), other.head(), other.note(), now, now),
                        new WitnessedHead(
                                known.origin(),
                                other.append("other", 1).head(),
                                other.note(),
                                now,
                                now),
                        new WitnessedHead(
                                known.origin(),
                                known.head(),
                                known.note(),
                                now,
                                now.minusSeconds(9)))) {
            assertThatThrownBy(() -> store.advance(Optional.of(known), back))
                    .hasMessageContaining("a witness never goes back");
        }
        assertThat(store.head(known.origin())).hasValue(known);
    }

    @EachStore
    void evidence_is_bounded_and_comes_in_the_order_in_which_it_was_seen() {
        log.append("entry", 2);
        var shown = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            GrownLog fork = log.twin().append("fork " + i, 2);
            shown.add(fork.note().text());
            store.keep(
                    new ForkEvidence(
                            log.key().name(),
                            now,
                            log.note(),
                            fork.note(),
                            fork.head().root(),
                            List.of()));
        }
        assertThat(witness.forks())
                .map(fork -> fork.shown().text())
                .isEqualTo(shown.subList(0, 16));
    }

    @EachStore
    void signatures_of_others_on_a_checkpoint_are_not_handed_on() throws Exception {
        log.append("entry", 2);
        NoteSignature foreign = new NoteSignature("stranger.example", 7, new byte[64]);
        server.behave(checkpoint(log.note().with(foreign).encoded()));
        assertThat(look()).isEqualTo(LogState.CONSISTENT);
        assertThat(witness.published().orElseThrow().signatures()).hasSize(2);
    }
}
