package io.overt.signer.budget;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/** How often an issuing key signed on the present day, UTC. Not thread-safe. */
final class KeyDay {
    private final int most;
    private LocalDate day;
    private long signed;

    /**
     * @param signed on the day of {@code now} before this process
     */
    KeyDay(int most, Instant now, long signed) {
        this.most = most;
        this.day = day(now);
        this.signed = signed;
    }

    /** Until the next day, if this one is used up. */
    Optional<Duration> wait(Instant now) {
        turn(now);
        return signed < most
                ? Optional.empty()
                : Optional.of(
                        Duration.between(
                                now, day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()));
    }

    void take(Instant now) {
        turn(now);
        signed++;
    }

    long signed() {
        return signed;
    }

    /** Forward only: a clock that is put back gives no second budget. */
    private void turn(Instant now) {
        if (day(now).isAfter(day)) {
            day = day(now);
            signed = 0;
        }
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
