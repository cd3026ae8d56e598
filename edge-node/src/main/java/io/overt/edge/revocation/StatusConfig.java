package io.overt.edge.revocation;

import io.overt.policy.Cidr;
import io.overt.service.config.ConfigNode;
import java.time.Duration;
import java.util.List;

/**
 * The sections {@code revocation} and {@code fetches}.
 *
 * @param softPatience how long a connection waits for an answer that it can do without
 * @param hardPatience how long it waits for one that it cannot
 * @param completionPatience how long it waits for missing intermediates
 * @param fetches how things are fetched
 */
public record StatusConfig(
        Duration softPatience,
        Duration hardPatience,
        Duration completionPatience,
        Fetches fetches) {

    /**
     * How things are fetched.
     *
     * @param deadline of one fetch, from looking up the name to the last byte
     * @param atOnce how many at most; one more is refused
     * @param largest response that is read, in bytes
     * @param memory bytes kept in this process
     * @param keep how long anything is kept at most
     * @param retryAfter how long what failed is not tried again
     * @param allowedNetworks private networks that may be dialled all the same
     */
    public record Fetches(
            Duration deadline,
            int atOnce,
            int largest,
            long memory,
            Duration keep,
            Duration retryAfter,
            List<Cidr> allowedNetworks) {
        public Fetches {
            allowedNetworks = List.copyOf(allowedNetworks);
        }
    }

    /** How long a connection may wait for all of it. */
    public Duration longest() {
        var patience = hardPatience.compareTo(softPatience) > 0 ? hardPatience : softPatience;
        return patience.plus(completionPatience);
    }

    /** What a file that says nothing says. */
    public static final StatusConfig DEFAULT =
            new StatusConfig(
                    Duration.ofMillis(500),
                    Duration.ofSeconds(3),
                    Duration.ofMillis(1500),
                    new Fetches(
                            Duration.ofSeconds(10),
                            32,
                            10 << 20,
                            64 << 20,
                            Duration.ofDays(1),
                            Duration.ofMinutes(5),
                            List.of()));

    /** Reads both sections of the edge's file; every key has a default. */
    public static StatusConfig from(ConfigNode root) {
        var revocation = root.sectionOrDefaults("revocation");
        var patience = revocation.sectionOrDefaults("patience");
        var fetches = root.sectionOrDefaults("fetches");
        var usual = DEFAULT.fetches();
        return new StatusConfig(
                wait(patience, "soft", DEFAULT.softPatience()),
                wait(patience, "hard", DEFAULT.hardPatience()),
                wait(fetches, "completion", DEFAULT.completionPatience()),
                new Fetches(
                        wait(fetches, "deadline", usual.deadline()),
                        fetches.integer("at-once", usual.atOnce(), 1, 10_000),
                        (int) fetches.size("largest", usual.largest(), 1 << 10, 16 << 20),
                        fetches.size("memory", usual.memory(), 1 << 16, 4L << 30),
                        fetches.duration(
                                "keep", usual.keep(), Duration.ofMinutes(1), Duration.ofDays(7)),
                        fetches.duration(
                                "retry-after",
                                usual.retryAfter(),
                                Duration.ofSeconds(1),
                                Duration.ofDays(1)),
                        fetches.list("allowed-networks", Cidr::of)));
    }

    private static Duration wait(ConfigNode node, String key, Duration usual) {
        return node.duration(key, usual, Duration.ofMillis(10), Duration.ofMinutes(1));
    }
}
