package io.overt.control.access;

import io.grpc.Context;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, once it is proven. Inside a gRPC method behind an {@link AccessGate}, {@link
 * #current()} is the caller.
 *
 * @param kind how it was proven
 * @param name stable: what versions, approvals and the audit trail say. A machine's is its fleet
 *     identity, {@code overt://hq/operator/ci}; a person's {@code oidc:} and the subject
 * @param shown for people to read: an e-mail address, or the name again
 * @param how what was shown for it in this call
 * @param roles with how far each reaches
 */
public record Principal(
        Kind kind, String name, String shown, How how, Map<AccessRole, Reach> roles) {

    /** How somebody is known. */
    public enum Kind {
        /** By a certificate of the fleet. */
        MACHINE,
        /** By the organisation's identity provider. */
        PERSON
    }

    /** What was shown. */
    public enum How {
        /** A certificate of the fleet. */
        CERTIFICATE,
        /** A token of the identity provider. */
        TOKEN,
        /** The cookie of a session in which such a token was shown. */
        SESSION;

        /** As the audit trail says it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies. */
    public Principal {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a principal without a name");
        }
        var sorted = new EnumMap<AccessRole, Reach>(AccessRole.class);
        sorted.putAll(roles);
        roles = Map.copyOf(sorted);
    }

    /**
     * The caller.
     *
     * @throws IllegalStateException outside a call, or when the service was added without an {@link
     *     AccessGate}: a defect of ours
     */
    public static Principal current() {
        @Nullable Principal caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException(
                    "no principal here: not in a gRPC call, or the service has no AccessGate");
        }
        return caller;
    }

    /** How far these roles of theirs reach together; nothing where they have none of them. */
    public Optional<Reach> reach(Collection<AccessRole> any) {
        return any.stream()
                .map(roles::get)
                .filter(each -> each != null)
                .map(Reach.class::cast)
                .reduce(Reach::with);
    }

    /** Whether any role of theirs reaches this site: what lists show them. */
    public boolean sees(String site) {
        return reach(roles.keySet()).map(reach -> reach.covers(site)).orElse(false);
    }

    @Override
    public String toString() {
        return name;
    }

    static Context in(Context context, Principal caller) {
        return context.withValue(KEY, caller);
    }

    private static final Context.Key<Principal> KEY = Context.key("overt-principal");
}
