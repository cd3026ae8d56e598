package io.overt.signer.act;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What acts count; every series is there, at zero, from the start. Thread-safe. */
final class ActMeters {

    /** What came of one. */
    enum Result {
        /** In force. */
        APPLIED("applied"),
        /** Against a rule, or not approved. */
        REFUSED("refused"),
        /** Store, log or folder were away. */
        FAILED("failed"),
        /** Ended in a defect of ours. */
        DEFECT("defect");

        private final String text;

        Result(String text) {
            this.text = text;
        }
    }

    private final Map<Result, Counter> results = new EnumMap<>(Result.class);
    private final AtomicLong number = new AtomicLong();

    ActMeters(MeterRegistry registry) {
        for (Result result : Result.values()) {
            results.put(
                    result,
                    Counter.builder("overt.signer.acts")
                            .tag("result", result.text)
                            .description("Acts that were looked at, by what came of it.")
                            .register(registry));
        }
        Gauge.builder("overt.signer.act.number", number, AtomicLong::get)
                .description("Number of the last act that is in force.")
                .register(registry);
    }

    void count(Result result) {
        Objects.requireNonNull(results.get(result)).increment();
    }

    void inForce(long last) {
        number.set(last);
    }
}
