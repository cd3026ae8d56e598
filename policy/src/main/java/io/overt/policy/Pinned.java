package io.overt.policy;

import java.time.Duration;

/**
 * When clients that refuse our certificate for a host earn that host an exclusion.
 *
 * @param after refusals, counted per site and host, that it takes; at least 1
 * @param ttl how long the exclusion lasts, from the refusal that made it; positive
 * @param then what happens to connections to that host meanwhile: {@code SPLICE} or {@code BLOCK}
 */
public record Pinned(int after, Duration ttl, FailureAction then) {
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
    }
}
