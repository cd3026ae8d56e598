package io.overt.policy;

import java.net.InetAddress;
import java.util.Optional;

/**
 * One reading of a request's URL.
 *
 * @param style the reading that {@code path} and {@code query} are in
 * @param scheme {@code https} or {@code http}
 * @param port the port that the authority names, else the scheme's
 * @param path normalised; begins with {@code /}
 * @param query normalised, without the {@code ?}; empty when there is none
 */
record RequestUrl(
        Style style, String scheme, Host host, int port, String path, Optional<String> query) {
    /** Whom the URL names. */
    sealed interface Host {
        record Named(HostName name) implements Host {}

        record Address(InetAddress address) implements Host {}
    }

    /** How a server may read the octets of a path and a query. */
    enum Style {
        /**
         * As RFC 3986 §6.2.2 has it: {@code %2F} is no slash, {@code ;} and {@code \} are
         * characters like any other.
         */
        STANDARD,
        /**
         * As servers do that decode first and look afterwards, each a known way around filters:
         * {@code %2F} and {@code \} are slashes, a segment ends at {@code ;}, a path at {@code #}.
         */
        LENIENT
    }

    /** Splits and normalises a target in origin-form. */
    static RequestUrl of(Style style, String scheme, Host host, int port, String target) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        Optional<String> query =
                question < 0 ? Optional.empty() : Optional.of(target.substring(question + 1));
        return new RequestUrl(
                style,
                scheme,
                host,
                port,
                UrlText.path(style, path),
                query.map(text -> UrlText.octets(style, text)));
    }
}
