package io.overt.signer.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.log.v1.Entry;
import io.overt.signer.issue.IssuanceIndex;
import io.overt.signer.issue.IssuanceIndex.Intended.Noted;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.log.Finding;
import io.overt.signer.log.Finding.Kind;
import io.overt.signer.log.Issuances;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.TestLog;
import io.overt.signer.monitor.LogMonitor.Look;
import io.overt.signer.store.SqliteStore;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.TrustAnchors;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that must not be is planted in a log that a signer's own parts have written. */
class LogMonitorTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path directory;
    private final Instant start = Instant.now().minusSeconds(60);
    private final Issuances issuances = new Issuances();
    private SqliteStore store;
    private TestLog log;
    private Optional<TrustAnchors> anchors = Optional.of(issuances.anchors());
    private NeverForged watched = new NeverForged(List.of());
    private Optional<LogMonitor.MetricsSource> metrics = Optional.empty();
    private LogMonitor.Pause pause = _ -> false;

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

    /** Has everything published that is there. */
    private void publish() throws Exception {
        close();
        store = SqliteStore.open(directory.resolve("signer.db"), LONG);
        log = TestLog.open(directory, store);
    }

    private Look look(MonitorState before) throws Exception {
        publish();
        return monitor().look(before);
    }

    private LogMonitor monitor() {
        return new LogMonitor(
                new LogMonitor.Settings(
                        log.folder(), log.key(), log::reader, anchors, watched, metrics, pause));
    }

    private Look look() throws Exception {
        return look(MonitorState.beginning(log.key().name()));
    }

    private static List<Kind> kinds(Look look) {
        return look.findings().stream().map(Finding::kind).toList();
    }

    private List<Entry> entries() throws Exception {
        publish();
        List<Entry> entries = new ArrayList<>();
        LogEntries.each(
                log.folder(), 0, store.size(), (_, bytes) -> entries.add(Entry.parseFrom(bytes)));
        return entries;
    }

    @Test
    void a_log_whose_every_TBS_follows_from_its_evidence_has_nothing_to_tell() throws Exception {
        for (int i = 0; i < 5; i++) {
            issuances.issue(log.log(), i);
        }
        log.log().intend(issuances.intent(5)); // cut off
        Noted noted = (Noted) log.log().intend(issuances.intent(6));
        log.log()
                .withhold(
                        noted, RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED, Instant.now());
        Look look = look();
        assertThat(look.findings()).isEmpty();
        assertThat(look.read()).isEqualTo(store.size());
        assertThat(look.open()).isEqualTo(2);
        assertThat(look.state().head().size()).isEqualTo(store.size());
    }

    @Test
    void a_TBS_that_its_evidence_does_not_yield_is_one_finding() throws Exception {
        issuances.issue(log.log(), 0);
        IssuanceIndex.Intent signed = issuances.intent(1);
        IssuanceIndex.Intent lie =
                new IssuanceIndex.Intent(
                        signed.tbs(),
                        signed.issuer(),
                        signed.server(),
                        signed.requester(),
                        issuances.intent(2).evidence(),
                        Instant.now());
        Noted noted = (Noted) log.log().intend(lie);
        log.log().store(lie, noted, issuances.certificate(signed), Instant.now());
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.TBS_DIFFERS);
        assertThat(look.findings().getFirst().where()).isEqualTo("entry " + noted.logIndex());
    }

    @Test
    void a_certificate_without_an_intent_is_one_finding() throws Exception {
        issuances.issue(log.log(), 0);
        Entry result = entries().getLast();
        store.append(
                result.toBuilder()
                        .setResult(
                                result.getResult().toBuilder()
                                        .setIntent(0)
                                        .setCertificateId(ByteString.copyFrom(new byte[32])))
                        .build()
                        .toByteArray());
        issuances.issue(log.log(), 1);
        assertThat(kinds(look())).containsExactly(Kind.NO_INTENT);
    }

    @Test
    void a_second_certificate_of_one_id_is_one_finding() throws Exception {
        issuances.issue(log.log(), 0);
        Entry result = entries().getLast();
        MonitorState first = look().state();
        store.append(result.toByteArray());
        issuances.issue(log.log(), 1);
        assertThat(kinds(look(first))).containsExactly(Kind.SECOND_CERTIFICATE);
        assertThat(kinds(look())).containsExactly(Kind.SECOND_CERTIFICATE);
    }

    @Test
    void another_certificate_than_was_announced_is_one_finding() throws Exception {
        IssuanceIndex.Intent intent = issuances.intent(0);
        Noted noted = (Noted) log.log().intend(intent);
        log.log().store(intent, noted, issuances.certificate(issuances.intent(1)), Instant.now());
        assertThat(kinds(look())).containsExactly(Kind.OTHER_CERTIFICATE);
    }

    @Test
    void a_chain_that_the_monitors_anchors_do_not_vouch_for_is_a_finding_of_its_own_kind()
            throws Exception {
        issuances.issue(log.log(), 0);
        anchors = Optional.of(TrustAnchors.of(List.of(TestPki.create().anchor())));
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.UNTRUSTED_CHAIN);
        assertThat(look.findings().getFirst().what()).contains(Issuances.HOST);
        anchors = Optional.empty();
        assertThat(look().findings()).as("nobody asked").isEmpty();
    }

    @Test
    void a_chain_that_had_no_room_is_said_to_be_not_checkable() throws Exception {
        IssuanceIndex.Intent intent = issuances.intent(0);
        List<byte[]> chain = new ArrayList<>(intent.evidence().chain());
        chain.add(new byte[60_000]);
        IssuanceIndex.Intent longer =
                new IssuanceIndex.Intent(
                        intent.tbs(),
                        intent.issuer(),
                        intent.server(),
                        intent.requester(),
                        new IssuanceIndex.Evidence(
                                chain,
                                intent.evidence().key(),
                                intent.evidence().profile(),
                                intent.evidence().epoch()),
                        Instant.now());
        Noted noted = (Noted) log.log().intend(longer);
        log.log().store(longer, noted, issuances.certificate(intent), Instant.now());
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.NOT_CHECKABLE);
        assertThat(look.findings().getFirst().kind().note()).isTrue();
    }

    @Test
    void a_watched_name_is_told_once() throws Exception {
        issuances.issue(log.log(), 0);
        watched = new NeverForged(List.of("*.origin.example"));
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.WATCHED_NAME);
        assertThat(look(look.state()).findings()).isEmpty();
    }

    @Test
    void a_later_look_judges_what_is_new_by_what_was_before() throws Exception {
        MonitorState state = MonitorState.beginning(log.key().name());
        IssuanceIndex.Intent open = issuances.intent(500);
        Noted noted = (Noted) log.log().intend(open);
        Path file = directory.resolve("monitor.state");
        for (int i = 0; i < 150; i++) {
            issuances.issue(log.log(), i);
            if (i % 50 == 49) {
                Look look = look(state);
                assertThat(look.findings()).isEmpty();
                assertThat(look.read()).isEqualTo(store.size() - state.head().size());
                look.state().write(file);
                state = MonitorState.read(file, log.key().name());
                assertThat(state).isEqualTo(look.state());
            }
        }
        log.log().store(open, noted, issuances.certificate(open), Instant.now());
        Look last = look(state);
        assertThat(last.findings()).isEmpty();
        assertThat(last.open()).isZero();
        assertThat(last.read()).isBetween(1L, 2L); // and a key, where a start made one
    }

    @Test
    void another_history_and_an_older_one_are_told_as_long_as_they_are_there() throws Exception {
        issuances.issue(log.log(), 0);
        publish();
        Path old = directory.resolve("old");
        copy(log.folder().root(), old);
        issuances.issue(log.log(), 1);
        Look good = look();
        assertThat(good.findings()).isEmpty();

        Path now = directory.resolve("now");
        copy(log.folder().root(), now);
        wipe(log.folder().root());
        copy(old, log.folder().root());
        Look older = monitor().look(good.state());
        assertThat(kinds(older)).containsExactly(Kind.ROLLED_BACK);
        assertThat(older.state()).isEqualTo(good.state());

        MonitorState lie =
                new MonitorState(
                        good.state().origin(),
                        new TreeHead(good.state().head().size() - 1, good.state().head().root()),
                        good.state().rules(),
                        good.state().tally(),
                        Map.of());
        wipe(log.folder().root());
        copy(now, log.folder().root());
        for (int i = 0; i < 2; i++) {
            assertThat(kinds(monitor().look(lie))).containsExactly(Kind.FORKED);
        }
    }

    @Test
    void entries_that_nobody_signed_are_not_judged() throws Exception {
        issuances.issue(log.log(), 0);
        publish();
        Path bundle;
        try (Stream<Path> all = Files.list(log.folder().root().resolve("tile/entries/000.p"))) {
            bundle =
                    all.filter(each -> each.endsWith(Long.toString(size())))
                            .findFirst()
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(bundle);
        byte[] wrong = bytes.clone();
        wrong[wrong.length - 1] ^= 1;
        Files.write(bundle, wrong);
        Look look = monitor().look(MonitorState.beginning(log.key().name()));
        assertThat(kinds(look)).containsExactly(Kind.LOG);
        assertThat(look.state()).isEqualTo(MonitorState.beginning(log.key().name()));
        Files.write(bundle, bytes);
    }

    private long size() {
        try {
            return LogEntries.head(log.folder(), log.key()).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void counted(Instant since, long signatures, long checkpoints, long operations) {
        counted(since, signatures, checkpoints, 0, operations);
    }

    private void counted(
            Instant since, long signatures, long checkpoints, long crls, long operations) {
        metrics =
                Optional.of(
                        () ->
                                new Counters(
                                        since,
                                        Map.of(issuances.issuer().name(), signatures),
                                        checkpoints,
                                        crls,
                                        Optional.of(operations)));
    }

    @Test
    void a_crl_that_is_not_in_the_log_is_a_finding() throws Exception {
        issuances.issue(log.log(), 0);
        counted(start, 1, 7, 1, 9);
        assertThat(look().findings())
                .singleElement()
                .satisfies(
                        finding ->
                                assertThat(finding.toString())
                                        .contains("1 CRLs are counted since")
                                        .contains("expected: at most 0"));
    }

    @Test
    void counters_that_say_what_the_log_says_have_nothing_to_tell() throws Exception {
        for (int i = 0; i < 3; i++) {
            issuances.issue(log.log(), i);
        }
        Noted noted = (Noted) log.log().intend(issuances.intent(6));
        log.log()
                .withhold(
                        noted, RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED, Instant.now());
        counted(start, 4, 7, 11);
        assertThat(look().findings()).isEmpty();
    }

    @Test
    void one_signature_that_is_not_in_the_log_is_one_finding_and_told_once() throws Exception {
        for (int i = 0; i < 3; i++) {
            issuances.issue(log.log(), i);
        }
        counted(start, 4, 7, 11);
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.NOT_LOGGED);
        assertThat(look.findings().getFirst().what())
                .startsWith("4 signatures are counted")
                .contains("at most 3");
        Path file = directory.resolve("monitor.state");
        look.state().write(file);
        MonitorState known = MonitorState.read(file, log.key().name());
        assertThat(look(known).findings()).isEmpty();
        counted(start, 5, 7, 12);
        assertThat(kinds(look(known))).as("a second one").containsExactly(Kind.NOT_LOGGED);
    }

    // checklist 66
    @Test
    void one_signature_of_the_token_that_nobody_counted_is_one_finding() throws Exception {
        issuances.issue(log.log(), 0);
        counted(start, 1, 7, 9);
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.NOT_LOGGED);
        assertThat(look.findings().getFirst().where())
                .isEqualTo("overt_signer_token_operations_total");
    }

    @Test
    void a_signature_that_was_cut_off_is_accounted_for_by_its_intent() throws Exception {
        issuances.issue(log.log(), 0);
        log.log().intend(issuances.intent(1));
        counted(start, 2, 7, 9);
        assertThat(look().findings()).isEmpty();
    }

    @Test
    void counters_that_begin_anew_are_compared_with_what_came_since() throws Exception {
        for (int i = 0; i < 3; i++) {
            issuances.issue(log.log(), i);
        }
        counted(start, 3, 7, 10);
        MonitorState before = look().state();
        Instant restart = Instant.now();
        issuances.issue(log.log(), 3);
        // A look without counters, so that nobody knew of the restart when this was read.
        metrics = Optional.empty();
        before = look(before).state();
        issuances.issue(log.log(), 4);
        counted(restart, 2, 1, 3);
        Look good = look(before);
        assertThat(good.findings()).isEmpty();
        counted(restart, 3, 1, 4);
        assertThat(kinds(look(before))).containsExactly(Kind.NOT_LOGGED);
    }

    @Test
    void what_is_under_way_when_counters_are_read_is_waited_for() throws Exception {
        issuances.issue(log.log(), 0);
        publish();
        counted(start, 2, 7, 9);
        List<Integer> waited = new ArrayList<>();
        pause =
                attempt -> {
                    waited.add(attempt);
                    if (attempt == 2) {
                        try {
                            issuances.issue(log.log(), 1);
                            publish();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }
                    return attempt < 5;
                };
        assertThat(monitor().look(MonitorState.beginning(log.key().name())).findings()).isEmpty();
        assertThat(waited).containsExactly(1, 2);
    }

    @Test
    void counters_that_cannot_be_had_are_told_and_the_log_is_judged() throws Exception {
        issuances.issue(log.log(), 0);
        metrics =
                Optional.of(
                        () -> {
                            throw new IOException("nobody there");
                        });
        Look look = look();
        assertThat(kinds(look)).containsExactly(Kind.METRICS);
        assertThat(look.state().head().size()).isEqualTo(store.size());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path there = to.resolve(from.relativize(each).toString());
                if (!Files.isDirectory(there)) {
                    Files.copy(each, there);
                }
            }
        }
    }

    private static void wipe(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
