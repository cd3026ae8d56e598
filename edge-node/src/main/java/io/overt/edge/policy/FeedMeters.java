package io.overt.edge.policy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** What is counted of the feed; each at zero from the start. */
final class FeedMeters {

    enum Answer {
        TAKEN,
        ALREADY,
        SHADOW_TAKEN,
        SHADOW_ENDED,
        REFUSED,
        DEFECT
    }

    enum LastGood {
        LOADED,
        ABSENT,
        UNUSABLE,
        SAVED,
        NOT_SAVED
    }

    private final Map<Answer, Counter> answers = new EnumMap<>(Answer.class);
    private final Map<LastGood, Counter> lastGood = new EnumMap<>(LastGood.class);
    private final Counter streamEnds;
    private final Counter healths;
    private final AtomicInteger connected = new AtomicInteger();

    FeedMeters(MeterRegistry meters, LongSupplier version, LongSupplier shadow) {
        for (var answer : Answer.values()) {
            answers.put(
                    answer,
                    Counter.builder("overt.edge.policy.offers")
                            .tag("answer", text(answer))
                            .description(
                                    "Policy versions offered by the control plane, by what became of them.")
                            .register(meters));
        }
        for (var event : LastGood.values()) {
            lastGood.put(
                    event,
                    Counter.builder("overt.edge.policy.last.good")
                            .tag("event", text(event))
                            .description(
                                    "What happened to the policy that is kept on disk for a start without control plane.")
                            .register(meters));
        }
        streamEnds =
                Counter.builder("overt.edge.policy.stream.ends")
                        .description(
                                "Streams to the control plane that ended, connection attempts that failed included.")
                        .register(meters);
        Gauge.builder("overt.edge.policy.connected", connected, AtomicInteger::get)
                .description("1 while a stream to the control plane is open.")
                .register(meters);
        healths =
                Counter.builder("overt.edge.policy.health.sent")
                        .description("Times that the control plane was told how connections fare.")
                        .register(meters);
        Gauge.builder("overt.edge.policy.shadow", shadow, LongSupplier::getAsLong)
                .description("Number of the policy version in shadow; 0 when none is.")
                .strongReference(true)
                .register(meters);
        Gauge.builder("overt.edge.policy.version", version, LongSupplier::getAsLong)
                .description("Number of the policy version in force; 0 when none is.")
                // Nobody else holds it.
                .strongReference(true)
                .register(meters);
    }

    void count(Answer answer) {
        counted(answers, answer);
    }

    void count(LastGood event) {
        counted(lastGood, event);
    }

    void healthSent() {
        healths.increment();
    }

    void streamOpens() {
        connected.set(1);
    }

    void streamEnds() {
        connected.set(0);
        streamEnds.increment();
    }

    private static <E> void counted(Map<E, Counter> counters, E key) {
        var counter = counters.get(key);
        if (counter != null) {
            counter.increment();
        }
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
