package io.overt.service.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 42, 1_000_003})
    void each_wait_is_between_half_and_all_of_a_step_that_doubles_up_to_the_bound(long seed) {
        var backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(3), new Random(seed));

        for (var step : Stream.of(500, 1000, 2000, 3000, 3000).map(Duration::ofMillis).toList()) {
            assertThat(backoff.next()).as("seed " + seed).isBetween(step.dividedBy(2), step);
        }
        backoff.reset();
        assertThat(backoff.next()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
    }

    @Test
    void two_edges_do_not_wait_alike() {
        var one = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), new Random(1));
        var other = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), new Random(2));

        assertThat(one.next()).isNotEqualTo(other.next());
    }
}
