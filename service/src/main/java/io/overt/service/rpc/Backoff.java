package io.overt.service.rpc;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time up to a bound, and half of it
 * at random, so that a fleet does not come back to a restarted process in one moment. Confined to
 * the thread that waits.
 */
public final class Backoff {
    private final Duration first;
    private final Duration most;
    private final RandomGenerator random;
    private Duration next;

    /**
     * Nothing was attempted yet.
     *
     * @param first step, and the one after each success
     * @param most that a step grows to
     */
    public Backoff(Duration first, Duration most, RandomGenerator random) {
        this.first = first;
        this.most = most;
        this.random = random;
        this.next = first;
    }

    /** For this attempt: from half of the present step up to all of it. */
    public Duration next() {
        long step = next.toNanos();
        next = Duration.ofNanos(Math.min(most.toNanos(), step * 2));
        return Duration.ofNanos(step / 2 + random.nextLong(step / 2 + 1));
    }

    /** The last attempt went well. */
    public void reset() {
        next = first;
    }
}
