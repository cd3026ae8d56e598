package io.overt.service.identity;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.overt.proto.failure.v1.Refusal;
import java.util.Objects;
import java.util.Optional;

/**
 * Carries a {@link Refusal} in the trailers of a failed call, so that a caller acts on a reason and
 * never on a text.
 */
public final class RefusalTrailer {
    private static final Metadata.Key<byte[]> KEY =
            Metadata.Key.of("overt-refusal-bin", Metadata.BINARY_BYTE_MARSHALLER);

    /** Trailers that carry the refusal. */
    public static Metadata of(Refusal refusal) {
        var trailers = new Metadata();
        trailers.put(KEY, refusal.toByteArray());
        return trailers;
    }

    /**
     * What a gRPC method answers with. A delay stands in it once more as {@code
     * google.rpc.RetryInfo}, which clients and proxies that know nothing of us understand.
     */
    public static StatusRuntimeException exception(Status status, Refusal refusal) {
        if (!refusal.hasRetryAfter()) {
            return status.asRuntimeException(of(refusal));
        }
        return StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                        .setCode(status.getCode().value())
                        .setMessage(Objects.requireNonNullElse(status.getDescription(), ""))
                        .addDetails(
                                Any.pack(
                                        RetryInfo.newBuilder()
                                                .setRetryDelay(refusal.getRetryAfter())
                                                .build()))
                        .build(),
                of(refusal));
    }

    /** The refusal that a failed call carries, if its server sent a readable one. */
    public static Optional<Refusal> from(Throwable failure) {
        var trailers =
                switch (failure) {
                    case StatusRuntimeException e -> Optional.ofNullable(e.getTrailers());
                    case StatusException e -> Optional.ofNullable(e.getTrailers());
                    default -> Optional.<Metadata>empty();
                };
        return trailers.map(found -> found.get(KEY)).flatMap(RefusalTrailer::parse);
    }

    private static Optional<Refusal> parse(byte[] bytes) {
        try {
            return Optional.of(Refusal.parseFrom(bytes));
        } catch (InvalidProtocolBufferException _) {
            // The peer's fault; the status code still says what kind of failure it is.
            return Optional.empty();
        }
    }

    private RefusalTrailer() {}
}
