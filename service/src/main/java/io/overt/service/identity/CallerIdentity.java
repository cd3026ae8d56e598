package io.overt.service.identity;

import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, inside a gRPC method behind a gate. Travels in gRPC's own context, also into its
 * callbacks.
 */
public final class CallerIdentity {
    private static final Context.Key<FleetIdentity> KEY = Context.key("overt-caller");

    /**
     * The verified identity of the caller.
     *
     * @throws IllegalStateException outside a call, when the service was added without a gate, or
     *     when the caller has shown no certificate where none is asked for: a defect of ours
     */
    public static FleetIdentity current() {
        @Nullable FleetIdentity caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException(
                    "no caller here: not in a gRPC call, or the service has no gate that wants certificates");
        }
        return caller;
    }

    /**
     * Reads it from the connection that a call came by.
     *
     * @throws MalformedIdentityException when the connection is not TLS, or its peer has shown no
     *     certificate, or none that names an identity
     */
    public static FleetIdentity of(ServerCall<?, ?> call) throws MalformedIdentityException {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            throw new MalformedIdentityException("the connection is not TLS");
        }
        try {
            // The chain was verified in the handshake; its first certificate is the caller's own.
            if (session.getPeerCertificates()[0] instanceof X509Certificate leaf) {
                return FleetIdentity.of(leaf);
            }
            throw new MalformedIdentityException("the caller's certificate is not X.509");
        } catch (SSLPeerUnverifiedException e) {
            throw new MalformedIdentityException(
                    "the caller presented no certificate: " + e.getMessage());
        }
    }

    /** The context in which {@link #current} is this caller; for gates. */
    public static Context in(Context context, FleetIdentity caller) {
        return context.withValue(KEY, caller);
    }

    private CallerIdentity() {}
}
