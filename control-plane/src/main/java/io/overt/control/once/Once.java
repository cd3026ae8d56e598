package io.overt.control.once;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.overt.control.access.Principal;
import io.overt.control.store.KeyedActStore;
import io.overt.control.store.KeyedActStore.Act;
import io.overt.control.store.KeyedActStore.Claim;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.identity.RefusalTrailer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call with the header {@code idempotency-key} through once. Its repetition gets the answer
 * that the first one got, while the first one is under way it is refused, and the same key with
 * another request is refused too. Sits between the gate and the service: keys are each caller's
 * own. Calls without a key, and streams, pass.
 *
 * <p>A call that was refused or has failed is forgotten: nothing was done, and it may be repeated.
 * What ends with the process in the middle of it may have been done; it is held for {@link
 * #PATIENCE}, after which a repetition does it again.
 */
public final class Once implements ServerInterceptor {
    private final KeyedActStore store;
    private final Clock clock;

    /** Remembers there. */
    public Once(KeyedActStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The service, each of whose acts is done once. */
    public BindableService around(BindableService service) {
        return () -> ServerInterceptors.intercept(service, this);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var key = headers.get(KEY);
        if (key == null || call.getMethodDescriptor().getType() != MethodType.UNARY) {
            return next.startCall(call, headers);
        }
        if (!PLAIN.matcher(key).matches()) {
            return refuse(
                    call,
                    Status.INVALID_ARGUMENT,
                    RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST,
                    "idempotency-key: "
                            + key.length()
                            + " characters (expected: 1 to 128, printable and no space)");
        }
        call.request(2);
        return new Waiting<>(call, headers, next, key);
    }

    /** Nothing of the method runs before its request is there and the act is claimed. */
    private final class Waiting<Q, R> extends ServerCall.Listener<Q> {
        private final ServerCall<Q, R> call;
        private final Metadata headers;
        private final ServerCallHandler<Q, R> next;
        private final String key;

        // Confined to the call's events, which come one after the other.
        private @Nullable Q request;
        private ServerCall.@Nullable Listener<Q> method;

        Waiting(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next, String key) {
            this.call = call;
            this.headers = headers;
            this.next = next;
            this.key = key;
        }

        @Override
        public void onMessage(Q message) {
            request = message;
        }

        @Override
        public void onHalfClose() {
            var message = request;
            if (!(message instanceof Message protobuf)) {
                call.close(
                        Status.INVALID_ARGUMENT.withDescription("a call without a request"),
                        new Metadata());
                return;
            }
            var act =
                    new Act(
                            Principal.current().name(),
                            key,
                            call.getMethodDescriptor().getFullMethodName(),
                            ByteString.copyFrom(PolicySignature.sha256(protobuf.toByteArray())));
            switch (store.claim(act, clock.instant(), PATIENCE)) {
                case Claim.Fresh _ -> run(message, act);
                case Claim.Done(var answer) -> replay(call, answer);
                case Claim.UnderWay _ -> {
                    var _ =
                            refuse(
                                    call,
                                    Status.ABORTED,
                                    RefusalReason.REFUSAL_REASON_DUPLICATE_UNDER_WAY,
                                    "the act with this idempotency key is being done");
                }
                case Claim.Other _ -> {
                    var _ =
                            refuse(
                                    call,
                                    Status.INVALID_ARGUMENT,
                                    RefusalReason.REFUSAL_REASON_KEY_REUSED,
                                    "the idempotency key was used for another request");
                }
            }
        }

        private void run(Q message, Act act) {
            var started = next.startCall(new Recording<>(call, act), headers);
            method = started;
            started.onMessage(message);
            started.onHalfClose();
            started.onReady();
        }

        @Override
        public void onReady() {
            Optional.ofNullable(method).ifPresent(ServerCall.Listener::onReady);
        }

        @Override
        public void onCancel() {
            Optional.ofNullable(method).ifPresent(ServerCall.Listener::onCancel);
        }

        @Override
        public void onComplete() {
            Optional.ofNullable(method).ifPresent(ServerCall.Listener::onComplete);
        }
    }

    /** Keeps the answer back until it is kept. */
    private final class Recording<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final Act act;
        private final List<R> answers = new ArrayList<>();

        Recording(ServerCall<Q, R> call, Act act) {
            super(call);
            this.act = act;
        }

        /** The one request was taken before the method ran. */
        @Override
        public void request(int numMessages) {}

        @Override
        public void sendMessage(R message) {
            answers.add(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (status.isOk()) {
                for (var answer : answers) {
                    store.done(
                            act,
                            bytes(getMethodDescriptor().streamResponse(answer)),
                            clock.instant().plus(KEPT));
                    super.sendMessage(answer);
                }
            } else {
                store.undone(act);
            }
            super.close(status, trailers);
        }
    }

    private static <R> void replay(ServerCall<?, R> call, ByteString answer) {
        var headers = new Metadata();
        headers.put(REPLAYED, "true");
        call.sendHeaders(headers);
        call.sendMessage(parse(call.getMethodDescriptor(), answer));
        call.close(Status.OK, new Metadata());
    }

    private static <R> R parse(MethodDescriptor<?, R> method, ByteString answer) {
        return method.parseResponse(answer.newInput());
    }

    private static ByteString bytes(InputStream stream) {
        try (stream) {
            return ByteString.readFrom(stream);
        } catch (IOException e) {
            throw new UncheckedIOException("a message in memory cannot be read", e);
        }
    }

    private static <Q> ServerCall.Listener<Q> refuse(
            ServerCall<Q, ?> call, Status status, RefusalReason reason, String detail) {
        call.close(
                status.withDescription(detail),
                RefusalTrailer.of(
                        Refusal.newBuilder()
                                .setReason(reason)
                                .setSubject("idempotency-key")
                                .setDetail(detail)
                                .build()));
        return new ServerCall.Listener<>() {};
    }

    /** For how long a repetition gets the first answer. */
    static final Duration KEPT = Duration.ofHours(24);

    /** No act takes so long. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern PLAIN = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private static final Metadata.Key<String> KEY =
            Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);

    /** Says that the answer is of an earlier call. */
    private static final Metadata.Key<String> REPLAYED =
            Metadata.Key.of("idempotency-replayed", Metadata.ASCII_STRING_MARSHALLER);
}
