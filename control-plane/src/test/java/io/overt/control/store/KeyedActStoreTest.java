package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.overt.control.store.KeyedActStore.Act;
import io.overt.control.store.KeyedActStore.Claim;
import io.overt.control.store.ReportStore.Which;
import io.overt.control.store.SiteReport.Closing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** Acts that are done once, and the queue of reports, on both databases. */
class KeyedActStoreTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ByteString ANSWER = ByteString.copyFromUtf8("done");

    @EachStore
    void an_act_is_claimed_once_and_then_has_its_answer(Database database) {
        var store = new KeyedActStore(database);

        assertThat(store.claim(act("k", "a"), NOON, PATIENCE)).isEqualTo(new Claim.Fresh());
        assertThat(store.claim(act("k", "a"), NOON, PATIENCE)).isEqualTo(new Claim.UnderWay());
        store.done(act("k", "a"), ANSWER, NOON.plus(Duration.ofHours(24)));

        assertThat(store.claim(act("k", "a"), NOON.plusSeconds(86_000), PATIENCE))
                .isEqualTo(new Claim.Done(ANSWER));
        assertThat(store.claim(act("k", "b"), NOON, PATIENCE)).isEqualTo(new Claim.Other());
        // A day later nothing is known of it.
        assertThat(store.claim(act("k", "b"), NOON.plusSeconds(86_400), PATIENCE))
                .isEqualTo(new Claim.Fresh());
    }

    @EachStore
    void another_caller_and_another_method_are_other_acts(Database database) {
        var store = new KeyedActStore(database);
        store.claim(act("k", "a"), NOON, PATIENCE);

        assertThat(
                        store.claim(
                                new Act("ben", "k", "Publish", ByteString.copyFromUtf8("a")),
                                NOON,
                                PATIENCE))
                .isEqualTo(new Claim.Fresh());
        assertThat(
                        store.claim(
                                new Act("ann", "k", "Check", ByteString.copyFromUtf8("a")),
                                NOON,
                                PATIENCE))
                .isEqualTo(new Claim.Other());
    }

    @EachStore
    void what_was_not_done_may_be_claimed_again(Database database) {
        var store = new KeyedActStore(database);
        store.claim(act("k", "a"), NOON, PATIENCE);
        store.undone(act("k", "a"));

        assertThat(store.claim(act("k", "b"), NOON, PATIENCE)).isEqualTo(new Claim.Fresh());
        // Whose process died in the middle is claimed again when no act takes so long.
        assertThat(store.claim(act("k", "b"), NOON.plusSeconds(119), PATIENCE))
                .isEqualTo(new Claim.UnderWay());
        assertThat(store.claim(act("k", "b"), NOON.plusSeconds(120), PATIENCE))
                .isEqualTo(new Claim.Fresh());
    }

    /** A refusal that comes late takes no answer away. */
    @EachStore
    void an_answer_stays(Database database) {
        var store = new KeyedActStore(database);
        store.claim(act("k", "a"), NOON, PATIENCE);
        store.done(act("k", "a"), ANSWER, NOON.plusSeconds(60));
        store.undone(act("k", "a"));
        store.done(act("k", "a"), ByteString.copyFromUtf8("other"), NOON.plusSeconds(60));

        assertThat(store.claim(act("k", "a"), NOON, PATIENCE)).isEqualTo(new Claim.Done(ANSWER));
    }

    @EachStore
    void of_many_at_once_one_has_it(Database database) throws Exception {
        var claims = new ArrayList<Callable<Claim>>();
        for (int i = 0; i < 16; i++) {
            // Each a control plane of its own, as far as the store can tell.
            var store = new KeyedActStore(database);
            claims.add(() -> store.claim(act("k", "a"), NOON, PATIENCE));
        }
        var found = new ArrayList<Claim>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var claim : threads.invokeAll(claims)) {
                found.add(claim.get());
            }
        }

        assertThat(found).filteredOn(Claim.Fresh.class::isInstance).hasSize(1);
        assertThat(found).filteredOn(Claim.UnderWay.class::isInstance).hasSize(15);
    }

    @EachStore
    void reports_are_a_queue_whose_first_closing_stays(Database database) {
        var reports = new ReportStore(database);
        var first = report(reports, "a.example", NOON);
        var second = report(reports, "b.example", NOON.plusSeconds(1));

        var closed = reports.close(first, new Closing(NOON.plusSeconds(2), "ann", "excluded"));
        var again = reports.close(first, new Closing(NOON.plusSeconds(3), "ben", "nothing"));

        assertThat(closed).isEqualTo(again);
        assertThat(closed.orElseThrow().closing().orElseThrow().by()).isEqualTo("ann");
        assertThat(reports.close(99, new Closing(NOON, "ann", ""))).isEmpty();
        assertThat(ids(reports, Which.OPEN)).containsExactly(second);
        assertThat(ids(reports, Which.ALL)).containsExactly(second, first);
        assertThat(reports.before(second, 10, Which.ALL))
                .extracting(SiteReport::id)
                .containsExactly(first);
        // Closed for 90 days, it goes with the next one that comes; an open one stays.
        var third = report(reports, "c.example", NOON.plus(Duration.ofDays(91)));
        assertThat(ids(reports, Which.ALL)).containsExactly(third, second);
    }

    private static long report(ReportStore reports, String host, Instant at) {
        return reports.add(at, host, "10.1.2.3", "it's \"broken\"", "").orElseThrow();
    }

    private static List<Long> ids(ReportStore reports, Which which) {
        return reports.before(Long.MAX_VALUE, 10, which).stream().map(SiteReport::id).toList();
    }

    private static Act act(String key, String request) {
        return new Act("ann", key, "Publish", ByteString.copyFromUtf8(request));
    }
}
