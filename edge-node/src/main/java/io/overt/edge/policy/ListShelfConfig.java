package io.overt.edge.policy;

import io.overt.service.config.ConfigNode;
import java.time.Duration;

/**
 * How compiled lists are fetched and kept.
 *
 * @param maxBytes of all compiled lists of a version together
 * @param bytesPerSecond that are fetched at most
 * @param patience until a version is refused because its lists do not come
 */
public record ListShelfConfig(long maxBytes, long bytesPerSecond, Duration patience) {

    /** What is not written. */
    public static final ListShelfConfig DEFAULTS =
            new ListShelfConfig(1L << 30, 32L << 20, Duration.ofMinutes(10));

    /** Reads the section {@code policy.lists}. */
    public static ListShelfConfig read(ConfigNode section) {
        return new ListShelfConfig(
                section.size("max-size", DEFAULTS.maxBytes(), 0, 16L << 30),
                section.size("rate", DEFAULTS.bytesPerSecond(), 1L << 10, 16L << 30),
                section.duration(
                        "patience",
                        DEFAULTS.patience(),
                        Duration.ofSeconds(1),
                        Duration.ofHours(24)));
    }
}
