package io.overt.edge.net;

import io.overt.edge.flow.Event.ConnectFault;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.edge.http.Http1Fault;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.http.ProxyRequest;
import io.overt.edge.http.ProxyRequest.Courtesies;
import io.overt.policy.HostName;
import io.overt.x509.ReferenceIdentity;
import java.util.Optional;

/** What a client wants of the explicit proxy, by the head of its first request. Pure. */
sealed interface ConnectRequest {

    /** The head has not ended. */
    record Incomplete() implements ConnectRequest {}

    /**
     * A CONNECT request (RFC 9110 §9.3.6).
     *
     * @param headBytes the head's length; what follows is the client's first bytes
     */
    record Connect(ConnectTarget target, int headBytes, Courtesies courtesies)
            implements ConnectRequest {}

    /**
     * A plain request for an http URL (RFC 9112 §3.2.2), which stays where it is.
     *
     * @param host the target's, in the form that the filter compares in
     */
    record Plain(ConnectTarget target, String host, Courtesies courtesies)
            implements ConnectRequest {}

    /** Not one that we take. */
    record Refused(ConnectFault fault, String detail) implements ConnectRequest {}

    /**
     * @param bytes all that came so far
     * @param limit the most bytes that a head of CONNECT may have
     * @param limits of other heads
     */
    static ConnectRequest parse(byte[] bytes, int limit, Http1Limits limits) {
        return switch (ProxyRequest.read(bytes, limit, limits)) {
            case ProxyRequest.Incomplete() -> new Incomplete();
            case ProxyRequest.Tunnel(var authority, var headBytes, var courtesies) ->
                    target(authority)
                            .<ConnectRequest>map(
                                    target -> new Connect(target, headBytes, courtesies))
                            .orElseGet(
                                    () ->
                                            malformed(
                                                    "target is no authority (expected: host:port)"));
            case ProxyRequest.Plain(var host, var port, _, _, var courtesies) ->
                    plainHost(host)
                            .<ConnectRequest>map(
                                    name ->
                                            new Plain(
                                                    new ConnectTarget(name, port),
                                                    host,
                                                    courtesies))
                            .orElseGet(
                                    () -> malformed("host of the URL is neither name nor address"));
            case ProxyRequest.Unsupported(var detail) ->
                    new Refused(ConnectFault.NOT_CONNECT, detail);
            case ProxyRequest.Refused(var fault, var detail) ->
                    fault == Http1Fault.HEAD_TOO_LARGE
                            ? new Refused(ConnectFault.TOO_LARGE, detail)
                            : malformed(fault + ": " + detail);
        };
    }

    /** The reader's hosts are addresses without brackets, or names. */
    private static Optional<String> plainHost(String host) {
        return host.indexOf(':') >= 0 ? host("[" + host + "]") : host(host);
    }

    /** RFC 9112 §3.2.3: {@code uri-host ":" port}, and nothing else; the port is not optional. */
    private static Optional<ConnectTarget> target(String authority) {
        var colon = authority.lastIndexOf(':');
        if (colon <= 0) {
            return Optional.empty();
        }
        var port = authority.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}")
                || Integer.parseInt(port) < 1
                || Integer.parseInt(port) > 0xffff) {
            return Optional.empty();
        }
        return host(authority.substring(0, colon))
                .map(host -> new ConnectTarget(host, Integer.parseInt(port)));
    }

    private static Optional<String> host(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            return ReferenceIdentity.parse(text)
                    .filter(ReferenceIdentity.IpAddress.class::isInstance)
                    .map(ReferenceIdentity::text);
        }
        if (text.indexOf(':') >= 0) {
            return Optional.empty();
        }
        return ReferenceIdentity.parse(text)
                .filter(ReferenceIdentity.IpAddress.class::isInstance)
                .map(ReferenceIdentity::text)
                .or(() -> HostName.parse(text).map(HostName::value));
    }

    private static Refused malformed(String detail) {
        return new Refused(ConnectFault.MALFORMED, detail);
    }
}
