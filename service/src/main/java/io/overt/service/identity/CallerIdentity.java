package io.overt.service.identity;

import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, inside a gRPC method behind a {@link RoleGate}. Travels in gRPC's own context,
 * also into its callbacks.
 */
public final class CallerIdentity {
    static final Context.Key<FleetIdentity> KEY = Context.key("overt-caller");

    /**
     * The verified identity of the caller.
     *
     * @throws IllegalStateException outside a call, or when the service was added without a gate: a
     *     defect of ours
     */
    public static FleetIdentity current() {
        @Nullable FleetIdentity caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException(
                    "no caller here: not in a gRPC call, or the service has no RoleGate");
        }
        return caller;
    }

    private CallerIdentity() {}
}
