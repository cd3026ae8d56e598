package io.overt.control.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.store.Database;
import io.overt.control.store.WithStore;
import io.overt.control.store.WitnessStore;
import io.overt.control.witness.WitnessedLogs.Reading;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people are shown of a log: entries under the head that was vouched for, and no others. */
@WithStore
class WitnessedLogsTest {
    @TempDir Path folder;
    private final GrownLog log = new GrownLog("log.example/a").append("entry", 300);
    private LogServer server;
    private Witness witness;
    private WitnessedLogs logs;
    private String name;

    @BeforeEach
    void start(Database database) throws Exception {
        server = new LogServer(log);
        var watched = new WatchedLog(log.key(), server.url());
        witness =
                Witness.start(
                        new WitnessSettings(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                folder.resolve("w.key"),
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(3),
                                List.of()),
                        List.of(watched),
                        WitnessKey.create(folder.resolve("w.key"), "witness.example/w"),
                        new WitnessStore(database),
                        Clock.systemUTC(),
                        new SimpleMeterRegistry());
        logs = witness.seen();
        name = watched.hash();
        await().until(() -> logs.standings().getFirst().head().isPresent());
    }

    @AfterEach
    void stop() throws Exception {
        witness.close();
        server.close();
    }

    @Test
    void entries_are_read_newest_first_across_bundles_and_go_on_where_a_page_ended() {
        var first = page(OptionalLong.empty(), 50);
        assertThat(first.entries()).hasSize(50);
        assertThat(first.size()).isEqualTo(300);
        assertThat(text(first, 0)).isEqualTo("entry 299");
        assertThat(first.next()).hasValue(249);
        var second = page(first.next(), 256);
        assertThat(text(second, 0)).isEqualTo("entry 249");
        assertThat(text(second, 249)).isEqualTo("entry 0");
        assertThat(second.next()).isEmpty();
    }

    @Test
    void what_is_passed_over_was_looked_at_and_proven_as_well() {
        var found =
                (Reading.Page)
                        logs.read(
                                name,
                                OptionalLong.empty(),
                                10,
                                entry -> new String(entry, StandardCharsets.UTF_8).endsWith(" 7"));
        assertThat(found.entries()).hasSize(1);
        assertThat(found.lookedAt()).isEqualTo(300);
    }

    @Test
    void an_entry_that_was_changed_where_it_is_published_is_not_shown() {
        var changed = new HashMap<>(log.files());
        var bundle = Objects.requireNonNull(changed.get("tile/entries/000")).clone();
        bundle[2] ^= 1;
        changed.put("tile/entries/000", bundle);
        server.behave(LogServer.serving(changed));
        assertThat(logs.read(name, OptionalLong.of(0), 1, _ -> true))
                .isInstanceOfSatisfying(
                        Reading.Failed.class,
                        failed ->
                                assertThat(failed.why())
                                        .contains("entry 0 of log.example/a is not the one"));
        assertThat(text(page(OptionalLong.of(5), 1), 0)).isEqualTo("entry 5");
    }

    @Test
    void hashes_that_do_not_lead_to_the_head_are_told() {
        server.behave(LogServer.serving(log.twin().append("other", 300).files()));
        assertThat(logs.read(name, OptionalLong.of(299), 1, _ -> true))
                .isInstanceOf(Reading.Failed.class);
    }

    @Test
    void nothing_is_known_of_a_log_that_is_not_witnessed() {
        assertThat(logs.read("0".repeat(64), OptionalLong.empty(), 1, _ -> true))
                .isEqualTo(new Reading.NoSuchLog());
        assertThat(WitnessedLogs.none().standings()).isEmpty();
    }

    private Reading.Page page(OptionalLong from, int count) {
        return (Reading.Page) logs.read(name, from, count, _ -> true);
    }

    private static String text(Reading.Page page, int place) {
        return new String(page.entries().get(place).entry(), StandardCharsets.UTF_8);
    }
}
