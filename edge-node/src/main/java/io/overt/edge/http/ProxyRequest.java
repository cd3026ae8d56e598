package io.overt.edge.http;

import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;

/**
 * The first request of a client to the explicit proxy, looked at and not consumed. Read by what
 * reads inspected requests, so that there is one reading of a request in this process. Pure.
 */
public sealed interface ProxyRequest {

    /** The head has not ended. */
    record Incomplete() implements ProxyRequest {}

    /**
     * A request for a tunnel.
     *
     * @param target as sent, not parsed
     * @param bytes the head's length; what follows is the tunnel's
     */
    record Tunnel(String target, int bytes, Courtesies courtesies) implements ProxyRequest {}

    /**
     * A plain request to be forwarded. It stays where it is, for {@link Http1Filter} to read again.
     *
     * @param host lower case, without a trailing dot, without the brackets of an IPv6 address
     * @param url as sent, at most {@value Http1Event#LONGEST_URL} characters
     */
    record Plain(String host, int port, String method, String url, Courtesies courtesies)
            implements ProxyRequest {}

    /** A request that is well written and not for a proxy for http. */
    record Unsupported(String detail) implements ProxyRequest {}

    /** It can be read in more than one way, or not at all. */
    record Refused(Http1Fault fault, String detail) implements ProxyRequest {}

    /**
     * What proxies say to each other.
     *
     * @param via the received-by of every {@code Via} entry, in lower case
     * @param authorization the value of {@code Proxy-Authorization}
     */
    record Courtesies(List<String> via, Optional<String> authorization) {
        public Courtesies {
            via = List.copyOf(via);
        }

        /** Credentials are nobody's to read in a log. */
        @Override
        public String toString() {
            return "Courtesies[via=" + via + "]";
        }
    }

    /**
     * @param bytes all that came so far
     * @param tunnelLimit the most bytes that a head of CONNECT may have
     * @param limits for the heads of other requests
     */
    static ProxyRequest read(byte[] bytes, int tunnelLimit, Http1Limits limits) {
        var early = ProxyRequests.flawOfBeginning(bytes);
        if (early.isPresent()) {
            return ProxyRequests.refused(early.get());
        }
        var isTunnel = ProxyRequests.isTunnel(bytes);
        var in = Unpooled.wrappedBuffer(bytes);
        var scanner = isTunnel ? HeadScanner.ofRequest(tunnelLimit) : HeadScanner.ofRequest(limits);
        return switch (scanner.scan(in)) {
            case HeadScanner.Scan.NeedMore() -> new Incomplete();
            case HeadScanner.Scan.Flawed(Flaw flaw) -> ProxyRequests.refused(flaw);
            case HeadScanner.Scan.Head head ->
                    isTunnel
                            ? ProxyRequests.tunnel(head, in.readerIndex())
                            : ProxyRequests.plain(head);
        };
    }
}
