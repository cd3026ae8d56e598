package io.overt.control.store;

import static io.overt.control.store.DatabaseTest.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.store.StoreConfig.InPostgres;
import io.overt.testkit.postgres.TestPostgres;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchTest {
    private static final Duration NEVER = Duration.ofMinutes(5);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final BlockingQueue<Long> seen = new LinkedBlockingQueue<>();

    @EachStore
    void whoever_watches_is_told_of_a_commit_and_of_no_other(TestStore store) throws Exception {
        try (var database = Database.open(polling(store, NEVER));
                var _ = watch(database)) {
            assertThat(seen.poll(10, TimeUnit.SECONDS)).as("the first look").isZero();
            var policies = new PolicyStore(database);
            try {
                policies.append(
                        (_, _) -> {
                            throw new IllegalArgumentException("changed its mind");
                        });
            } catch (IllegalArgumentException _) {
                // Nothing was committed.
            }
            policies.add(version(7, "a"));

            awaitVersion(7);
        }
    }

    @Test
    void another_control_plane_is_told_at_once() throws Exception {
        var store = TestStores.POSTGRESQL.make();
        try (var here = Database.open(polling(store, NEVER));
                var there = Database.open(polling(store, NEVER));
                var _ = watch(there)) {
            await().until(there::hearsOthers);
            new PolicyStore(here).add(version(3, "a"));

            awaitVersion(3);
        } finally {
            store.remove();
        }
    }

    @Test
    void without_news_it_is_looked_for_within_the_interval() throws Exception {
        var store = TestStores.POSTGRESQL.make();
        try (var there = Database.open(polling(store, Duration.ofMillis(100)));
                var _ = watch(there)) {
            try (var connection = store.connect();
                    var statement = connection.createStatement()) {
                // Somebody who writes and says nothing.
                statement.execute(
                        "INSERT INTO policy_version VALUES (9, 'p', 0, 'u', '', '', '', '', '')");
            }

            awaitVersion(9);
            await().until(() -> looks("interval") > 0);
        } finally {
            store.remove();
        }
    }

    @Test
    void a_connection_that_was_cut_is_made_again_and_what_was_said_meanwhile_is_seen()
            throws Exception {
        var store = TestStores.POSTGRESQL.make();
        try (var here = Database.open(polling(store, NEVER));
                var there = Database.open(polling(store, Duration.ofMillis(200)));
                var _ = watch(there)) {
            await().until(there::hearsOthers);
            TestPostgres.shared()
                    .execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                                    + ((InPostgres) store.config()).place().database()
                                    + "'");
            new PolicyStore(here).add(version(4, "a"));

            awaitVersion(4);
            await().until(there::hearsOthers);
        } finally {
            store.remove();
        }
    }

    @EachStore
    void a_look_that_fails_is_counted_and_the_next_one_comes(TestStore store) throws Exception {
        var calls = new AtomicInteger();
        try (var database = Database.open(polling(store, NEVER));
                var _ =
                        database.watch(
                                Topic.POLICY,
                                () -> {
                                    if (calls.incrementAndGet() == 1) {
                                        throw new IllegalStateException("not now");
                                    }
                                },
                                meters)) {
            await().until(() -> looks("failed") == 1);
            new PolicyStore(database).add(version(1, "a"));

            await().until(() -> calls.get() >= 2);
            assertThat(looks("failed")).isEqualTo(1);
        }
    }

    private AutoCloseable watch(Database database) {
        var policies = new PolicyStore(database);
        return database.watch(
                Topic.POLICY,
                () -> seen.add(policies.tip().map(PolicyStore.Tip::version).orElse(0L)),
                meters);
    }

    private void awaitVersion(long version) throws InterruptedException {
        var found = Optional.ofNullable(seen.poll(10, TimeUnit.SECONDS));
        while (found.isPresent() && found.get() != version) {
            found = Optional.ofNullable(seen.poll(10, TimeUnit.SECONDS));
        }
        assertThat(found).hasValue(version);
    }

    private double looks(String why) {
        return meters.get("overt.control.store.looks").tag("why", why).counter().count();
    }

    private static StoreConfig polling(TestStore store, Duration poll) {
        return switch (store.config()) {
            case StoreConfig.InFile file -> file;
            case InPostgres config ->
                    new InPostgres(
                            config.place(),
                            config.user(),
                            config.password(),
                            config.tls(),
                            config.connections(),
                            config.deadline(),
                            poll,
                            config.lease());
        };
    }
}
