package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When edges call again, by seeds that are all the same each time. */
class RedialTest {
    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final int FLEET = 2000;

    @Test
    void a_fleet_that_lost_its_streams_in_one_moment_comes_back_spread_from_the_first_attempt_on() {
        var attempts = new int[50];
        for (long seed = 0; seed < FLEET; seed++) {
            var redial = new Redial(new Random(seed));
            redial.lived();
            var wait = redial.next(WITHIN);
            assertThat(wait).isBetween(Duration.ZERO, WITHIN);
            attempts[(int) Math.min(49, wait.toMillis() / 100)]++;
        }
        // 40 on average in each tenth of a second.
        assertThat(IntStream.of(attempts).boxed())
                .allSatisfy(each -> assertThat(each).isBetween(10, 90));
    }

    @Test
    void the_bound_doubles_twice_and_a_stream_that_lived_brings_it_back() {
        var longest = new long[4];
        for (long seed = 0; seed < FLEET; seed++) {
            var redial = new Redial(new Random(seed));
            for (int attempt = 0; attempt < longest.length; attempt++) {
                longest[attempt] = Math.max(longest[attempt], redial.next(WITHIN).toMillis());
            }
            redial.lived();
            assertThat(redial.next(WITHIN)).isLessThanOrEqualTo(WITHIN);
        }
        assertThat(longest[0]).isBetween(4_900L, 5_000L);
        assertThat(longest[1]).isBetween(9_800L, 10_000L);
        assertThat(longest[2]).isBetween(19_600L, 20_000L);
        assertThat(longest[3]).isBetween(19_600L, 20_000L);
    }
}
