package io.overt.control.rollout;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What of rollouts is counted; all of it from zero. */
public final class RolloutMeters {
    private final MeterRegistry registry;
    private final Map<Phase, Counter> entered = new EnumMap<>(Phase.class);
    private final Counter failed;

    /** Registers all of it. */
    public RolloutMeters(MeterRegistry registry) {
        this.registry = registry;
        for (var phase : Phase.values()) {
            entered.put(
                    phase,
                    Counter.builder("overt.control.rollout.transitions")
                            .tag("to", phase.text())
                            .description("Transitions of rollouts, by the phase they led to.")
                            .register(registry));
        }
        failed =
                Counter.builder("overt.control.rollout.look.failures")
                        .description("Looks at a rollout that failed, and will be tried again.")
                        .register(registry);
    }

    void bind(RolloutCourse course) {
        for (var phase : Phase.values()) {
            Gauge.builder(
                            "overt.control.rollout.phase",
                            course,
                            each ->
                                    each.newest()
                                                    .map(State::phase)
                                                    .filter(phase::equals)
                                                    .isPresent()
                                            ? 1
                                            : 0)
                    .tag("phase", phase.text())
                    .description("1 for the phase of the newest rollout, 0 for the others.")
                    .register(registry);
        }
        Gauge.builder("overt.control.rollout.base", course, RolloutCourse::base)
                .description("Version that edges have which no rollout is concerned with.")
                .register(registry);
    }

    void count(State state) {
        var counter = entered.get(state.phase());
        if (counter != null) {
            counter.increment();
        }
    }

    void lookFailed() {
        failed.increment();
    }
}
