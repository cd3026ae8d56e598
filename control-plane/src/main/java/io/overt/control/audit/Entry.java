package io.overt.control.audit;

import java.util.Locale;
import java.util.Map;

/**
 * What is to stand in the trail.
 *
 * @param kind what sort of line
 * @param method full name of the method, or of an event, {@code rollout.paused}
 * @param outcome a gRPC status; {@code pending} for an intent
 * @param request one for an intent and its outcome; empty where a line stands alone
 * @param what the particulars, as {@link AuditJson} takes them
 */
public record Entry(
        Kind kind,
        Actor actor,
        String method,
        String outcome,
        String request,
        Map<String, ?> what) {

    /** What sort of line. */
    public enum Kind {
        /** Somebody who may is about to act. */
        INTENT,
        /** What became of it. */
        OUTCOME,
        /** Somebody was not let in. */
        REFUSAL,
        /** Something that is no call: a sign-in, a start, a step of a rollout. */
        EVENT;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Of an intent. */
    public static final String PENDING = "pending";

    /** Something that the control plane did of its own accord, or that is no call. */
    public static Entry event(
            Actor actor, String what, String outcome, Map<String, ?> particulars) {
        return new Entry(Kind.EVENT, actor, what, outcome, "", particulars);
    }
}
