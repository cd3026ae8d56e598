package io.overt.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.search.Search;
import io.overt.signer.store.SqliteStore;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the signer does before its first request, and what must not be left of it. */
class WarmUpTest {

    private static final Set<String> COUNTED =
            Set.of(
                    "overt.signer.signatures",
                    "overt.signer.index.hits",
                    "overt.signer.refusals",
                    "overt.rpc.answers");

    @TempDir Path directory;
    private SignerWorld world;

    @BeforeEach
    void start() throws Exception {
        world = SignerWorld.start(directory);
        world.stop();
        world.warmUp = "2m";
        world.start();
    }

    @AfterEach
    void stop() throws Exception {
        world.stop();
    }

    @Test
    void requests_were_rehearsed_before_it_is_ready() {
        assertThat(world.serving().registry().get("overt.signer.rehearsed").gauge().value())
                .isEqualTo(40);
        assertThat(world.serving().readiness().unmet()).isEmpty();
    }

    // checklist 66: what the key signed for a certificate stands in the index, and nothing else.
    @Test
    void it_leaves_nothing_in_the_index_the_register_or_the_counters() throws Exception {
        List<Double> counted =
                Search.in(world.serving().registry()).name(COUNTED::contains).counters().stream()
                        .map(Counter::count)
                        .toList();
        world.stop();

        assertThat(counted).isNotEmpty().containsOnly(0.0);
        assertThat(rows("issuance")).isZero();
        assertThat(rows("leaf_key")).isZero();
        try (SqliteStore store =
                SqliteStore.open(directory.resolve("signer.db"), Duration.ofMinutes(1))) {
            assertThat(store.openIntents()).isZero();
        }
        world.warmUp = "0s";
        world.start();
    }

    private int rows(String table) throws Exception {
        try (var database =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("signer.db"));
                var found =
                        database.createStatement().executeQuery("select count(*) from " + table)) {
            return found.getInt(1);
        }
    }
}
