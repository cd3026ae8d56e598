package io.overt.control.edges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeStore;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What edges say, and how it gets to the disk. */
class EdgeStatesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FLEET = 500;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @EachStore
    void all_that_was_said_is_on_the_disk_when_it_is_closed_the_newest_of_each_edge(
            Database database) throws Exception {
        var store = new EdgeStore(database);
        try (var states = EdgeStates.start(store, CONTROL, meters)) {
            for (int version = 1; version <= 3; version++) {
                for (int number = 1; number <= FLEET; number++) {
                    states.put(state(number, version));
                }
            }
        }
        assertThat(store.all()).hasSize(FLEET);
        assertThat(store.all()).extracting(EdgeState::activeVersion).containsOnly(3L);
        assertThat(meters.get("overt.control.edge.states.waiting").gauge().value()).isZero();
        assertThat(meters.get("overt.control.edge.states.failures").counter().count()).isZero();
        // Each transaction waits for the disk, and meanwhile the next ones gather.
        assertThat(meters.get("overt.control.edge.states.transactions").counter().count())
                .isBetween(1.0, FLEET / 2.0);
    }

    @EachStore
    void it_gets_there_without_closing_too(Database database) throws Exception {
        var store = new EdgeStore(database);
        try (var states = EdgeStates.start(store, CONTROL, meters)) {
            states.put(state(1, 7));

            await().atMost(PATIENCE).until(() -> store.all().size() == 1);
        }
    }

    private static final FleetIdentity CONTROL = new FleetIdentity("hq", Role.CONTROL, "c");

    private static EdgeState state(int number, long version) throws Exception {
        return new EdgeState(
                FleetIdentity.parse("overt://hq/edge/e" + number),
                "build",
                version,
                0,
                List.of(),
                Instant.EPOCH);
    }
}
