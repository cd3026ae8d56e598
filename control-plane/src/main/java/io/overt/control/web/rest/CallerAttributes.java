package io.overt.control.web.rest;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * What a gate asks of a connection, where the connection is Armeria's: its own gRPC calls say
 * nothing about TLS.
 */
public final class CallerAttributes implements ServerInterceptor {

    /** Those of the connection that a request came on. */
    static Attributes of(ServiceRequestContext ctx) {
        var attributes =
                Attributes.newBuilder()
                        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, ctx.remoteAddress())
                        .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, ctx.localAddress());
        var session = ctx.sslSession();
        if (session != null) {
            attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
        }
        return attributes.build();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var attributes = of(ServiceRequestContext.current());
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public Attributes getAttributes() {
                        return attributes;
                    }
                },
                headers);
    }
}
