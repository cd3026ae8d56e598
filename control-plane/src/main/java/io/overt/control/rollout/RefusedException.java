package io.overt.control.rollout;

import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;

/** What a person asked for cannot be done; nothing has changed. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Refusal refusal;
    private final Kind kind;

    /** What is wrong, for a table. */
    public enum Kind {
        NOT_FOUND,
        NOT_NOW,
        NOT_APPROVED,
        CHANGED_SINCE,
        MALFORMED
    }

    private RefusedException(Kind kind, RefusalReason reason, String subject, String detail) {
        super(detail);
        this.kind = kind;
        this.refusal =
                Refusal.newBuilder()
                        .setReason(reason)
                        .setSubject(subject)
                        .setDetail(detail)
                        .build();
    }

    /** There is no such thing. */
    public static RefusedException notFound(String subject, String detail) {
        return new RefusedException(
                Kind.NOT_FOUND, RefusalReason.REFUSAL_REASON_NOT_FOUND, subject, detail);
    }

    /** Not in the state that something is in. */
    public static RefusedException notNow(String subject, String detail) {
        return new RefusedException(
                Kind.NOT_NOW, RefusalReason.REFUSAL_REASON_NOT_NOW, subject, detail);
    }

    /** An approval that does not count. */
    public static RefusedException notApproved(String subject, String detail) {
        return new RefusedException(
                Kind.NOT_APPROVED, RefusalReason.REFUSAL_REASON_NOT_APPROVED, subject, detail);
    }

    /** Not as the caller has seen it any more. */
    public static RefusedException changedSince(String subject, String detail) {
        return new RefusedException(
                Kind.CHANGED_SINCE, RefusalReason.REFUSAL_REASON_CHANGED_SINCE, subject, detail);
    }

    /** A request that says what cannot be. */
    public static RefusedException malformed(String subject, String detail) {
        return new RefusedException(
                Kind.MALFORMED, RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST, subject, detail);
    }

    /** Which. */
    public Kind kind() {
        return kind;
    }

    /** For the trailer. */
    public Refusal refusal() {
        return refusal;
    }
}
