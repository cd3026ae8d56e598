package io.overt.edge.http;

import io.netty.buffer.ByteBuf;

/** What the exchange wants done, in order. The buffers belong to whoever takes the action. */
sealed interface Http1Action {

    record ToUpstream(ByteBuf bytes) implements Http1Action {}

    record ToClient(ByteBuf bytes) implements Http1Action {}

    /**
     * Close when what was written is out. What it got of an unfinished request says itself that it
     * is unfinished.
     */
    record CloseUpstream() implements Http1Action {}

    /**
     * Close so that the upstream knows that its client is gone: with a reset, as the client went.
     */
    record AbortUpstream() implements Http1Action {}

    /** Close when what was written is out. */
    record CloseClient() implements Http1Action {}

    /**
     * Say that nothing more comes, and read on for a while what the client is still sending:
     * closing at once would reset the connection and could take the last response from it (RFC 9112
     * §9.6).
     */
    record FinishClient() implements Http1Action {}

    /**
     * Close so that the client knows what it got to be incomplete: no close_notify (RFC 9112 §9.8).
     */
    record AbortClient() implements Http1Action {}

    /**
     * Let go of the client's connection as it is, with what came of it behind the last message that
     * was for this upstream.
     */
    record HandBack(ByteBuf bytes) implements Http1Action {}

    record Report(Http1Event event) implements Http1Action {}
}
