package io.overt.service.identity;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only callers of given roles into a service, and tells the service who calls ({@link
 * CallerIdentity}). Everybody else, and whoever has no readable identity, is refused with
 * PERMISSION_DENIED and {@code CALLER_NOT_ALLOWED}.
 */
public final class RoleGate implements ServiceGate {
    private final Predicate<FleetIdentity> allowed;
    private final String expected;

    private RoleGate(Predicate<FleetIdentity> allowed, String expected) {
        this.allowed = allowed;
        this.expected = expected;
    }

    /** Callers of these roles, of any site. */
    public static RoleGate allow(Set<Role> roles) {
        var copy = Set.copyOf(roles);
        return new RoleGate(
                caller -> copy.contains(caller.role()),
                "a caller of role "
                        + String.join(" or ", copy.stream().map(Role::text).sorted().toList()));
    }

    /** Callers of this role and this site. */
    public static RoleGate allow(Role role, String site) {
        var peer = ExpectedPeer.of(role, site);
        return new RoleGate(peer::admits, "a caller that is " + peer);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        FleetIdentity caller;
        try {
            caller = CallerIdentity.of(call);
        } catch (MalformedIdentityException e) {
            return refuse(call, "a caller without identity: " + e.getMessage());
        }
        if (!allowed.test(caller)) {
            return refuse(call, caller.uri());
        }
        return Contexts.interceptCall(
                CallerIdentity.in(Context.current(), caller), call, headers, next);
    }

    private <Q, R> ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, String found) {
        var method = call.getMethodDescriptor().getFullMethodName();
        var detail = found + " (expected: " + expected + ")";
        LOG.atWarn()
                .addKeyValue("method", method)
                .addKeyValue("peer", call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                .addKeyValue("detail", detail)
                .log("caller refused");
        var refusal =
                Refusal.newBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_CALLER_NOT_ALLOWED)
                        .setSubject(method)
                        .setDetail(detail)
                        .build();
        call.close(Status.PERMISSION_DENIED.withDescription(detail), RefusalTrailer.of(refusal));
        return new ServerCall.Listener<>() {};
    }

    private static final Logger LOG = LoggerFactory.getLogger(RoleGate.class);
}
