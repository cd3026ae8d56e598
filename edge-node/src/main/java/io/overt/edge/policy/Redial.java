package io.overt.edge.policy;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long an edge waits before it calls its control plane again: any moment up to a bound, the
 * first time as well. A control plane that restarts loses its whole fleet in one moment; what
 * spreads the fleet is that each edge comes back at a moment of its own (full jitter). The bound
 * doubles twice while nobody answers. Confined to the thread that dials.
 */
final class Redial {
    private final RandomGenerator random;
    private int doubled;

    Redial(RandomGenerator random) {
        this.random = random;
    }

    /**
     * Before the next attempt.
     *
     * @param within the bound of the first one
     */
    Duration next(Duration within) {
        long bound = within.toNanos() << doubled;
        doubled = Math.min(doubled + 1, MOST_DOUBLED);
        return Duration.ofNanos(random.nextLong(bound + 1));
    }

    /** The stream that has just ended had lived. */
    void lived() {
        doubled = 0;
    }

    /** An edge is back, at the latest, four times the bound after its control plane. */
    private static final int MOST_DOUBLED = 2;
}
