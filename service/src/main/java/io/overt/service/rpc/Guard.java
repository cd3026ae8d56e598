package io.overt.service.rpc;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Puts around a service what every service of ours has around it, whichever listener serves it: its
 * gate, the backstop for defects, the count of answers. Thread-safe.
 */
public final class Guard {
    private final Backstop backstop;
    private final CallMeters counted;

    /** Counts here; two guards of one registry count together. */
    public Guard(MeterRegistry meters) {
        this.backstop = new Backstop(meters);
        this.counted = new CallMeters(meters);
    }

    /** The service, behind all of it. */
    public ServerServiceDefinition around(GatedService service) {
        // The last one named runs first: a defect inside the gate is caught as well.
        return ServerInterceptors.intercept(service.service(), service.gate(), backstop, counted);
    }
}
