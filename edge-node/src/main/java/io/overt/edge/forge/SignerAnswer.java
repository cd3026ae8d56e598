package io.overt.edge.forge;

import io.overt.proto.failure.v1.RefusalReason;

/**
 * What came of one call of one signer.
 *
 * @param <T> the response
 */
sealed interface SignerAnswer<T> {

    /** It answered. Whether what it says is true is still to be checked. */
    record Answered<T>(T response) implements SignerAnswer<T> {}

    /** It said no, and why. */
    record Refused<T>(RefusalReason reason, String detail) implements SignerAnswer<T> {}

    /** It did not answer, or not in a way that this edge knows. */
    record NoAnswer<T>(Silence silence, String detail) implements SignerAnswer<T> {}

    /** Why there is no answer. */
    enum Silence {
        /** No connection, or not within the time that a call may take. */
        DEAF,
        /** The caller gave it too little time to tell anything of the signer. */
        NO_TIME,
        /** It is older than this call, and does not know it. */
        UNKNOWN_CALL
    }
}
