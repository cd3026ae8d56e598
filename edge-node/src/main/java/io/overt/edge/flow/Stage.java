package io.overt.edge.flow;

import java.util.Locale;

/**
 * Where a connection is: what its timeline, its deadlines and its metrics call the states. In the
 * order in which an inspected connection passes them, the other ways after it.
 */
public enum Stage {
    /** Accepted; where the client meant to go is being asked of the kernel. */
    ARRIVING,
    /** The header of the load balancer in front is being read. */
    PROXY_HEADER,
    /** Explicit proxy: the head of the CONNECT request is being read. */
    CONNECT_HEAD,
    /** Explicit proxy: the user's password is being verified. */
    AUTHENTICATING,
    /** Explicit proxy: the name in the request is being resolved. */
    RESOLVING,
    /** Explicit proxy: may this client go there at all, before it hears 200? */
    SCREENING,
    /** Explicit proxy: TCP to the destination, before the client hears 200. */
    REACHING,
    /** Nothing has come from the client yet. */
    AWAITING_HELLO,
    /** The hello has begun and is not whole. */
    PEEKING,
    /** The policy is being asked; its answer is pinned. */
    DECIDING,
    /** TCP to the original destination. */
    CONNECTING,
    /** TLS with the upstream. */
    UPSTREAM_HANDSHAKE,
    /** The upstream's chain is being verified. */
    VERIFYING,
    /** A leaf is being forged. */
    FORGING,
    /** TLS with the client, the forged leaf shown. */
    CLIENT_HANDSHAKE,
    /** Inspected bytes flow. */
    RELAYING,
    /** Plain requests to the explicit proxy are being forwarded. */
    FORWARDING,
    /** A fresh raw connection to the original destination, to splice. */
    SPLICE_CONNECTING,
    /** Spliced bytes flow. */
    SPLICING,
    /** The client is being told no. */
    BLOCKING,
    /** Over. */
    CLOSED;

    /** The name in records, configuration and metrics, e.g. {@code upstream-handshake}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
