package io.overt.edge.flow;

import java.net.InetSocketAddress;

/** Where the client meant to go, and how we know. */
public sealed interface OriginalDestination {

    /** Resolved; the address that is dialled, and that policy sees. */
    InetSocketAddress address();

    /** The kernel handed us the connection under the destination's own address. */
    record Diverted(InetSocketAddress address) implements OriginalDestination {}

    /** The kernel rewrote the destination and remembers the original. */
    record Redirected(InetSocketAddress address) implements OriginalDestination {}

    /** A load balancer in front was connected to under this address, and said so. */
    record Announced(InetSocketAddress address) implements OriginalDestination {}

    /**
     * The client named it to the explicit proxy, and this is the address that the name led to.
     *
     * @param address unresolved where a parent proxy is to find it
     */
    record Asked(InetSocketAddress address, ConnectTarget target, Form form)
            implements OriginalDestination {

        /** In CONNECT. */
        public Asked(InetSocketAddress address, ConnectTarget target) {
            this(address, target, Form.TUNNEL);
        }

        /** The same, by another address of the name. */
        Asked under(InetSocketAddress other) {
            return new Asked(other, target, form);
        }
    }

    /** What a client wants of the explicit proxy. */
    enum Form {
        /** CONNECT: what follows is for the destination (RFC 9110 §9.3.6). */
        TUNNEL,
        /** A plain request with an http URL, to be forwarded (RFC 9112 §3.2.2). */
        PLAIN_REQUEST
    }

    /**
     * The authority of a CONNECT request or of a plain request's URL.
     *
     * @param host a name in lower case without a trailing dot, or an IP literal without brackets
     * @param port from 1 to 65535
     */
    record ConnectTarget(String host, int port) {
        public ConnectTarget {
            if (host.isEmpty() || port < 1 || port > 0xffff) {
                throw new IllegalArgumentException(
                        "connect target: " + host + ":" + port + " (expected: host:port)");
            }
        }
    }
}
