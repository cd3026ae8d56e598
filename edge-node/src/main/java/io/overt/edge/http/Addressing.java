package io.overt.edge.http;

import java.util.regex.Pattern;

/** Whom the requests of a connection are addressed to, and so how their targets are written. */
enum Addressing {
    /** The origin itself, within TLS: a path, or an https URL (RFC 9112 §3.2.1, §3.2.2). */
    TO_ORIGIN("https", 443),
    /** A proxy, in the clear: an http URL and nothing else (RFC 9112 §3.2.2). */
    TO_PROXY("http", 80);

    private final String scheme;
    private final int port;
    private final Pattern absolute;

    Addressing(String scheme, int port) {
        this.scheme = scheme;
        this.port = port;
        this.absolute = Pattern.compile("(?i)" + scheme + "://([^/?]*)([/?].*)?");
    }

    String scheme() {
        return scheme;
    }

    /** Where a URL does not say. */
    int port() {
        return port;
    }

    /** Group 1 is the authority, group 2 the rest, or null. */
    Pattern absolute() {
        return absolute;
    }
}
