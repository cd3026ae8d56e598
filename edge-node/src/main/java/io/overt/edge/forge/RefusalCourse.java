package io.overt.edge.forge;

import io.overt.proto.failure.v1.RefusalReason;

/**
 * What an edge does about each reason that a signer may refuse a forge request for. The one table
 * of it.
 */
enum RefusalCourse {
    /** The answer stands, whoever is asked: the connection is not inspected. */
    FINAL,
    /** The upstream's certificate cannot be mirrored: counts as an untrusted upstream. */
    NOT_MIRRORABLE,
    /**
     * Edge and signer know different issuers or profiles: describe anew, and ask once more if that
     * changed anything.
     */
    DESCRIBE,
    /**
     * The signer does not know the site's key, say because it was away when the key was enrolled:
     * enrol, and ask once more.
     */
    ENROL,
    /**
     * The site's key was revoked, and another one is made: the next connection has it. Where the
     * certificate alone was, the answer stands.
     */
    ANOTHER_KEY,
    /** This signer cannot; another may. */
    NEXT_SIGNER,
    /** No signer should be asked now, the next connection may ask again. */
    GIVE_UP;

    static RefusalCourse of(RefusalReason reason) {
        return switch (reason) {
            case REFUSAL_REASON_UPSTREAM_NOT_VERIFIED,
                    REFUSAL_REASON_NAME_NEVER_FORGED,
                    REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                    REFUSAL_REASON_POSSESSION_NOT_PROVEN,
                    REFUSAL_REASON_CALLER_NOT_ALLOWED,
                    REFUSAL_REASON_MALFORMED_REQUEST,
                    // Every signer derives the same and has the same rules.
                    REFUSAL_REASON_LINT_FAILED,
                    // Of the control plane; no signer says so.
                    REFUSAL_REASON_NOT_FOUND,
                    REFUSAL_REASON_NOT_NOW,
                    REFUSAL_REASON_NOT_APPROVED,
                    REFUSAL_REASON_CHANGED_SINCE,
                    REFUSAL_REASON_KEY_REUSED,
                    REFUSAL_REASON_DUPLICATE_UNDER_WAY ->
                    FINAL;
            case REFUSAL_REASON_NOT_MIRRORABLE -> NOT_MIRRORABLE;
            case REFUSAL_REASON_TBS_DIFFERS,
                    REFUSAL_REASON_ISSUER_NOT_ACTIVE,
                    REFUSAL_REASON_PROFILE_UNKNOWN ->
                    DESCRIBE;
            case REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED -> ENROL;
            case REFUSAL_REASON_REVOKED -> ANOTHER_KEY;
            case REFUSAL_REASON_TOKEN_UNAVAILABLE,
                    REFUSAL_REASON_SIGNATURE_NOT_VERIFIED,
                    REFUSAL_REASON_LOG_UNAVAILABLE,
                    // Of that signer's own key, so that asking another spends nobody's twice.
                    REFUSAL_REASON_KEY_BUDGET_EXHAUSTED,
                    REFUSAL_REASON_INTERNAL ->
                    NEXT_SIGNER;
            // A budget is there to be kept, not to be spread over the other signers; an epoch that
            // is over will be over there too.
            case REFUSAL_REASON_BUDGET_EXHAUSTED, REFUSAL_REASON_EPOCH_NOT_CURRENT -> GIVE_UP;
            // A reason that is newer than this edge.
            case REFUSAL_REASON_UNSPECIFIED, UNRECOGNIZED -> FINAL;
        };
    }

    /** The reason as records and metrics carry it. */
    static String text(RefusalReason reason) {
        return reason == RefusalReason.UNRECOGNIZED
                ? "UNRECOGNIZED"
                : reason.name().substring("REFUSAL_REASON_".length());
    }
}
