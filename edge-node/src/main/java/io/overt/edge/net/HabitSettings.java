package io.overt.edge.net;

import java.time.Duration;

/**
 * How long and of how many upstreams it is remembered what they do about client certificates.
 *
 * @param memory how long something stays true, from when it was seen; positive
 * @param most upstreams, each an address and a server name; at least 1
 */
public record HabitSettings(Duration memory, int most) {
    /**
     * A server that no longer asks is inspected again within the hour; one that does costs one
     * connection an hour. Ten thousand take a few megabytes: clients choose the names.
     */
    public static final HabitSettings DEFAULT = new HabitSettings(Duration.ofHours(1), 10_000);

    public HabitSettings {
        if (!memory.isPositive() || most < 1) {
            throw new IllegalArgumentException(
                    "habits: %s, %d (expected: both positive)".formatted(memory, most));
        }
    }
}
