package io.overt.control.web.rest;

import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What went wrong before, beside or instead of a call. */
public final class Failures {

    /** What is told of an exception; one that nobody expected is logged with the request's id. */
    public static Problem problem(ServiceRequestContext ctx, Throwable cause) {
        return switch (cause) {
            case ContentTooLargeException _ -> tooLarge(ctx);
            case RequestTimeoutException _ ->
                    // Whole requests are answered by their methods, which have deadlines of their
                    // own: mostly it is the request that was slow.
                    ctx.request().isComplete()
                            ? Problem.of(
                                    ProblemType.DEADLINE_EXCEEDED,
                                    "no answer within " + ctx.requestTimeoutMillis() + " ms")
                            : tooSlow(ctx);
            case HttpStatusException e ->
                    e.httpStatus().code() == ProblemType.BODY_TOO_LARGE.status()
                            ? tooLarge(ctx)
                            : ofStatus(e.httpStatus().code(), ctx.path());
            // Whoever asked is gone, or has been answered before all of the request was here.
            case ResponseCompleteException _,
                    ClosedStreamException _,
                    AbortedStreamException _,
                    CancelledSubscriptionException _ ->
                    Problem.of(ProblemType.REQUEST_TOO_SLOW, "the request was ended");
            default -> {
                LOG.atError()
                        .setCause(cause)
                        .addKeyValue("path", ctx.path())
                        .addKeyValue("id", RequestId.of(ctx))
                        .log("a request ended in a defect");
                yield Problem.of(ProblemType.INTERNAL, "a defect, logged as " + RequestId.of(ctx));
            }
        };
    }

    /** What is told where the server itself answers with a status. */
    public static Problem ofStatus(int status, String detail) {
        for (var type : ProblemType.values()) {
            if (type.status() == status) {
                return Problem.of(type, detail);
            }
        }
        return Problem.of(
                status < 500 ? ProblemType.MALFORMED_REQUEST : ProblemType.INTERNAL, detail);
    }

    private static Problem tooLarge(ServiceRequestContext ctx) {
        return Problem.of(
                ProblemType.BODY_TOO_LARGE,
                "expected: at most " + ctx.maxRequestLength() + " bytes");
    }

    /** What comes of it after all is no request any more: the connection ends. */
    private static Problem tooSlow(ServiceRequestContext ctx) {
        return Problem.of(
                        ProblemType.REQUEST_TOO_SLOW,
                        "expected: whole within " + ctx.requestTimeoutMillis() + " ms")
                .with(HttpHeaders.of(HttpHeaderNames.CONNECTION, "close"));
    }

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}
}
