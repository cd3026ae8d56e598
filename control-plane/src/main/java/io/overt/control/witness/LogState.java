package io.overt.control.witness;

/** How a log stands with its witness. */
public enum LogState {
    /** Its head continues what was cosigned, and grows. */
    CONSISTENT("consistent"),
    /** It has not grown for too long, or shows an older head than it has. */
    STALE("stale"),
    /** It has signed two histories; for good. */
    FORKED("forked"),
    /** It does not answer. */
    UNREACHABLE("unreachable"),
    /** What it serves is not a head of this log, or not the tiles of its head. */
    MALFORMED("malformed");

    private final String text;

    LogState(String text) {
        this.text = text;
    }

    /** As metrics and log lines have it. */
    public String text() {
        return text;
    }
}
