package io.overt.signer.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.log.v1.Entry;
import io.overt.signer.issue.IssuanceIndex;
import io.overt.signer.issue.IssuanceIndex.Intended.Noted;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.log.Finding.Kind;
import io.overt.signer.log.Issuances;
import io.overt.signer.log.LogEntries;
import io.overt.signer.monitor.LogMonitor.Look;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.TrustAnchors;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @TempDir Path directory;
    private MonitoredLog world;

    @BeforeEach
    void open() throws Exception {
        world = MonitoredLog.open(directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void a_log_whose_every_TBS_follows_from_its_evidence_has_nothing_to_tell() throws Exception {
        for (int i = 0; i < 5; i++) {
            world.issuances.issue(world.log.log(), i);
        }
        world.log.log().intend(world.issuances.intent(5)); // cut off
        Noted noted = (Noted) world.log.log().intend(world.issuances.intent(6));
        world.log
                .log()
                .withhold(
                        noted, RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED, Instant.now());
        Look look = world.look();
        assertThat(look.findings()).isEmpty();
        assertThat(look.read()).isEqualTo(world.store.size());
        assertThat(look.open()).isEqualTo(2);
        assertThat(look.state().head().size()).isEqualTo(world.store.size());
    }

    @Test
    void a_TBS_that_its_evidence_does_not_yield_is_one_finding() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        IssuanceIndex.Intent signed = world.issuances.intent(1);
        IssuanceIndex.Intent lie =
                new IssuanceIndex.Intent(
                        signed.tbs(),
                        signed.issuer(),
                        signed.server(),
                        signed.requester(),
                        world.issuances.intent(2).evidence(),
                        Instant.now());
        Noted noted = (Noted) world.log.log().intend(lie);
        world.log.log().store(lie, noted, world.issuances.certificate(signed), Instant.now());
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.TBS_DIFFERS);
        assertThat(look.findings().getFirst().where()).isEqualTo("entry " + noted.logIndex());
    }

    @Test
    void a_certificate_without_an_intent_is_one_finding() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        Entry result = world.entries().getLast();
        world.store.append(
                result.toBuilder()
                        .setResult(
                                result.getResult().toBuilder()
                                        .setIntent(0)
                                        .setCertificateId(ByteString.copyFrom(new byte[32])))
                        .build()
                        .toByteArray());
        world.issuances.issue(world.log.log(), 1);
        assertThat(MonitoredLog.kinds(world.look())).containsExactly(Kind.NO_INTENT);
    }

    @Test
    void a_second_certificate_of_one_id_is_one_finding() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        Entry result = world.entries().getLast();
        MonitorState first = world.look().state();
        world.store.append(result.toByteArray());
        world.issuances.issue(world.log.log(), 1);
        assertThat(MonitoredLog.kinds(world.look(first))).containsExactly(Kind.SECOND_CERTIFICATE);
        assertThat(MonitoredLog.kinds(world.look())).containsExactly(Kind.SECOND_CERTIFICATE);
    }

    @Test
    void another_certificate_than_was_announced_is_one_finding() throws Exception {
        IssuanceIndex.Intent intent = world.issuances.intent(0);
        Noted noted = (Noted) world.log.log().intend(intent);
        world.log
                .log()
                .store(
                        intent,
                        noted,
                        world.issuances.certificate(world.issuances.intent(1)),
                        Instant.now());
        assertThat(MonitoredLog.kinds(world.look())).containsExactly(Kind.OTHER_CERTIFICATE);
    }

    @Test
    void a_chain_that_the_monitors_anchors_do_not_vouch_for_is_a_finding_of_its_own_kind()
            throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.anchors = Optional.of(TrustAnchors.of(List.of(TestPki.create().anchor())));
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.UNTRUSTED_CHAIN);
        assertThat(look.findings().getFirst().what()).contains(Issuances.HOST);
        world.anchors = Optional.empty();
        assertThat(world.look().findings()).as("nobody asked").isEmpty();
    }

    @Test
    void a_chain_that_had_no_room_is_said_to_be_not_checkable() throws Exception {
        IssuanceIndex.Intent intent = world.issuances.intent(0);
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
        Noted noted = (Noted) world.log.log().intend(longer);
        world.log.log().store(longer, noted, world.issuances.certificate(intent), Instant.now());
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.NOT_CHECKABLE);
        assertThat(look.findings().getFirst().kind().note()).isTrue();
    }

    @Test
    void a_watched_name_is_told_once() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.watched = new NeverForged(List.of("*.origin.example"));
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.WATCHED_NAME);
        assertThat(world.look(look.state()).findings()).isEmpty();
    }

    @Test
    void a_later_look_judges_what_is_new_by_what_was_before() throws Exception {
        MonitorState state = MonitorState.beginning(world.log.key().name());
        IssuanceIndex.Intent open = world.issuances.intent(500);
        Noted noted = (Noted) world.log.log().intend(open);
        Path file = directory.resolve("monitor.state");
        for (int i = 0; i < 150; i++) {
            world.issuances.issue(world.log.log(), i);
            if (i % 50 == 49) {
                Look look = world.look(state);
                assertThat(look.findings()).isEmpty();
                assertThat(look.read()).isEqualTo(world.store.size() - state.head().size());
                look.state().write(file);
                state = MonitorState.read(file, world.log.key().name());
                assertThat(state).isEqualTo(look.state());
            }
        }
        world.log.log().store(open, noted, world.issuances.certificate(open), Instant.now());
        Look last = world.look(state);
        assertThat(last.findings()).isEmpty();
        assertThat(last.open()).isZero();
        assertThat(last.read()).isBetween(1L, 2L); // and a key, where a start made one
    }

    @Test
    void another_history_and_an_older_one_are_told_as_long_as_they_are_there() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.publish();
        Path old = directory.resolve("old");
        copy(world.log.folder().root(), old);
        world.issuances.issue(world.log.log(), 1);
        Look good = world.look();
        assertThat(good.findings()).isEmpty();

        Path now = directory.resolve("now");
        copy(world.log.folder().root(), now);
        wipe(world.log.folder().root());
        copy(old, world.log.folder().root());
        Look older = world.monitor().look(good.state());
        assertThat(MonitoredLog.kinds(older)).containsExactly(Kind.ROLLED_BACK);
        assertThat(older.state()).isEqualTo(good.state());

        MonitorState lie =
                new MonitorState(
                        good.state().origin(),
                        new TreeHead(good.state().head().size() - 1, good.state().head().root()),
                        good.state().rules(),
                        good.state().tally(),
                        Map.of());
        wipe(world.log.folder().root());
        copy(now, world.log.folder().root());
        for (int i = 0; i < 2; i++) {
            assertThat(MonitoredLog.kinds(world.monitor().look(lie))).containsExactly(Kind.FORKED);
        }
    }

    @Test
    void entries_that_nobody_signed_are_not_judged() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.publish();
        Path bundle;
        try (Stream<Path> all =
                Files.list(world.log.folder().root().resolve("tile/entries/000.p"))) {
            bundle =
                    all.filter(each -> each.endsWith(Long.toString(size())))
                            .findFirst()
                            .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(bundle);
        byte[] wrong = bytes.clone();
        wrong[wrong.length - 1] ^= 1;
        Files.write(bundle, wrong);
        Look look = world.monitor().look(MonitorState.beginning(world.log.key().name()));
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.LOG);
        assertThat(look.state()).isEqualTo(MonitorState.beginning(world.log.key().name()));
        Files.write(bundle, bytes);
    }

    private long size() {
        try {
            return LogEntries.head(world.log.folder(), world.log.key()).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
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
