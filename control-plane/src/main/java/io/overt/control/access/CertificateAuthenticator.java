package io.overt.control.access;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.MalformedIdentityException;

/** Knows callers by their certificate of the fleet, verified in the handshake. */
public final class CertificateAuthenticator implements Authenticator {
    private final Grants grants;

    /** Gives callers the roles that the grants say. */
    public CertificateAuthenticator(Grants grants) {
        this.grants = grants;
    }

    @Override
    public Authentication authenticate(ServerCall<?, ?> call, Metadata headers) {
        try {
            return new Authentication.Known(grants.machine(CallerIdentity.of(call)));
        } catch (MalformedIdentityException e) {
            return new Authentication.Unknown("a caller without identity: " + e.getMessage());
        }
    }
}
