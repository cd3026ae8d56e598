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

    /** The client named it in CONNECT, and this is the address that the name led to. */
    record Asked(InetSocketAddress address, ConnectTarget target) implements OriginalDestination {

        /** The same, by another address of the name. */
        Asked under(InetSocketAddress other) {
            return new Asked(other, target);
        }
    }

    /**
     * The authority of a CONNECT request (RFC 9110 §9.3.6).
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
