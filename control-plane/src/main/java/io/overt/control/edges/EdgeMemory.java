package io.overt.control.edges;

import io.overt.control.store.EdgeTraits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What this process knows of an edge beside what it last said, over all its streams. Thread-safe.
 */
final class EdgeMemory {
    private final HealthBook health = new HealthBook();

    /** Of emergency orders, what was said: a problem, or nothing. Guarded by this. */
    private final Map<Long, String> answers =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
                    return size() > MOST_ANSWERS;
                }
            };

    private volatile EdgeTraits traits;
    private volatile long shadow;
    private volatile long offered;
    private volatile long emergency;

    EdgeMemory(EdgeTraits traits) {
        this.traits = traits;
    }

    HealthBook health() {
        return health;
    }

    EdgeTraits traits() {
        return traits;
    }

    void traits(EdgeTraits now) {
        traits = now;
    }

    /** The version that it decides by in shadow; 0 when none. */
    long shadow() {
        return shadow;
    }

    void shadow(long version) {
        shadow = version;
    }

    /** The version that it was offered last; 0 when none. */
    long offered() {
        return offered;
    }

    void offered(long version) {
        offered = version;
    }

    /** The highest emergency order that it obeys; 0 when none. */
    long emergency() {
        return emergency;
    }

    void greetedUnder(long order) {
        emergency = order;
    }

    synchronized void answered(long order, String problem) {
        answers.put(order, problem);
        if (problem.isEmpty() && Long.compareUnsigned(order, emergency) > 0) {
            emergency = order;
        }
    }

    /** Why it refused an order; empty where it obeys or has not answered. */
    synchronized Optional<String> refusal(long order) {
        return Optional.ofNullable(answers.get(order)).filter(problem -> !problem.isEmpty());
    }

    private static final int MOST_ANSWERS = 16;
}
