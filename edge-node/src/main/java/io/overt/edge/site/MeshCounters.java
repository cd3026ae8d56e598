package io.overt.edge.site;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Connections of the member mesh by direction and outcome, from zero. */
final class MeshCounters {
    private final Direction inbound;
    private final Direction outbound;
    private final Counter overLimit;

    /** The outcomes of one direction. */
    record Direction(Counter joined, Counter refused, Counter failed) {}

    MeshCounters(MeterRegistry meters) {
        this.inbound = direction(meters, "inbound");
        this.outbound = direction(meters, "outbound");
        this.overLimit = counter(meters, "inbound", "over-limit");
    }

    Direction inbound() {
        return inbound;
    }

    Direction outbound() {
        return outbound;
    }

    void overLimit() {
        overLimit.increment();
    }

    private static Direction direction(MeterRegistry meters, String direction) {
        return new Direction(
                counter(meters, direction, "joined"),
                counter(meters, direction, "refused"),
                counter(meters, direction, "failed"));
    }

    private static Counter counter(MeterRegistry meters, String direction, String outcome) {
        return Counter.builder("overt.site.mesh.connections")
                .description("Connections of the mesh between the site's edges.")
                .tag("direction", direction)
                .tag("outcome", outcome)
                .register(meters);
    }
}
