package io.overt.edge.http;

/** How far a connection is. Each state holds what is known there, and nothing else. */
sealed interface Http1Phase {

    /** Between messages, or within a request's head. */
    record Idle(HeadScanner head) implements Http1Phase {}

    /**
     * A request was passed; its body and its answer are under way.
     *
     * @param sent the request's body as far as it went to the upstream
     */
    record Exchanging(RequestHead request, BodyScanner sent, Answer answer) implements Http1Phase {}

    /** A request was blocked and answered; its body is read and thrown away. */
    record Discarding(BodyScanner body) implements Http1Phase {}

    /** The connection left HTTP. */
    record Opaque() implements Http1Phase {}

    /** Nothing more is to be said. What still arrives is thrown away. */
    record Over() implements Http1Phase {}

    /** What becomes of the bytes that a client sends behind the beginning of a final response. */
    enum RequestRest {
        /** They are the request's content and go on as that. */
        CONTENT,
        /** Nobody can say whether they are content. They go nowhere. */
        UNKNOWN
    }

    /** How far the answer to a request is. */
    sealed interface Answer {
        record Awaited(HeadScanner head, int interims) implements Answer {}

        record Arriving(ResponseHead head, BodyScanner body, RequestRest rest) implements Answer {}
    }
}
