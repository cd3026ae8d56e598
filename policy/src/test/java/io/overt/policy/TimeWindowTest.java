package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimeWindowTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        // Friday 22:00 to Saturday 06:00, in Berlin
        "2026-11-27T20:59:59Z, false",
        "2026-11-27T21:00:00Z, true",
        "2026-11-28T04:59:59Z, true",
        "2026-11-28T05:00:00Z, false",
        // The night from Thursday and the one from Saturday are not in it
        "2026-11-27T03:00:00Z, false",
        "2026-11-28T21:30:00Z, false",
    })
    void a_window_over_midnight_belongs_to_the_day_it_begins_on(Instant at, boolean inside) {
        TimeWindow window = new TimeWindow(Set.of(DayOfWeek.FRIDAY), 22 * 60, 6 * 60, BERLIN);

        assertThat(window.contains(at)).isEqualTo(inside);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        // 2026-03-29: clocks go from 02:00 to 03:00, the window's hour is left out
        "2026-03-29T00:59:59Z, false",
        "2026-03-29T01:00:00Z, false",
        // 2026-10-25: from 03:00 back to 02:00, the window's hour comes twice
        "2026-10-24T23:59:59Z, false",
        "2026-10-25T00:30:00Z, true",
        "2026-10-25T01:30:00Z, true",
        "2026-10-25T02:00:00Z, false",
    })
    void a_window_follows_the_wall_clock_through_its_changes(Instant at, boolean inside) {
        TimeWindow window = new TimeWindow(Set.of(DayOfWeek.SUNDAY), 2 * 60, 3 * 60, BERLIN);

        assertThat(window.contains(at)).isEqualTo(inside);
    }
}
