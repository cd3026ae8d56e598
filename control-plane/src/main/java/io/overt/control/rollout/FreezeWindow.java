package io.overt.control.rollout;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A time in which no wave begins. */
public sealed interface FreezeWindow {

    /** When the freeze that holds at {@code at} ends; empty when none does. */
    Optional<Instant> endOf(Instant at);

    /**
     * When nothing is frozen any more, however windows follow each other; empty when nothing is
     * frozen at {@code at}.
     */
    static Optional<Instant> frozenUntil(List<FreezeWindow> windows, Instant at) {
        var until = at;
        // Windows that touch each other all year round: enough is said after a hundred of them.
        for (int link = 0; link < 100; link++) {
            var from = until;
            var next =
                    windows.stream()
                            .flatMap(each -> each.endOf(from).stream())
                            .max(Instant::compareTo);
            if (next.isEmpty()) {
                break;
            }
            until = next.get();
        }
        return until.equals(at) ? Optional.empty() : Optional.of(until);
    }

    /** Each week. */
    record Weekly(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone)
            implements FreezeWindow {
        public Weekly {
            days = Set.copyOf(days);
            if (days.isEmpty()) {
                throw new IllegalArgumentException("a window of no day");
            }
        }

        @Override
        public Optional<Instant> endOf(Instant at) {
            var today = at.atZone(zone).toLocalDate();
            // A window that ends at or before its begin ends on the day after.
            for (var day : List.of(today, today.minusDays(1))) {
                if (!days.contains(day.getDayOfWeek())) {
                    continue;
                }
                var begin = day.atTime(from).atZone(zone).toInstant();
                var end =
                        (to.isAfter(from) ? day : day.plusDays(1))
                                .atTime(to)
                                .atZone(zone)
                                .toInstant();
                if (!at.isBefore(begin) && at.isBefore(end)) {
                    return Optional.of(end);
                }
            }
            return Optional.empty();
        }
    }

    /** Once. */
    record Dated(LocalDateTime from, LocalDateTime until, ZoneId zone) implements FreezeWindow {
        public Dated {
            if (!from.isBefore(until)) {
                throw new IllegalArgumentException("from " + from + " until " + until);
            }
        }

        @Override
        public Optional<Instant> endOf(Instant at) {
            var end = until.atZone(zone).toInstant();
            return !at.isBefore(from.atZone(zone).toInstant()) && at.isBefore(end)
                    ? Optional.of(end)
                    : Optional.empty();
        }
    }
}
