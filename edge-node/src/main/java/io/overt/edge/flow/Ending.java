package io.overt.edge.flow;

import java.util.Locale;

/** How a connection came to its end, whatever its outcome. */
public enum Ending {
    /** Both sides said that they were done, or the client was told no and heard it. */
    COMPLETE,
    /** The client closed or reset before it had an answer. */
    CLIENT_LEFT,
    /** The client reset an established connection. */
    CLIENT_RESET,
    /** The upstream reset an established connection. */
    UPSTREAM_RESET,
    /**
     * The client said by a TLS alert that it does not take our certificate: during its handshake,
     * or right behind it, for a TLS 1.3 client finishes before it has looked.
     */
    CLIENT_REFUSED_LEAF,
    /**
     * The client finished its handshake and closed without a byte. TLS 1.3 clients that refuse a
     * certificate without an alert look so, and so do those that merely warm up a connection:
     * weaker evidence.
     */
    CLIENT_SAID_NOTHING,
    /** The client's handshake failed for another cause. */
    CLIENT_HANDSHAKE_FAILED,
    /**
     * The upstream asked for a client certificate, and did not go on without one: too late to
     * splice, for our leaf was out. The client is reset, as it would have been.
     */
    CERTIFICATE_REQUIRED,
    /** A splice found nobody at the original destination. */
    UNREACHABLE,
    /** A deadline passed: nothing moved for too long, or an answer did not get through. */
    TIMED_OUT,
    /** The edge was told to stop and the drain's deadline passed. */
    DRAINED,
    /** A defect of ours; the log has the particulars under the connection's id. */
    INTERNAL;

    /** The name in records and metrics. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
