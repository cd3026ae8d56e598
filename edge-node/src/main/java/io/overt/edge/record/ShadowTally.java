package io.overt.edge.record;

import io.overt.edge.flow.Outcome;
import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.ShadowDifference;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a version in shadow comes to beside the one in force. Thread-safe; event loops count, and
 * what it holds is bounded.
 */
final class ShadowTally {
    private final long version;
    private final LongAdder decided = new LongAdder();
    private final LongAdder differing = new LongAdder();
    private final Map<Difference, LongAdder> differences = new ConcurrentHashMap<>();

    private record Difference(String host, Outcome now, Outcome then) {}

    /**
     * @param version 0 for none
     */
    ShadowTally(long version) {
        this.version = version;
    }

    void count(ShadowVerdict verdict, String host, Outcome got) {
        if (verdict.version() != version) {
            return;
        }
        decided.increment();
        if (verdict.comparison() == ShadowVerdict.Comparison.SAME) {
            return;
        }
        differing.increment();
        var difference = new Difference(host, got, verdict.outcome());
        var known = differences.get(difference);
        if (known != null) {
            known.increment();
        } else if (differences.size() < MOST_KEPT) {
            // A few too many, where loops come at once, do no harm.
            differences.computeIfAbsent(difference, _ -> new LongAdder()).increment();
        }
    }

    void into(Health.Builder health) {
        health.setShadowVersion(version)
                .setShadowDiffering(differing.sum())
                .setShadowDecided(decided.sum());
        differences.entrySet().stream()
                .map(
                        each ->
                                ShadowDifference.newBuilder()
                                        .setHost(each.getKey().host())
                                        .setNow(each.getKey().now().text())
                                        .setThen(each.getKey().then().text())
                                        .setCount(each.getValue().sum())
                                        .build())
                .sorted(
                        Comparator.comparingLong(ShadowDifference::getCount)
                                .reversed()
                                .thenComparing(ShadowDifference::getHost))
                .limit(MOST_TOLD)
                .forEach(health::addShadowExamples);
    }

    /** Hosts that are counted one by one; of those that come later there is only the sum. */
    private static final int MOST_KEPT = 2000;

    private static final int MOST_TOLD = 50;
}
