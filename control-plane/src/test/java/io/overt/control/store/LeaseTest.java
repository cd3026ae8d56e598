package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.control.store.Lease.Held;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(100);
    private final AtomicLong clock = new AtomicLong();

    @EachStore
    void a_lease_is_had_and_kept_under_one_number(Database database) {
        var lease = lease(database, LONG);

        var first = lease.hold().orElseThrow();
        clock.addAndGet(LONG.toNanos());
        assertThat(lease.hold()).map(Held::number).hasValue(first.number());
        assertThat(database.transact(first, handle -> handle.execute("DELETE FROM edge")))
                .hasValue(0);
    }

    @EachStore
    void what_is_given_up_is_had_at_once_by_the_next_and_no_more_by_the_first(Database database) {
        var lease = lease(database, LONG);
        var first = lease.hold().orElseThrow();
        lease.close();

        var second = lease(database, LONG).hold().orElseThrow();

        assertThat(second.number()).isEqualTo(first.number() + 1);
        assertThat(database.transact(first, _ -> "done")).isEmpty();
        assertThat(database.transact(second, _ -> "done")).hasValue("done");
    }

    @EachStore
    void leases_of_two_names_have_nothing_to_do_with_each_other(Database database) {
        assertThat(new Lease(database, "a", LONG, clock::get).hold()).isPresent();
        assertThat(new Lease(database, "b", LONG, clock::get).hold()).isPresent();
    }

    @EachStore
    void a_process_that_was_killed_with_the_file_keeps_nobody_waiting_on_sqlite(TestStore store)
            throws Exception {
        try (var database = store.open()) {
            assertThat(lease(database, LONG).hold()).isPresent();
        }

        try (var database = store.open()) {
            switch (store.config()) {
                case StoreConfig.InFile _ -> assertThat(lease(database, LONG).hold()).isPresent();
                case StoreConfig.InPostgres _ -> assertThat(lease(database, LONG).hold()).isEmpty();
            }
        }
    }

    @Test
    void of_two_control_planes_one_holds_it_and_the_other_after_the_term() throws Exception {
        var store = TestStores.POSTGRESQL.make();
        try (var here = store.open();
                var there = store.open()) {
            var first = lease(here, LONG);
            var second = lease(there, LONG);

            assertThat(first.hold()).isPresent();
            assertThat(second.hold()).isEmpty();
            assertThat(second.hold()).as("asked again at once, not after half a term").isEmpty();
            first.close();
            assertThat(second.hold()).isPresent();
            assertThat(first.hold()).isEmpty();
        } finally {
            store.remove();
        }
    }

    /** Paused: it does not renew, and believes to hold what it held when it went to sleep. */
    @Test
    void a_holder_that_was_paused_and_comes_back_cannot_act() throws Exception {
        var store = TestStores.POSTGRESQL.make();
        try (var here = store.open();
                var there = store.open()) {
            var paused = lease(here, SHORT);
            var before = paused.hold().orElseThrow();
            var other = lease(there, LONG);
            var after = await().until(other::hold, java.util.Optional::isPresent).orElseThrow();

            assertThat(paused.hold()).as("its own clock stood still").hasValue(before);
            assertThat(here.transact(before, handle -> handle.execute("DELETE FROM edge")))
                    .as("and yet nothing of it is taken")
                    .isEmpty();
            assertThat(there.transact(after, _ -> "done")).hasValue("done");
            clock.addAndGet(SHORT.toNanos());
            assertThat(paused.hold()).isEmpty();
        } finally {
            store.remove();
        }
    }

    @Test
    void a_holder_that_was_late_while_nobody_else_came_goes_on_under_its_number() throws Exception {
        var store = TestStores.POSTGRESQL.make();
        try (var database = store.open()) {
            var lease = lease(database, SHORT);
            var before = lease.hold().orElseThrow();
            clock.addAndGet(Duration.ofHours(1).toNanos());

            assertThat(lease.hold()).map(Held::number).hasValue(before.number());
            assertThat(database.transact(before, _ -> "done")).hasValue("done");
        } finally {
            store.remove();
        }
    }

    private Lease lease(Database database, Duration term) {
        return new Lease(database, "rollouts", term, clock::get);
    }
}
