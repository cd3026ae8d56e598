package io.overt.signer.publish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.signer.publish.PublishedSite.Area;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the listener counts; every series is there, at zero, from the start. Thread-safe. */
final class PublicationMeters {

    /** Why we end a connection before its client does. */
    enum Ended {
        /** As many are open as may be. */
        FULL("full"),
        /** This client has as many as one may have. */
        CLIENT_FULL("client-full"),
        /** It sent a request, or took an answer, too slowly. */
        DEADLINE("deadline"),
        /** What it sent is not HTTP, or more than we take. */
        MALFORMED("malformed");

        private final String text;

        Ended(String text) {
            this.text = text;
        }
    }

    private static final List<Integer> STATUSES = List.of(200, 304, 400, 404, 405, 414, 431, 500);

    private final Map<Area, Map<Integer, Counter>> responses = new EnumMap<>(Area.class);
    private final Map<Ended, Counter> ended = new EnumMap<>(Ended.class);

    PublicationMeters(MeterRegistry registry, Places places) {
        Gauge.builder("overt.signer.publication.connections", places, Places::taken)
                .description("Open connections of those who take CRLs, certificates and the log.")
                .register(registry);
        for (Area area : Area.values()) {
            Map<Integer, Counter> of = new HashMap<>();
            for (int status : STATUSES) {
                of.put(
                        status,
                        Counter.builder("overt.signer.publication.responses")
                                .tag("what", area.text())
                                .tag("status", Integer.toString(status))
                                .description(
                                        "Answers to those who ask for CRLs, certificates and the log.")
                                .register(registry));
            }
            responses.put(area, Map.copyOf(of));
        }
        for (Ended each : Ended.values()) {
            ended.put(
                    each,
                    Counter.builder("overt.signer.publication.ended")
                            .tag("reason", each.text)
                            .description("Connections that we ended.")
                            .register(registry));
        }
    }

    void answered(Area area, int status) {
        Objects.requireNonNull(Objects.requireNonNull(responses.get(area)).get(status)).increment();
    }

    void ended(Ended why) {
        Objects.requireNonNull(ended.get(why)).increment();
    }
}
