package io.overt.control.witness;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.WitnessedHead;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What the witness of one log counts; every series is there from the start. Thread-safe. */
final class WitnessMeters {
    private final Map<LogState, Counter> looks = new EnumMap<>(LogState.class);
    private final Counter held;
    private final AtomicLong size = new AtomicLong();
    private final AtomicLong cosignedAt = new AtomicLong();
    private volatile LogState state;

    WitnessMeters(MeterRegistry registry, String origin, LogState first) {
        this.state = first;
        for (LogState each : LogState.values()) {
            Gauge.builder("overt.witness.log.state", () -> state == each ? 1 : 0)
                    .tag("log", origin)
                    .tag("state", each.text())
                    .description("1 for the state that the log is in, 0 for the others.")
                    .register(registry);
            looks.put(each, counter(registry, origin, each.text()));
        }
        held = counter(registry, origin, "held");
        Gauge.builder("overt.witness.log.size", size, AtomicLong::get)
                .tag("log", origin)
                .description("Entries of the largest head that was cosigned.")
                .register(registry);
        Gauge.builder("overt.witness.log.cosigned", cosignedAt, AtomicLong::get)
                .tag("log", origin)
                .baseUnit("seconds")
                .description("The time in the last cosignature, in seconds since 1970.")
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String origin, String result) {
        return Counter.builder("overt.witness.looks")
                .tag("log", origin)
                .tag("result", result)
                .description(
                        "Looks at a log; held: nothing was cosigned, and not for the log's sake.")
                .register(registry);
    }

    LogState state() {
        return state;
    }

    void looked(Judgement judgement) {
        judgement.ofLog().ifPresent(next -> state = next);
        judgement
                .ofLog()
                .map(each -> Objects.requireNonNull(looks.get(each)))
                .orElse(held)
                .increment();
    }

    void head(Optional<WitnessedHead> head) {
        head.ifPresent(
                each -> {
                    size.set(each.head().size());
                    cosignedAt.set(each.cosignedAt().getEpochSecond());
                });
    }
}
