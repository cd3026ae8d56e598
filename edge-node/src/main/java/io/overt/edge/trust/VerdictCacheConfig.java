package io.overt.edge.trust;

import io.overt.service.config.ConfigNode;
import java.time.Duration;

/**
 * The section {@code verdict-cache}.
 *
 * @param maxVerdicts kept at most; 0: each connection's chain is verified anew
 * @param maxAge how long each is kept at most
 */
public record VerdictCacheConfig(int maxVerdicts, Duration maxAge) {

    /** What a file that says nothing says. */
    public static final VerdictCacheConfig DEFAULT =
            new VerdictCacheConfig(5_000, Duration.ofHours(1));

    /** Reads {@code verdict-cache} of the edge's file; every key has a default. */
    public static VerdictCacheConfig from(ConfigNode root) {
        var node = root.sectionOrDefaults("verdict-cache");
        return new VerdictCacheConfig(
                // A leaf takes 2 to 5 kB and its intermediates are mostly shared: some 25 MB.
                node.integer("max-verdicts", DEFAULT.maxVerdicts(), 0, 10_000_000),
                // Nearly all of the gain: a host in use is verified a few times a day, and whatever
                // a verdict hangs on that nobody thought of is asked again soon.
                node.duration(
                        "max-age", DEFAULT.maxAge(), Duration.ofSeconds(1), Duration.ofDays(7)));
    }
}
