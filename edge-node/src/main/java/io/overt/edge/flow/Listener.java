package io.overt.edge.flow;

/**
 * The listener that accepted a connection.
 *
 * @param name as configured; policy conditions, records and metrics use it
 * @param provenance how the original destination is found there
 * @param access whether users have to say who they are
 */
public record Listener(String name, Provenance provenance, Access access) {

    /** A listener that asks nobody who they are. */
    public Listener(String name, Provenance provenance) {
        this(name, provenance, Access.OPEN);
    }

    /** Who may use an explicit proxy. */
    public enum Access {
        /** Whoever can reach it. */
        OPEN,
        /** Whoever gives the name and password of a user. */
        AUTHENTICATED
    }

    /** Where knowledge of the original destination comes from. */
    public enum Provenance {
        /** The local address of the accepted socket (TPROXY, pf divert-to). */
        DIVERT,
        /** The kernel's NAT table (SO_ORIGINAL_DST). */
        REDIRECT,
        /** The client said so, by HTTP CONNECT. */
        CONNECT,
        /** A load balancer in front said so, by PROXY protocol version 2. */
        PROXY_PROTOCOL
    }
}
