package io.overt.signer.issue;

import io.overt.x509.Epoch;
import java.time.Duration;
import java.time.Instant;

/**
 * Which epochs are taken now. Edges and the signer read different clocks, so that around a change
 * of epoch both count.
 *
 * @param length of an epoch
 * @param tolerance by how much an edge's clock may differ from ours
 */
public record EpochWindow(Duration length, Duration tolerance) {

    public EpochWindow {
        if (tolerance.isNegative() || tolerance.compareTo(length) >= 0) {
            throw new IllegalArgumentException(
                    "clock tolerance %s (expected: at least zero, less than an epoch of %s)"
                            .formatted(tolerance, length));
        }
    }

    /** The first epoch for which leaves are signed now. */
    public Epoch oldest(Instant now) {
        return Epoch.at(now.minus(tolerance), length);
    }

    /** Whether leaves of this epoch are signed now: the current one. */
    boolean signs(Epoch epoch, Instant now) {
        return epoch.compareTo(oldest(now)) >= 0 && epoch.compareTo(newest(now)) <= 0;
    }

    /** Whether keys of this epoch are enrolled now: the current one and the next. */
    boolean enrols(Epoch epoch, Instant now) {
        return epoch.compareTo(oldest(now)) >= 0 && epoch.compareTo(newest(now).next()) <= 0;
    }

    /** Until when leaves of this epoch are signed. */
    Instant signsUntil(Epoch epoch) {
        return epoch.end(length).plus(tolerance);
    }

    private Epoch newest(Instant now) {
        return Epoch.at(now.plus(tolerance), length);
    }
}
