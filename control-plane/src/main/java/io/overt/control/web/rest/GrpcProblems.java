package io.overt.control.web.rest;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import io.grpc.Metadata;
import io.grpc.Status;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.service.identity.RefusalTrailer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The one table from a failed call to an HTTP answer. */
final class GrpcProblems {

    static Problem of(Status status, Metadata trailers) {
        var refusal = RefusalTrailer.from(status.asRuntimeException(trailers));
        var byReason = refusal.map(Refusal::getReason).flatMap(GrpcProblems::type);
        var type = byReason.orElseGet(() -> type(status.getCode()));
        var slug =
                refusal.map(Refusal::getReason)
                        .filter(_ -> byReason.isEmpty())
                        .filter(reason -> reason != RefusalReason.UNRECOGNIZED)
                        // One reason of the fleet, two for HTTP: sign in, or do not ask again.
                        .filter(_ -> type != ProblemType.NOT_SIGNED_IN)
                        .map(GrpcProblems::slug)
                        .orElse(type.slug());
        var detail =
                refusal.map(Refusal::getDetail)
                        .filter(text -> !text.isEmpty())
                        .or(() -> Optional.ofNullable(status.getDescription()))
                        .orElse(type.title());
        var places =
                refusal.filter(found -> !found.getSubject().isEmpty())
                        .filter(
                                found ->
                                        found.getReason()
                                                == RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST)
                        .map(found -> List.of(new Problem.Place(found.getSubject(), detail)))
                        .orElse(List.of());
        return new Problem(type, slug, detail, places, headers(type, refusal));
    }

    /** A whole number of seconds, rounded up: RFC 9110 §10.2.3. */
    private static HttpHeaders headers(ProblemType type, Optional<Refusal> refusal) {
        if (refusal.isPresent() && refusal.get().hasRetryAfter()) {
            var after = refusal.get().getRetryAfter();
            long seconds = after.getSeconds() + (after.getNanos() > 0 ? 1 : 0);
            return HttpHeaders.of(HttpHeaderNames.RETRY_AFTER, String.valueOf(seconds));
        }
        return switch (type) {
            // RFC 9110 §15.5.2 wants a challenge; a certificate has none, a token has this one.
            case NOT_SIGNED_IN -> HttpHeaders.of(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            case UNAVAILABLE -> HttpHeaders.of(HttpHeaderNames.RETRY_AFTER, "5");
            case MALFORMED_REQUEST,
                    CALLER_NOT_ALLOWED,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    NOT_ACCEPTABLE,
                    REQUEST_TOO_SLOW,
                    CONFLICT,
                    DUPLICATE_UNDER_WAY,
                    PRECONDITION_FAILED,
                    BODY_TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE,
                    IDEMPOTENCY_KEY_REUSED,
                    BUDGET_EXHAUSTED,
                    HEADERS_TOO_LARGE,
                    INTERNAL,
                    NOT_IMPLEMENTED,
                    DEADLINE_EXCEEDED ->
                    HttpHeaders.of();
        };
    }

    /** {@code REFUSAL_REASON_CALLER_NOT_ALLOWED} is {@code caller-not-allowed}. */
    static String slug(RefusalReason reason) {
        return reason.name()
                .substring("REFUSAL_REASON_".length())
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
    }

    /** Where HTTP has a status of its own for it. */
    private static Optional<ProblemType> type(RefusalReason reason) {
        return Optional.ofNullable(BY_REASON.get(reason));
    }

    private static final Map<RefusalReason, ProblemType> BY_REASON =
            Map.of(
                    RefusalReason.REFUSAL_REASON_CHANGED_SINCE, ProblemType.PRECONDITION_FAILED,
                    RefusalReason.REFUSAL_REASON_KEY_REUSED, ProblemType.IDEMPOTENCY_KEY_REUSED,
                    RefusalReason.REFUSAL_REASON_DUPLICATE_UNDER_WAY,
                            ProblemType.DUPLICATE_UNDER_WAY);

    static ProblemType type(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ProblemType.MALFORMED_REQUEST;
            case UNAUTHENTICATED -> ProblemType.NOT_SIGNED_IN;
            case PERMISSION_DENIED -> ProblemType.CALLER_NOT_ALLOWED;
            case NOT_FOUND -> ProblemType.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED, FAILED_PRECONDITION -> ProblemType.CONFLICT;
            case RESOURCE_EXHAUSTED -> ProblemType.BUDGET_EXHAUSTED;
            case UNIMPLEMENTED -> ProblemType.NOT_IMPLEMENTED;
            case UNAVAILABLE -> ProblemType.UNAVAILABLE;
            case DEADLINE_EXCEEDED, CANCELLED -> ProblemType.DEADLINE_EXCEEDED;
            case OK, UNKNOWN, INTERNAL, DATA_LOSS -> ProblemType.INTERNAL;
        };
    }

    private GrpcProblems() {}
}
