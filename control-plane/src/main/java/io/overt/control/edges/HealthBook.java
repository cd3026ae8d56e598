package io.overt.control.edges;

import io.overt.control.rollout.Figures;
import io.overt.proto.control.v1.Health;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The figures of one edge, by version, in memory: of the last few versions, and over restarts of
 * the edge, which begins to count anew. Thread-safe.
 */
final class HealthBook {
    private final Map<Long, Count> enforced = recent();
    private final Map<Long, Count> shadowed = recent();
    private Optional<Heard> last = Optional.empty();

    /** What an edge said, and when. */
    record Heard(Health health, Instant at) {}

    /**
     * Figures of a version.
     *
     * @param before those of runs of the edge that are over
     * @param now those of its run
     */
    private record Count(Figures before, Figures now, long connections, Instant since) {
        Figures sum() {
            return before.plus(now);
        }

        Count then(Figures next, long reached, Instant begun) {
            // The same version with another beginning, or with less than before: it started anew.
            boolean anew = !begun.equals(since) || reached < connections;
            return new Count(anew ? sum() : before, next, reached, begun);
        }
    }

    synchronized void hear(Health health, Instant at) {
        last = Optional.of(new Heard(health, at));
        var since =
                Instant.ofEpochSecond(health.getSince().getSeconds(), health.getSince().getNanos());
        if (health.getVersion() != 0) {
            note(
                    enforced,
                    health.getVersion(),
                    Figures.enforced(health),
                    health.getConnections(),
                    since);
        }
        if (health.getShadowVersion() != 0) {
            // Of a shadow no beginning is told; its count alone says that it began anew.
            note(
                    shadowed,
                    health.getShadowVersion(),
                    Figures.shadow(health),
                    health.getShadowDecided(),
                    Instant.EPOCH);
        }
    }

    private static void note(
            Map<Long, Count> counts, long version, Figures figures, long reached, Instant since) {
        counts.merge(
                version,
                new Count(Figures.NONE, figures, reached, since),
                (old, _) -> old.then(figures, reached, since));
    }

    synchronized Map<Long, Figures> enforced() {
        return sums(enforced);
    }

    synchronized Map<Long, Figures> shadowed() {
        return sums(shadowed);
    }

    synchronized Optional<Heard> last() {
        return last;
    }

    private static Map<Long, Figures> sums(Map<Long, Count> counts) {
        var sums = new HashMap<Long, Figures>();
        counts.forEach((version, count) -> sums.put(version, count.sum()));
        return sums;
    }

    private static Map<Long, Count> recent() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Count> eldest) {
                return size() > MOST;
            }
        };
    }

    /** The base, what is rolled out, the way back, and one more. */
    private static final int MOST = 4;
}
