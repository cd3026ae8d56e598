package io.overt.policy;

import java.time.Duration;

/**
 * When clients that refuse our certificate for a host earn an exclusion: each for itself first, and
 * when enough of them do, the host for all.
 *
 * @param after refusals by one client for one host that it takes; at least 1. Kinds of refusal that
 *     could be something else count for less than one
 * @param ttl how long the exclusion lasts, from the last of the refusals that made it; positive
 * @param then what happens to the connections that it covers meanwhile: {@code SPLICE} or {@code
 *     BLOCK}
 * @param clients how many clients must have earned one of their own before the host is excluded for
 *     every client; at least 1
 */
public record Pinned(int after, Duration ttl, FailureAction then, int clients) {
    /** Where a rule does not say. */
    public static final int DEFAULT_CLIENTS = 3;

    public Pinned {
        if (after < 1) {
            throw new IllegalArgumentException("after: " + after + " (expected: at least 1)");
        }
        if (!ttl.isPositive()) {
            throw new IllegalArgumentException("ttl: " + ttl + " (expected: more than 0)");
        }
        if (!Failure.CLIENT_REFUSED.allowed().contains(then)) {
            throw new IllegalArgumentException("then: " + then + " (expected: SPLICE or BLOCK)");
        }
        if (clients < 1) {
            throw new IllegalArgumentException("clients: " + clients + " (expected: at least 1)");
        }
    }

    public Pinned(int after, Duration ttl, FailureAction then) {
        this(after, ttl, then, DEFAULT_CLIENTS);
    }
}
