package io.overt.control.access;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.overt.control.access.Authenticator.Authentication;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import io.overt.service.identity.ServiceGate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a caller into a method that has a {@link Rule} which admits them, and tells the method who
 * calls ({@link Principal#current()}). Whoever is not known is refused with UNAUTHENTICATED,
 * whoever may not with PERMISSION_DENIED, both with {@code CALLER_NOT_ALLOWED}; so is everybody by
 * a method without a rule. Blocks its call's thread.
 */
public final class AccessGate implements ServiceGate {
    private final Authenticator authenticator;

    /** A gate for one listener, which knows callers in one way. */
    public AccessGate(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return switch (authenticator.authenticate(call, headers)) {
            case Authentication.Unknown(var why) -> refuse(call, Status.UNAUTHENTICATED, why);
            case Authentication.Known(var caller) -> {
                var rule = Rule.of(call.getMethodDescriptor());
                if (rule.isEmpty()) {
                    yield refuse(
                            call,
                            Status.PERMISSION_DENIED,
                            caller.name() + " (expected: nobody, the method has no access rule)");
                }
                var against = rule.get().against(caller);
                yield against.isPresent()
                        ? refuse(call, Status.PERMISSION_DENIED, against.get())
                        : admit(call, headers, next, caller, rule.get());
            }
        };
    }

    private <Q, R> ServerCall.Listener<Q> admit(
            ServerCall<Q, R> call,
            Metadata headers,
            ServerCallHandler<Q, R> next,
            Principal caller,
            Rule rule) {
        var within = Principal.in(Context.current(), caller);
        return new Asking<>(
                call, Contexts.interceptCall(within, call, headers, next), caller, rule);
    }

    /** What the request says decides as well: nothing of the method runs before it was read. */
    private final class Asking<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private final Principal caller;
        private final Rule rule;

        /** Confined to the call's events, which come one after the other. */
        private boolean refused;

        Asking(ServerCall<Q, ?> call, ServerCall.Listener<Q> method, Principal caller, Rule rule) {
            super(method);
            this.call = call;
            this.caller = caller;
            this.rule = rule;
        }

        @Override
        public void onMessage(Q message) {
            if (refused) {
                return;
            }
            if (!(message instanceof Message request)) {
                throw new IllegalStateException("a request that is no protobuf message");
            }
            var against = rule.against(caller, request);
            if (against.isPresent()) {
                refused = true;
                refuse(call, Status.PERMISSION_DENIED, against.get());
            } else {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }

    private <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Status status, String detail) {
        var method = call.getMethodDescriptor().getFullMethodName();
        LOG.atWarn()
                .addKeyValue("method", method)
                .addKeyValue("detail", detail)
                .log("caller refused");
        var refusal =
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED)
                        .setSubject(method)
                        .setDetail(detail)
                        .build();
        call.close(status.withDescription(detail), RefusalTrailer.of(refusal));
        return new ServerCall.Listener<>() {};
    }

    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);
}
