package io.overt.edge.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.flow.Ending;
import io.overt.edge.flow.Outcome;
import io.overt.edge.flow.Reason;
import org.junit.jupiter.api.Test;

class ConnectionMetersTest {

    @Test
    void every_counter_is_there_at_zero() {
        var meters = new SimpleMeterRegistry();
        var _ = new ConnectionMeters(meters);
        for (var reason : Reason.values()) {
            for (var outcome : reason.outcomes()) {
                assertThat(
                                meters.get("overt.edge.connections")
                                        .tags("outcome", outcome.text(), "reason", reason.text())
                                        .counter()
                                        .count())
                        .isZero();
            }
        }
        for (var outcome : Outcome.values()) {
            for (var ending : Ending.values()) {
                assertThat(
                                meters.get("overt.edge.endings")
                                        .tags("outcome", outcome.text(), "ending", ending.text())
                                        .counter()
                                        .count())
                        .isZero();
            }
        }
    }
}
