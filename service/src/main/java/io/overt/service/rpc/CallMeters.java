package io.overt.service.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts answered calls by status, refused ones included: PERMISSION_DENIED is a caller that the
 * gate turned away.
 */
final class CallMeters implements ServerInterceptor {
    private final Map<Status.Code, Counter> answered = new EnumMap<>(Status.Code.class);

    CallMeters(MeterRegistry meters) {
        for (var code : Status.Code.values()) {
            answered.put(
                    code,
                    Counter.builder("overt.rpc.answers")
                            .tag("status", code.name().toLowerCase(Locale.ROOT))
                            .description("Calls answered by this process, by gRPC status.")
                            .register(meters));
        }
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void close(Status status, Metadata trailers) {
                        var counter = answered.get(status.getCode());
                        if (counter != null) {
                            counter.increment();
                        }
                        super.close(status, trailers);
                    }
                },
                headers);
    }
}
