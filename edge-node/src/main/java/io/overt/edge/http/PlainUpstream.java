package io.overt.edge.http;

import java.util.Optional;

/**
 * The one upstream of a run of plain requests to the explicit proxy.
 *
 * @param host as normalised from the first request's URL: lower case, without brackets
 * @param port from 1 to 65535
 * @param pseudonym ours in {@code Via}
 * @param proxyAuthorization what the first request was authenticated by; a request with anything
 *     else is not of this run
 * @param route what requests look like on their way
 */
public record PlainUpstream(
        String host, int port, String pseudonym, Optional<String> proxyAuthorization, Route route) {

    /** Who is at the other end of the connection. */
    public sealed interface Route {
        /** The origin: targets are paths. */
        record ToOrigin() implements Route {}

        /**
         * Another proxy: targets stay URLs.
         *
         * @param authorization the value of our own {@code Proxy-Authorization} there
         */
        record ToParent(Optional<String> authorization) implements Route {}
    }

    /** Credentials are nobody's to read in a log. */
    @Override
    public String toString() {
        return "PlainUpstream[" + host + ":" + port + "]";
    }
}
