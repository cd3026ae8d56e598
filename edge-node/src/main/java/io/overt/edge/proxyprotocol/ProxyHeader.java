package io.overt.edge.proxyprotocol;

import java.net.InetSocketAddress;

/**
 * What the first bytes of a balancer's connection are (HAProxy's proxy-protocol.txt, §2.2). The
 * header is believed: whoever may send it chooses the client's and the destination's address.
 */
public sealed interface ProxyHeader {

    /** The header has not ended. */
    record Incomplete() implements ProxyHeader {}

    /**
     * Somebody's connection.
     *
     * @param bytes the header's length; what follows is the client's
     */
    record Relayed(InetSocketAddress client, InetSocketAddress destination, int bytes)
            implements ProxyHeader {}

    /** The balancer's own connection: a health check. */
    record Local() implements ProxyHeader {}

    /** Not one that we take. */
    record Refused(String detail) implements ProxyHeader {}

    /**
     * Reads a header of version 2. Version 1 is refused by name: it is text, its end is looked for
     * and not announced, and it carries no checksum.
     *
     * @param bytes all that came so far
     * @param limit the most bytes that a header may have, at least {@value #SHORTEST_LIMIT}
     */
    static ProxyHeader read(byte[] bytes, int limit) {
        return HeaderReader.read(bytes, limit);
    }

    /** The fixed part, IPv6 addresses, and room for a few extensions. */
    int SHORTEST_LIMIT = 256;
}
