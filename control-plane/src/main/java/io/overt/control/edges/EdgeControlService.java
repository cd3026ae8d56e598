package io.overt.control.edges;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.RefusalTrailer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins gRPC streams to sessions. gRPC calls the methods of one stream one after the other, on
 * virtual threads.
 */
public final class EdgeControlService extends EdgeControlGrpc.EdgeControlImplBase {
    private final EdgeFleet fleet;

    /** Serves this fleet. */
    public EdgeControlService(EdgeFleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public StreamObserver<EdgeMessage> sync(StreamObserver<ControlMessage> toEdge) {
        var stream = (ServerCallStreamObserver<ControlMessage>) toEdge;
        var out = new AbleOutbound(new GrpcOutbound(stream));
        var session = fleet.connect(CallerIdentity.current(), out);
        stream.setOnReadyHandler(session::ready);
        stream.setOnCancelHandler(() -> fleet.disconnect(session));
        return new StreamObserver<>() {
            @Override
            public void onNext(EdgeMessage message) {
                out.hear(message);
                fleet.hear(session, message);
            }

            @Override
            public void onError(Throwable failure) {
                fleet.disconnect(session);
            }

            @Override
            public void onCompleted() {
                fleet.disconnect(session);
                session.goAway();
            }
        };
    }

    /** gRPC's observer is not thread-safe; the session's lock makes it so. */
    private record GrpcOutbound(ServerCallStreamObserver<ControlMessage> stream)
            implements EdgeSession.Outbound {
        @Override
        public boolean isReady() {
            return stream.isReady();
        }

        @Override
        public void send(ControlMessage message) {
            if (!stream.isCancelled()) {
                stream.onNext(message);
            }
        }

        @Override
        public void fail(String reason) {
            var refusal =
                    Refusal.newBuilder()
                            .setReason(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                            .setSubject("kind")
                            .setDetail(reason)
                            .build();
            end(RefusalTrailer.exception(Status.INVALID_ARGUMENT.withDescription(reason), refusal));
        }

        @Override
        public void replaced() {
            end(
                    Status.ABORTED
                            .withDescription("a newer stream of the same edge took over")
                            .asRuntimeException());
        }

        @Override
        public void goAway() {
            end(stream::onCompleted);
        }

        private void end(RuntimeException failure) {
            end(() -> stream.onError(failure));
        }

        private void end(Runnable ending) {
            try {
                ending.run();
            } catch (IllegalStateException e) {
                // It had ended already, which is all that was wanted.
                LOG.atDebug().setCause(e).log("stream already closed");
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(EdgeControlService.class);
}
