package io.overt.edge.exclusion;

import io.overt.policy.Pinned;
import java.time.Duration;
import java.time.Instant;

/**
 * What a rule asks for before it excludes.
 *
 * @param after refusals by one client for one host; at least 1
 * @param ttl how long an exclusion lasts from the last of them; positive
 * @param clients how many clients make it one for all; at least 1
 */
public record Terms(int after, Duration ttl, int clients) {
    public Terms {
        if (after < 1 || !ttl.isPositive() || clients < 1) {
            throw new IllegalArgumentException(
                    "terms: %d, %s, %d (expected: all positive)".formatted(after, ttl, clients));
        }
    }

    public static Terms of(Pinned pinned) {
        return new Terms(pinned.after(), pinned.ttl(), pinned.clients());
    }

    /** Whether so much weight is enough. */
    boolean met(long weight) {
        return weight >= (long) after * RefusalKind.WHOLE;
    }

    /** Whether what was last seen then still counts. */
    boolean current(Instant last, Instant now) {
        return now.isBefore(last.plus(ttl));
    }
}
