package io.overt.signer.issue;

import io.overt.proto.failure.v1.RefusalReason;

/**
 * Leaves the sequence of checks at the one that failed; turned into {@link Answer.Refused} where
 * the sequence began.
 */
final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Answer.Refused refused;

    RefusedException(RefusalReason reason, String subject, String detail) {
        super(detail, null, false, false); // no stack: the check is named by its reason
        this.refused = new Answer.Refused(reason, subject, detail);
    }

    Answer.Refused refused() {
        return refused;
    }
}
