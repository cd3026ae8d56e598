package io.overt.control.access;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.control.access.Authenticator.Authentication;
import io.overt.control.audit.Actor;
import io.overt.control.audit.AuditTrail.Writing;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import io.overt.service.identity.RefusalTrailer;
import io.overt.service.identity.ServiceGate;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a caller into a method that has a {@link Rule} which admits them, and tells the method who
 * calls ({@link Principal#current()}). Whoever is not known is refused with UNAUTHENTICATED,
 * whoever may not with PERMISSION_DENIED, both with {@code CALLER_NOT_ALLOWED}; so is everybody by
 * a method without a rule. Acts and refusals are in the audit trail; an act whose intent cannot be
 * written there is refused with UNAVAILABLE. Blocks its call's thread.
 */
public final class AccessGate implements ServiceGate {
    private final Authenticator authenticator;
    private final AccessTrail trail;

    /** A gate for one listener, which knows callers in one way. */
    public AccessGate(Authenticator authenticator, AccessTrail trail) {
        this.authenticator = authenticator;
        this.trail = trail;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return switch (authenticator.authenticate(call, headers)) {
            case Authentication.Unknown(var why) -> {
                refuse(
                        call,
                        Status.UNAUTHENTICATED,
                        Actor.nobody(from(call)),
                        why,
                        Optional.empty());
                yield new ServerCall.Listener<>() {};
            }
            case Authentication.Known(var caller) -> {
                var rule = Rule.of(call.getMethodDescriptor());
                var against =
                        rule.map(each -> each.against(caller))
                                .orElseGet(
                                        () ->
                                                Optional.of(
                                                        caller.name()
                                                                + " (expected: nobody, the method has no access rule)"));
                if (against.isPresent() || rule.isEmpty()) {
                    refuse(
                            call,
                            Status.PERMISSION_DENIED,
                            actor(caller, call),
                            against.orElse(caller.name()),
                            Optional.empty());
                    yield new ServerCall.Listener<>() {};
                }
                yield admit(call, headers, next, caller, rule.get());
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
        var machine = machine(call);
        if (machine.isPresent()) {
            within = CallerIdentity.in(within, machine.get());
        }
        return switch (rule.manner()) {
            case READS ->
                    new Asking<>(
                            Contexts.interceptCall(within, call, headers, next),
                            call,
                            caller,
                            rule,
                            Optional.empty());
            case ACTS -> {
                var act = new ActingCall<>(call, actor(caller, call), trail);
                yield new Asking<>(
                        Contexts.interceptCall(within, act, headers, next),
                        call,
                        caller,
                        rule,
                        Optional.of(act));
            }
        };
    }

    /** What the request says decides as well: nothing of the method runs before it was read. */
    private final class Asking<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private final Principal caller;
        private final Rule rule;
        private final Optional<ActingCall<Q, ?>> act;

        /** Confined to the call's events, which come one after the other. */
        private boolean refused;

        /** Likewise. */
        private boolean asked;

        <R> Asking(
                ServerCall.Listener<Q> method,
                ServerCall<Q, R> call,
                Principal caller,
                Rule rule,
                Optional<ActingCall<Q, ?>> act) {
            super(method);
            this.call = call;
            this.caller = caller;
            this.rule = rule;
            this.act = act;
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
                refuse(
                        call,
                        Status.PERMISSION_DENIED,
                        actor(caller, call),
                        against.get(),
                        Optional.of(request));
                return;
            }
            if (act.isPresent() && !asked) {
                if (act.get().intend(request) instanceof Writing.Unwritten) {
                    refused = true;
                    call.close(
                            Status.UNAVAILABLE.withDescription(
                                    "the audit trail cannot be written: nothing was done"),
                            new Metadata());
                    return;
                }
            }
            asked = true;
            guarded(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                guarded(super::onHalfClose);
            }
        }

        @Override
        public void onReady() {
            guarded(super::onReady);
        }

        @Override
        public void onCancel() {
            act.ifPresent(each -> each.ended(Status.CANCELLED.withDescription("the caller went")));
            super.onCancel();
        }

        /** An exception is answered further out; here it is an outcome. */
        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (StatusRuntimeException e) {
                act.ifPresent(each -> each.ended(e.getStatus()));
                throw e;
            } catch (RuntimeException e) {
                act.ifPresent(each -> each.ended(Status.INTERNAL.withDescription("a defect")));
                throw e;
            }
        }
    }

    private void refuse(
            ServerCall<?, ?> call,
            Status status,
            Actor actor,
            String detail,
            Optional<Message> request) {
        var method = call.getMethodDescriptor().getFullMethodName();
        LOG.atWarn()
                .addKeyValue("method", method)
                .addKeyValue("peer", actor.from())
                .addKeyValue("detail", detail)
                .log("caller refused");
        // Not writable: the caller is refused all the same, and the failure is counted.
        trail.refused(actor, method, status, detail, request);
        var refusal =
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED)
                        .setSubject(method)
                        .setDetail(detail)
                        .build();
        call.close(status.withDescription(detail), RefusalTrailer.of(refusal));
    }

    private static Actor actor(Principal caller, ServerCall<?, ?> call) {
        return new Actor(caller.name(), caller.shown(), caller.how().text(), from(call));
    }

    private static String from(ServerCall<?, ?> call) {
        @Nullable SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "";
    }

    private static Optional<FleetIdentity> machine(ServerCall<?, ?> call) {
        try {
            return Optional.of(CallerIdentity.of(call));
        } catch (MalformedIdentityException _) {
            // A person, by a connection without a certificate: authenticated otherwise.
            return Optional.empty();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(AccessGate.class);
}
