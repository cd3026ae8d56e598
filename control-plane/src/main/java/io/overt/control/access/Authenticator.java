package io.overt.control.access;

import io.grpc.Metadata;
import io.grpc.ServerCall;

/** Finds out who calls. Thread-safe; may block. */
public interface Authenticator {

    /** What it found. */
    Authentication authenticate(ServerCall<?, ?> call, Metadata headers);

    /** Who calls, or why that is not known. */
    sealed interface Authentication {

        /** Proven. */
        record Known(Principal principal) implements Authentication {}

        /**
         * Not proven.
         *
         * @param why for the caller and the audit trail; holds nothing secret
         */
        record Unknown(String why) implements Authentication {}
    }
}
