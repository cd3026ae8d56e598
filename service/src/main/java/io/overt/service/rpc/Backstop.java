package io.overt.service.rpc;

import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what a method throws into an answer: a status that it threw deliberately is sent as it is,
 * anything else is a defect of ours, which is counted, logged with its stack under an id, and
 * answered as INTERNAL with that id alone.
 */
final class Backstop implements ServerInterceptor {
    private final Counter defects;

    Backstop(MeterRegistry meters) {
        this.defects =
                Counter.builder("overt.rpc.defects")
                        .description("Calls that ended in an unexpected exception on this side.")
                        .register(meters);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        ServerCall.Listener<Q> listener =
                guarded(call, () -> next.startCall(call, headers), new ServerCall.Listener<Q>() {});
        return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onMessage(Q message) {
                guarded(call, () -> super.onMessage(message));
            }

            @Override
            public void onHalfClose() {
                guarded(call, super::onHalfClose);
            }

            @Override
            public void onReady() {
                guarded(call, super::onReady);
            }

            @Override
            public void onCancel() {
                guarded(call, super::onCancel);
            }

            @Override
            public void onComplete() {
                guarded(call, super::onComplete);
            }
        };
    }

    private void guarded(ServerCall<?, ?> call, Runnable action) {
        guarded(
                call,
                () -> {
                    action.run();
                    return Boolean.TRUE;
                },
                Boolean.FALSE);
    }

    private <T> T guarded(ServerCall<?, ?> call, Supplier<T> action, T afterwards) {
        try {
            return action.get();
        } catch (StatusRuntimeException e) {
            close(call, e.getStatus(), e.getTrailers() == null ? new Metadata() : e.getTrailers());
        } catch (RuntimeException e) {
            defects.increment();
            var id = UUID.randomUUID().toString();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("method", call.getMethodDescriptor().getFullMethodName())
                    .addKeyValue("id", id)
                    .log("a call ended in a defect");
            var refusal =
                    Refusal.newBuilder()
                            .setReason(RefusalReason.REFUSAL_REASON_INTERNAL)
                            .setDetail("a defect, logged as " + id)
                            .build();
            close(
                    call,
                    Status.INTERNAL.withDescription("a defect, logged as " + id),
                    RefusalTrailer.of(refusal));
        }
        return afterwards;
    }

    private static void close(ServerCall<?, ?> call, Status status, Metadata trailers) {
        try {
            call.close(status, trailers);
        } catch (IllegalStateException e) {
            // The method had already answered: there is nobody left to tell but the log.
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("method", call.getMethodDescriptor().getFullMethodName())
                    .log("a call failed after its answer");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Backstop.class);
}
