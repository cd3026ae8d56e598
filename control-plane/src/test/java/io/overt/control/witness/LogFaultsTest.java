package io.overt.control.witness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.control.store.ForkEvidence;
import io.overt.control.store.TestStores;
import io.overt.control.store.WitnessedHead;
import io.overt.control.witness.LogServer.Manner;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.TreeHead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a log does wrong has one state, and is not cosigned. */
@ParameterizedClass
@EnumSource(TestStores.class)
class LogFaultsTest {
    @TempDir Path folder;
    private final TestStores kind;

    LogFaultsTest(TestStores kind) {
        this.kind = kind;
    }

    private record Fault(String name, LogState state, Function<WitnessOfOneLog, Manner> how) {}

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
                            LogFaultsTest::stalling),
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
                            one ->
                                    one.checkpoint(
                                            new String(one.log.note().encoded(), UTF_8)
                                                    .replaceFirst("\n301\n", "\n302\n")
                                                    .getBytes(UTF_8))),
                    new Fault(
                            "its checkpoint is signed by another key",
                            LogState.MALFORMED,
                            one ->
                                    LogServer.serving(
                                            new GrownLog("log.example/a")
                                                    .append("entry", 302)
                                                    .files())),
                    new Fault(
                            "its checkpoint is of another origin, under its key",
                            LogState.MALFORMED,
                            one ->
                                    one.checkpoint(
                                            one.log
                                                    .signed(
                                                            Checkpoint.of(
                                                                    "log.example/b",
                                                                    one.log.head()))
                                                    .encoded())),
                    new Fault(
                            "it has signed entries that it does not serve",
                            LogState.MALFORMED,
                            one -> {
                                Map<String, byte[]> files = grown(one);
                                files.keySet().removeIf(each -> each.startsWith("tile/0/001.p"));
                                return LogServer.serving(files);
                            }),
                    new Fault(
                            "a tile was altered",
                            LogState.MALFORMED,
                            one -> {
                                Map<String, byte[]> files = grown(one);
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
                            one -> {
                                Map<String, byte[]> files = grown(one);
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
                            one ->
                                    LogServer.split(
                                            LogServer.serving(grown(one)), LogServer.endless())),
                    new Fault(
                            "tiles are slow", // a second
                            LogState.UNREACHABLE,
                            one -> LogServer.split(LogServer.serving(grown(one)), stalling(one))),
                    new Fault(
                            "tiles cannot be had now",
                            LogState.UNREACHABLE,
                            one ->
                                    LogServer.split(
                                            LogServer.serving(grown(one)), LogServer.status(503))),
                    new Fault(
                            "it was rolled back to an earlier day",
                            LogState.STALE,
                            one -> LogServer.serving(one.log.twin().append("entry", 300).files())),
                    new Fault(
                            "it shows an older head, and still has all tiles",
                            LogState.STALE,
                            one ->
                                    one.checkpoint(
                                            one.log.twin().append("entry", 300).note().encoded())),
                    new Fault(
                            "it has signed another tree of the same size",
                            LogState.FORKED,
                            one -> LogServer.serving(one.log.twin().append("other", 301).files())),
                    new Fault(
                            "it has signed a larger tree with another beginning",
                            LogState.FORKED,
                            one -> LogServer.serving(one.log.twin().append("other", 700).files())),
                    new Fault(
                            "it has signed a smaller tree that is not the beginning",
                            LogState.FORKED,
                            one ->
                                    one.checkpoint(
                                            one.log.twin().append("other", 300).note().encoded())));

    /** It answers, and does not end; the witness waits a second for that, and not for ever. */
    private static Manner stalling(WitnessOfOneLog one) {
        one.restart(Duration.ofSeconds(1));
        return one.server.stalling();
    }

    /** The log's files as it goes on. */
    private static Map<String, byte[]> grown(WitnessOfOneLog one) {
        return new HashMap<>(one.log.twin().append("entry", 301).append("more", 20).files());
    }

    @TestFactory
    Stream<DynamicTest> whatever_a_log_does_wrong_has_one_state_and_is_not_cosigned() {
        return FAULTS.stream()
                .map(fault -> DynamicTest.dynamicTest(fault.name(), () -> judge(fault)));
    }

    private void judge(Fault fault) throws Exception {
        var kept = kind.makeWithTables();
        try (var database = kept.open();
                var one =
                        new WitnessOfOneLog(
                                Files.createDirectory(
                                        folder.resolve(fault.name().replace(' ', '-'))),
                                database)) {
            judge(one, fault);
        } finally {
            kept.remove();
        }
    }

    private static void judge(WitnessOfOneLog one, Fault fault) throws Exception {
        one.log.append("entry", 301);
        assertThat(one.look()).isEqualTo(LogState.CONSISTENT);
        WitnessedHead before = one.head();
        Optional<SignedNote> published = one.witness.published();

        one.server.behave(fault.how().apply(one));
        one.now = one.now.plusSeconds(5);
        assertThat(one.look()).isEqualTo(fault.state());
        assertThat(one.head()).isEqualTo(before);
        assertThat(one.witness.published()).isEqualTo(published);

        // And when it behaves again?
        one.server.behave(LogServer.serving(one.log.files()));
        assertThat(one.look())
                .isEqualTo(
                        fault.state() == LogState.FORKED ? LogState.FORKED : LogState.CONSISTENT);
        if (fault.state() == LogState.FORKED) {
            requireProof(one);
            int requests = one.server.requests.get();
            one.restart();
            assertThat(one.look()).as("after a restart").isEqualTo(LogState.FORKED);
            assertThat(one.server.requests).as("nobody asks it any more").hasValue(requests);
        } else {
            assertThat(one.witness.forks()).isEmpty();
        }
    }

    /** What anybody with the log's key makes of the evidence. */
    private static void requireProof(WitnessOfOneLog one) throws Exception {
        assertThat(one.witness.forks()).hasSize(1);
        ForkEvidence fork = one.witness.forks().getFirst();
        TreeHead known = Checkpoint.verified(fork.known(), one.log.key()).head();
        TreeHead shown = Checkpoint.verified(fork.shown(), one.log.key()).head();
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
}
