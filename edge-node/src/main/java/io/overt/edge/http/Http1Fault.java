package io.overt.edge.http;

/**
 * Why a message is refused. Each names the clause that it breaks and the status with which a client
 * is told.
 */
public enum Http1Fault {
    // Heads
    HEAD_TOO_LARGE("RFC 6585 §5", 431),
    HEAD_TOO_SLOW("RFC 9110 §15.5.9, §15.6.5", 408, 504),
    BAD_LINE_END("RFC 9112 §2.2", 400),
    BAD_REQUEST_LINE("RFC 9112 §3", 400),
    BAD_STATUS_LINE("RFC 9112 §4", 400),
    UNSUPPORTED_VERSION("RFC 9112 §2.3", 505),
    BAD_TARGET("RFC 9112 §3.2", 400),
    CONNECT_INSIDE("RFC 9110 §9.3.6", 501),
    FOLDED_LINE("RFC 9112 §5.2", 400),
    BAD_FIELD_NAME("RFC 9112 §5.1", 400),
    BAD_FIELD_VALUE("RFC 9110 §5.5", 400),
    BAD_CONNECTION_OPTION("RFC 9110 §7.6.1", 400),
    // Whom a request is for
    HOST_MISSING("RFC 9112 §3.2", 400),
    HOST_REPEATED("RFC 9112 §3.2", 400),
    HOST_INVALID("RFC 9110 §7.2", 400),
    TARGET_AND_HOST_DIFFER("RFC 9112 §3.2.2", 400),
    HOST_NOT_COVERED("RFC 9110 §7.4", 421),
    PORT_NOT_OURS("RFC 9110 §7.4", 421),
    NO_FORWARDS_LEFT("RFC 9110 §7.6.2", 400),
    UNREADABLE_URL("RFC 9112 §3.2", 400),
    // Bodies
    LENGTH_AND_ENCODING("RFC 9112 §6.1", 400),
    BAD_CONTENT_LENGTH("RFC 9112 §6.3", 400),
    BAD_TRANSFER_ENCODING("RFC 9112 §6.1", 400),
    ENCODING_IN_HTTP_1_0("RFC 9112 §6.1", 400),
    BAD_CHUNK("RFC 9112 §7.1", 400),
    BAD_TRAILER("RFC 9110 §6.5.1", 400),
    // Only an upstream
    BODY_WHERE_NONE_CAN_BE("RFC 9112 §6.3", 400),
    UNSOLICITED_RESPONSE("RFC 9112 §9.2", 400),
    TOO_MANY_INTERIM_RESPONSES("RFC 9110 §15.2", 400),
    BAD_UPGRADE("RFC 9110 §7.8", 400);

    private final String clause;
    private final int status;
    private final int upstreamStatus;

    Http1Fault(String clause, int status) {
        this(clause, status, 502);
    }

    Http1Fault(String clause, int status, int upstreamStatus) {
        this.clause = clause;
        this.status = status;
        this.upstreamStatus = upstreamStatus;
    }

    /** The clause, such as {@code RFC 9112 §5.2}. */
    public String clause() {
        return clause;
    }

    /** What a client is answered when the fault is its own. */
    public int status() {
        return status;
    }

    /** What a client is answered when the fault is the upstream's. */
    public int upstreamStatus() {
        return upstreamStatus;
    }
}
