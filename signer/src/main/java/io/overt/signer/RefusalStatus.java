package io.overt.signer;

import io.grpc.Status;
import io.overt.proto.failure.v1.RefusalReason;

/**
 * The one table from a reason of refusal to a gRPC status. A caller that knows the reasons acts on
 * the reason; the status is for those in between, above all whether another try, or another signer,
 * could help.
 */
final class RefusalStatus {

    static Status of(RefusalReason reason) {
        return switch (reason) {
            // The caller cannot change it.
            case REFUSAL_REASON_CALLER_NOT_ALLOWED,
                    REFUSAL_REASON_NAME_NEVER_FORGED,
                    REFUSAL_REASON_REVOKED ->
                    Status.PERMISSION_DENIED;
            // The request is wrong, now and later, here and at any other signer.
            case REFUSAL_REASON_MALFORMED_REQUEST,
                    REFUSAL_REASON_LEAF_KEY_NOT_ACCEPTED,
                    REFUSAL_REASON_POSSESSION_NOT_PROVEN ->
                    Status.INVALID_ARGUMENT;
            // Something must change first: an enrolment, a fresh Describe, the upstream.
            case REFUSAL_REASON_LEAF_KEY_NOT_ENROLLED,
                    REFUSAL_REASON_UPSTREAM_NOT_VERIFIED,
                    REFUSAL_REASON_NOT_MIRRORABLE,
                    REFUSAL_REASON_TBS_DIFFERS,
                    REFUSAL_REASON_ISSUER_NOT_ACTIVE,
                    REFUSAL_REASON_PROFILE_UNKNOWN,
                    REFUSAL_REASON_EPOCH_NOT_CURRENT,
                    // The control plane's; no signer refuses for these.
                    REFUSAL_REASON_NOT_FOUND,
                    REFUSAL_REASON_NOT_NOW,
                    REFUSAL_REASON_NOT_APPROVED,
                    REFUSAL_REASON_CHANGED_SINCE,
                    REFUSAL_REASON_KEY_REUSED,
                    REFUSAL_REASON_DUPLICATE_UNDER_WAY ->
                    Status.FAILED_PRECONDITION;
            // Later, or at another signer.
            case REFUSAL_REASON_TOKEN_UNAVAILABLE, REFUSAL_REASON_LOG_UNAVAILABLE ->
                    Status.UNAVAILABLE;
            case REFUSAL_REASON_BUDGET_EXHAUSTED, REFUSAL_REASON_KEY_BUDGET_EXHAUSTED ->
                    Status.RESOURCE_EXHAUSTED;
            // Ours to mend.
            case REFUSAL_REASON_SIGNATURE_NOT_VERIFIED,
                    REFUSAL_REASON_LINT_FAILED,
                    REFUSAL_REASON_INTERNAL,
                    REFUSAL_REASON_UNSPECIFIED,
                    UNRECOGNIZED ->
                    Status.INTERNAL;
        };
    }

    private RefusalStatus() {}
}
