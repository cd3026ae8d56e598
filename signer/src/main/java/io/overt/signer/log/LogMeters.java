package io.overt.signer.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What a log counts; every series is there, at zero, from the start. Thread-safe. */
final class LogMeters {

    /** What can fail. */
    enum Step {
        LEDGER("ledger"),
        FILES("files"),
        CHECKPOINT("checkpoint");

        private final String text;

        Step(String text) {
            this.text = text;
        }
    }

    private final AtomicLong entries = new AtomicLong();
    private final AtomicLong published = new AtomicLong();
    private final Counter checkpoints;
    private final Map<Step, Counter> failures = new EnumMap<>(Step.class);

    LogMeters(MeterRegistry registry) {
        Gauge.builder("overt.signer.log.entries", entries, AtomicLong::get)
                .description("Entries in the transparency log, as of the last look.")
                .register(registry);
        Gauge.builder("overt.signer.log.published", published, AtomicLong::get)
                .description("Entries that the last signed checkpoint covers.")
                .register(registry);
        checkpoints =
                Counter.builder("overt.signer.log.checkpoints")
                        .description("Checkpoints that the log's key has signed.")
                        .register(registry);
        for (Step step : Step.values()) {
            failures.put(
                    step,
                    Counter.builder("overt.signer.log.failures")
                            .tag("step", step.text)
                            .description(
                                    "Failed attempts to write the transparency log; signing stops while it fails.")
                            .register(registry));
        }
    }

    void entries(long size) {
        entries.set(size);
    }

    void published(long size) {
        published.set(size);
    }

    void signed() {
        checkpoints.increment();
    }

    void failed(Step step) {
        Objects.requireNonNull(failures.get(step)).increment();
    }
}
