package io.overt.control.web.rest;

import java.util.Locale;

/** Every kind of failure that the HTTP interface answers with; docs/api.md explains each. */
public enum ProblemType {
    /** The request is not what its description says. */
    MALFORMED_REQUEST(400, "The request is not what its description says"),
    /** Nobody is signed in. */
    NOT_SIGNED_IN(401, "Nobody is signed in"),
    /** Who is signed in may not do this. */
    CALLER_NOT_ALLOWED(403, "The caller may not do this"),
    /** Nothing is there. */
    NOT_FOUND(404, "Nothing is there"),
    /** The path is right and the method is not. */
    METHOD_NOT_ALLOWED(405, "The path does not have this method"),
    /** Nothing that the caller accepts can be answered. */
    NOT_ACCEPTABLE(406, "None of the accepted types can be answered"),
    /** The request did not arrive whole in time. */
    REQUEST_TOO_SLOW(408, "The request did not arrive in time"),
    /** What is there does not permit this now. */
    CONFLICT(409, "The present state does not permit this"),
    /** The same act is being done for another request. */
    DUPLICATE_UNDER_WAY(409, "The same act is being done right now"),
    /** What the caller knows is not the newest. */
    PRECONDITION_FAILED(412, "It has changed since it was read"),
    /** The body is larger than is taken. */
    BODY_TOO_LARGE(413, "The body is too large"),
    /** The body is not JSON. */
    UNSUPPORTED_MEDIA_TYPE(415, "The body is of a type that is not taken"),
    /** The key was used for another request. */
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request"),
    /** As much was asked as may be. */
    BUDGET_EXHAUSTED(429, "As much was asked as may be asked"),
    /** Head of the request too large. */
    HEADERS_TOO_LARGE(431, "The head of the request is too large"),
    /** A defect. */
    INTERNAL(500, "A defect on our side"),
    /** A build that does not know this. */
    NOT_IMPLEMENTED(501, "This build does not do that"),
    /** Not now. */
    UNAVAILABLE(503, "Not possible right now"),
    /** It took too long. */
    DEADLINE_EXCEEDED(504, "It took too long");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** HTTP status, RFC 9110 §15. */
    public int status() {
        return status;
    }

    /** The same for every occurrence, RFC 9457 §3.1.4. */
    public String title() {
        return title;
    }

    /** As in the URI and in the documents: {@code caller-not-allowed}. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * A path of the server itself (RFC 9457 §3.1.1), which shows what it means; refusals of the
     * fleet have the same form under their own names.
     */
    public String uri() {
        return uri(slug());
    }

    static String uri(String slug) {
        return "/docs/#problem-" + slug;
    }
}
