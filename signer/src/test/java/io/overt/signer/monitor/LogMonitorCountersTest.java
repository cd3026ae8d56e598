package io.overt.signer.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.proto.failure.v1.RefusalReason;
import io.overt.signer.issue.IssuanceIndex.Intended.Noted;
import io.overt.signer.log.Finding.Kind;
import io.overt.signer.monitor.LogMonitor.Look;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signer's counters beside its log. */
class LogMonitorCountersTest {

    @TempDir Path directory;
    private final Instant start = Instant.now().minusSeconds(60);
    private MonitoredLog world;

    @BeforeEach
    void open() throws Exception {
        world = MonitoredLog.open(directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void counted(Instant since, long signatures, long checkpoints, long operations) {
        counted(since, signatures, checkpoints, 0, operations);
    }

    private void counted(
            Instant since, long signatures, long checkpoints, long crls, long operations) {
        world.metrics =
                Optional.of(
                        () ->
                                new Counters(
                                        since,
                                        Map.of(world.issuances.issuer().name(), signatures),
                                        checkpoints,
                                        crls,
                                        Optional.of(operations)));
    }

    @Test
    void a_crl_that_is_not_in_the_log_is_a_finding() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        counted(start, 1, 7, 1, 9);
        assertThat(world.look().findings())
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
            world.issuances.issue(world.log.log(), i);
        }
        Noted noted = (Noted) world.log.log().intend(world.issuances.intent(6));
        world.log
                .log()
                .withhold(
                        noted, RefusalReason.REFUSAL_REASON_SIGNATURE_NOT_VERIFIED, Instant.now());
        counted(start, 4, 7, 11);
        assertThat(world.look().findings()).isEmpty();
    }

    @Test
    void one_signature_that_is_not_in_the_log_is_one_finding_and_told_once() throws Exception {
        for (int i = 0; i < 3; i++) {
            world.issuances.issue(world.log.log(), i);
        }
        counted(start, 4, 7, 11);
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.NOT_LOGGED);
        assertThat(look.findings().getFirst().what())
                .startsWith("4 signatures are counted")
                .contains("at most 3");
        Path file = directory.resolve("monitor.state");
        look.state().write(file);
        MonitorState known = MonitorState.read(file, world.log.key().name());
        assertThat(world.look(known).findings()).isEmpty();
        counted(start, 5, 7, 12);
        assertThat(MonitoredLog.kinds(world.look(known)))
                .as("a second one")
                .containsExactly(Kind.NOT_LOGGED);
    }

    // checklist 66
    @Test
    void one_signature_of_the_token_that_nobody_counted_is_one_finding() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        counted(start, 1, 7, 9);
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.NOT_LOGGED);
        assertThat(look.findings().getFirst().where())
                .isEqualTo("overt_signer_token_operations_total");
    }

    @Test
    void a_signature_that_was_cut_off_is_accounted_for_by_its_intent() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.log.log().intend(world.issuances.intent(1));
        counted(start, 2, 7, 9);
        assertThat(world.look().findings()).isEmpty();
    }

    @Test
    void counters_that_begin_anew_are_compared_with_what_came_since() throws Exception {
        for (int i = 0; i < 3; i++) {
            world.issuances.issue(world.log.log(), i);
        }
        counted(start, 3, 7, 10);
        MonitorState before = world.look().state();
        Instant restart = Instant.now();
        world.issuances.issue(world.log.log(), 3);
        // A look without counters, so that nobody knew of the restart when this was read.
        world.metrics = Optional.empty();
        before = world.look(before).state();
        world.issuances.issue(world.log.log(), 4);
        counted(restart, 2, 1, 3);
        Look good = world.look(before);
        assertThat(good.findings()).isEmpty();
        counted(restart, 3, 1, 4);
        assertThat(MonitoredLog.kinds(world.look(before))).containsExactly(Kind.NOT_LOGGED);
    }

    @Test
    void what_is_under_way_when_counters_are_read_is_waited_for() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.publish();
        counted(start, 2, 7, 9);
        List<Integer> waited = new ArrayList<>();
        world.pause =
                attempt -> {
                    waited.add(attempt);
                    if (attempt == 2) {
                        try {
                            world.issuances.issue(world.log.log(), 1);
                            world.publish();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }
                    return attempt < 5;
                };
        assertThat(world.monitor().look(MonitorState.beginning(world.log.key().name())).findings())
                .isEmpty();
        assertThat(waited).containsExactly(1, 2);
    }

    @Test
    void counters_that_cannot_be_had_are_told_and_the_log_is_judged() throws Exception {
        world.issuances.issue(world.log.log(), 0);
        world.metrics =
                Optional.of(
                        () -> {
                            throw new IOException("nobody there");
                        });
        Look look = world.look();
        assertThat(MonitoredLog.kinds(look)).containsExactly(Kind.METRICS);
        assertThat(look.state().head().size()).isEqualTo(world.store.size());
    }
}
