package io.overt.edge.http;

import io.overt.edge.http.Http1Phase.RequestRest;

/** What can follow a message on its connection. Pure. */
final class Sequel {
    private Sequel() {}

    /** Kept if what is left of the blocked request is certain and little. */
    static Pages.Connection behindBlocked(RequestHead request, Http1Limits limits) {
        var isCertain =
                switch (request.framing()) {
                    case Framing.None() -> true;
                    // RFC 9110 §10.1.1: a client that expected 100 (Continue) sends its content
                    // now, or does not.
                    case Framing.Length(long bytes) ->
                            bytes == 0
                                    || (bytes <= limits.discarded() && !request.expectsContinue());
                    case Framing.Chunked(), Framing.UntilClose() -> false;
                };
        return isCertain && request.isPersistent()
                ? Pages.Connection.KEPT
                : Pages.Connection.CLOSED;
    }

    /** Where the two connections of an exchange have lives of their own. */
    static Pages.Connection behind(RequestHead request, ResponseHead response) {
        return request.isPersistent() && !(response.framing() instanceof Framing.UntilClose)
                ? Pages.Connection.KEPT
                : Pages.Connection.CLOSED;
    }

    /**
     * A client that waits for 100 (Continue) and gets a final response may send its content or go
     * on to its next request; an upstream may expect either (RFC 9110 §10.1.1).
     */
    static RequestRest of(RequestHead request, BodyScanner sent) {
        return request.expectsContinue() && !sent.hasBegun()
                ? RequestRest.UNKNOWN
                : RequestRest.CONTENT;
    }
}
