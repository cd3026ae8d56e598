package io.overt.edge.policy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What is counted of fetching lists; each at zero from the start. */
final class ListMeters {

    enum Fetch {
        DONE,
        BROKEN,
        GIVEN_UP
    }

    private final Map<Fetch, Counter> fetches = new EnumMap<>(Fetch.class);
    private final Counter pieces;
    private final Counter octets;

    ListMeters(MeterRegistry meters) {
        for (var fetch : Fetch.values()) {
            fetches.put(
                    fetch,
                    Counter.builder("overt.edge.policy.list.fetches")
                            .tag("outcome", fetch.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .description(
                                    "Attempts to fetch a compiled list from the control plane, by what came of them.")
                            .register(meters));
        }
        pieces =
                Counter.builder("overt.edge.policy.list.pieces")
                        .description("Pieces of compiled lists that arrived.")
                        .register(meters);
        octets =
                Counter.builder("overt.edge.policy.list.received")
                        .baseUnit("bytes")
                        .description("Bytes of pieces of compiled lists that arrived.")
                        .register(meters);
    }

    void count(Fetch fetch) {
        var counter = fetches.get(fetch);
        if (counter != null) {
            counter.increment();
        }
    }

    void arrived(int length) {
        pieces.increment();
        octets.increment(length);
    }
}
