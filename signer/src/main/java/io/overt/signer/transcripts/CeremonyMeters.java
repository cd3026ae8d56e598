package io.overt.signer.transcripts;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What transcripts count; every series is there, at zero, from the start. Thread-safe. */
final class CeremonyMeters {

    /** What came of looking at one. */
    enum Result {
        /** In the log, now or since before. */
        LOGGED("logged"),
        /** No transcript, or not approved. */
        REFUSED("refused"),
        /** Log or folder were away. */
        FAILED("failed"),
        /** Ended in a defect of ours. */
        DEFECT("defect");

        private final String text;

        Result(String text) {
            this.text = text;
        }
    }

    private final Map<Result, Counter> results = new EnumMap<>(Result.class);
    private final AtomicLong refused = new AtomicLong();

    CeremonyMeters(MeterRegistry registry) {
        for (Result result : Result.values()) {
            results.put(
                    result,
                    Counter.builder("overt.signer.ceremony.transcripts")
                            .tag("result", result.text)
                            .description(
                                    "Transcripts that were looked at anew, by what came of it.")
                            .register(registry));
        }
        Gauge.builder("overt.signer.ceremony.transcripts.refused", refused, AtomicLong::get)
                .description("Transcripts in the folder that are in no log.")
                .register(registry);
    }

    void count(Result result) {
        Objects.requireNonNull(results.get(result)).increment();
    }

    void refusedNow(long files) {
        refused.set(files);
    }
}
