package io.overt.edge.exclusion;

/** What a connection shows about a client and our certificate for a host. */
public sealed interface Testimony {

    /** The client took the certificate: it went on to send application bytes under it. */
    record Accepted() implements Testimony {}

    /** The client refused it, or seems to have. */
    record Refused(RefusalKind kind) implements Testimony {}
}
