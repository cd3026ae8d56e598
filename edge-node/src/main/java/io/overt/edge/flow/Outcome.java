package io.overt.edge.flow;

import java.util.Locale;

/** What the client got. */
public enum Outcome {
    /** A forged leaf was shown to the client, or its plain requests were judged one by one. */
    INSPECT,
    /** The connection was handed through, encrypted end to end; or plain requests unjudged. */
    SPLICE,
    /** The client was told no. */
    BLOCK,
    /** The client went away before it got anything. */
    ABANDON;

    /** The name in records and metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
