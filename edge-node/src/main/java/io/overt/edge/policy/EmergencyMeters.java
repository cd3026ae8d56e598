package io.overt.edge.policy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** What is counted of emergency orders; each at zero from the start. */
final class EmergencyMeters {

    enum Answer {
        TAKEN,
        ALREADY,
        REFUSED
    }

    enum Kept {
        LOADED,
        UNUSABLE,
        SAVED,
        NOT_SAVED
    }

    private final MeterRegistry registry;
    private final Map<Answer, Counter> answers = new EnumMap<>(Answer.class);
    private final Map<Kept, Counter> kept = new EnumMap<>(Kept.class);

    EmergencyMeters(MeterRegistry registry) {
        this.registry = registry;
        for (var answer : Answer.values()) {
            answers.put(
                    answer,
                    Counter.builder("overt.edge.emergency.orders")
                            .tag("answer", text(answer))
                            .description("Emergency orders, by what became of them.")
                            .register(registry));
        }
        for (var event : Kept.values()) {
            kept.put(
                    event,
                    Counter.builder("overt.edge.emergency.kept")
                            .tag("event", text(event))
                            .description(
                                    "What happened to the emergency order that is kept on disk.")
                            .register(registry));
        }
    }

    void watch(BooleanSupplier splicing, LongSupplier number) {
        Gauge.builder("overt.edge.emergency.splicing", splicing, now -> now.getAsBoolean() ? 1 : 0)
                .description("1 while nothing is inspected because of an emergency order.")
                .strongReference(true)
                .register(registry);
        Gauge.builder("overt.edge.emergency.number", number, LongSupplier::getAsLong)
                .description("Number of the newest emergency order, in force or over; 0 for none.")
                .strongReference(true)
                .register(registry);
    }

    void count(Answer answer) {
        Objects.requireNonNull(answers.get(answer), "one for each").increment();
    }

    void count(Kept event) {
        Objects.requireNonNull(kept.get(event), "one for each").increment();
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
