package io.overt.service.admin;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Whether a process can do its work: it can when each of its named conditions is met. Thread-safe.
 */
public final class Readiness {
    private final Map<String, Condition> conditions = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Optional<String>>> remarks = new ConcurrentHashMap<>();
    private final MeterRegistry meters;

    /** Each condition is also a gauge. */
    public Readiness(MeterRegistry meters) {
        this.meters = meters;
    }

    /** A condition that is not met until its owner says so. One owner per name. */
    public Condition condition(String name) {
        var condition = new Condition();
        if (conditions.putIfAbsent(name, condition) != null) {
            throw new IllegalArgumentException(
                    "readiness condition " + name + " has an owner already");
        }
        Gauge.builder("overt.ready", condition, each -> each.unmet.isEmpty() ? 1 : 0)
                .tag("condition", name)
                .description("1 while the condition for being ready is met.")
                .register(meters);
        return condition;
    }

    /**
     * Something to tell beside whether the process is ready, which it does not change.
     *
     * @param remark asked at each look; for people
     */
    public void remark(String name, Supplier<Optional<String>> remark) {
        remarks.put(name, remark);
    }

    /** What is to be told now, by name. */
    public Map<String, String> remarks() {
        var told = new TreeMap<String, String>();
        remarks.forEach((name, remark) -> remark.get().ifPresent(text -> told.put(name, text)));
        return told;
    }

    /** What is not met, by name, with the reason; empty when the process is ready. */
    public Map<String, String> unmet() {
        var unmet = new TreeMap<String, String>();
        conditions.forEach(
                (name, condition) -> condition.unmet.ifPresent(reason -> unmet.put(name, reason)));
        return unmet;
    }

    /** One condition, set by its owner. Thread-safe. */
    public static final class Condition {
        private volatile Optional<String> unmet = Optional.of("starting");

        private Condition() {}

        /** It holds. */
        public void met() {
            unmet = Optional.empty();
        }

        /** It does not hold, and why; for people. */
        public void unmet(String reason) {
            unmet = Optional.of(reason);
        }
    }
}
