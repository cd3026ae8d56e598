package io.overt.edge.revocation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was asked and what came of it, from zero. Thread-safe. */
final class StatusMeters {
    private final Map<String, Counter> fetches = new HashMap<>();
    private final Map<RevocationStanding, Counter> standings = new HashMap<>();
    private final Counter staplesUnusable;
    private final Counter answersUnusable;
    private final Map<Completion, Counter> completions = new HashMap<>();
    private final Counter defects;

    /** What came of looking for missing intermediates. */
    enum Completion {
        COMPLETED,
        FAILED
    }

    StatusMeters(MeterRegistry meters) {
        for (var kind : Ask.Kind.values()) {
            fetches.put(kind.label(), fetch(meters, kind, "fetched"));
            for (var fault : Fetched.Fault.values()) {
                fetches.put(kind.label() + fault.label(), fetch(meters, kind, fault.label()));
            }
        }
        for (var standing : RevocationStanding.values()) {
            standings.put(
                    standing,
                    Counter.builder("overt.edge.revocation")
                            .description(
                                    "What was found out about the revocation of verified upstreams.")
                            .tag("standing", standing.text())
                            .register(meters));
        }
        for (var completion : Completion.values()) {
            completions.put(
                    completion,
                    Counter.builder("overt.edge.chain.completions")
                            .description("Chains with a missing intermediate that was looked for.")
                            .tag("result", completion.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        this.staplesUnusable = unusable(meters, "stapled");
        this.answersUnusable = unusable(meters, "fetched");
        this.defects =
                Counter.builder("overt.edge.upstream.check.defects")
                        .description("Exceptions that ended a check: each is a bug.")
                        .register(meters);
    }

    private static Counter fetch(MeterRegistry meters, Ask.Kind kind, String result) {
        return Counter.builder("overt.edge.fetches")
                .description("What certificates point to and was fetched, by what came of it.")
                .tag("kind", kind.label())
                .tag("result", result)
                .register(meters);
    }

    private static Counter unusable(MeterRegistry meters, String from) {
        return Counter.builder("overt.edge.revocation.unusable")
                .description("CRLs and OCSP responses that must not be believed.")
                .tag("from", from)
                .register(meters);
    }

    void fetched(Ask ask, Fetched fetched) {
        var key =
                switch (fetched) {
                    case Fetched.Body _ -> ask.kind().label();
                    case Fetched.Failed(var fault, _) -> ask.kind().label() + fault.label();
                };
        count(fetches.get(key));
    }

    void standing(RevocationStanding standing) {
        count(standings.get(standing));
    }

    void completion(Completion completion) {
        count(completions.get(completion));
    }

    void unusableStaple() {
        staplesUnusable.increment();
    }

    void unusableAnswer() {
        answersUnusable.increment();
    }

    void defect() {
        defects.increment();
    }

    private static void count(@Nullable Counter counter) {
        if (counter == null) {
            throw new IllegalStateException("a counter that was not registered");
        }
        counter.increment();
    }
}
