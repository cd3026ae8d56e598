package io.overt.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads whom and what a request asks for, from its target and its authority (RFC 9112 §3.2, RFC
 * 9113 §8.3.1).
 */
sealed interface RequestTarget {
    /** The URL, once in each style. */
    record Read(List<RequestUrl> urls) implements RequestTarget {}

    record Unreadable(String detail) implements RequestTarget {}

    static RequestTarget read(HttpRequestFacts facts) {
        String scheme = facts.scheme().toLowerCase(Locale.ROOT);
        int defaultPort = scheme.equals("http") ? 80 : 443;
        String target = facts.path();
        if (target.startsWith("/")) {
            return readable(facts, scheme, Optional.empty(), defaultPort, target);
        }
        if (target.equals("*")) {
            // OPTIONS * is about the server as a whole: what is said about all of a host's paths is
            // said about it too.
            return readable(facts, scheme, Optional.empty(), defaultPort, "/");
        }
        Matcher absolute = ABSOLUTE_FORM.matcher(target);
        if (absolute.matches()) {
            String rest = absolute.group(2);
            String origin = rest.startsWith("/") ? rest : "/" + rest;
            return readable(facts, scheme, Optional.of(absolute.group(1)), defaultPort, origin);
        }
        if (facts.method().equalsIgnoreCase("CONNECT")) {
            return readable(facts, scheme, Optional.of(target), defaultPort, "/");
        }
        return new Unreadable(
                "target \"" + excerpt(target) + "\" (expected: a path, an absolute URL or *)");
    }

    private static RequestTarget readable(
            HttpRequestFacts facts,
            String scheme,
            Optional<String> targetAuthority,
            int defaultPort,
            String origin) {
        Optional<Authority> fromField =
                facts.authority().isEmpty()
                        ? ofConnection(facts.connection(), defaultPort)
                        : Authority.parse(facts.authority(), defaultPort);
        if (fromField.isEmpty()) {
            return new Unreadable(
                    "authority \""
                            + excerpt(facts.authority())
                            + "\" (expected: host or host:port)");
        }
        Authority authority = fromField.get();
        if (targetAuthority.isPresent()) {
            Optional<Authority> fromTarget = Authority.parse(targetAuthority.get(), defaultPort);
            if (fromTarget.isEmpty()) {
                return new Unreadable(
                        "target's authority \""
                                + excerpt(targetAuthority.get())
                                + "\" (expected: host or host:port)");
            }
            // RFC 9112 §3.2.2 prefers the target's; servers differ, so a request that names two
            // hosts is read as neither.
            if (!facts.authority().isEmpty() && !fromTarget.equals(fromField)) {
                return new Unreadable(
                        "target names \""
                                + excerpt(targetAuthority.get())
                                + "\", Host names \""
                                + excerpt(facts.authority())
                                + "\" (expected: the same)");
            }
            authority = fromTarget.get();
        }
        Authority named = authority;
        return new Read(
                Stream.of(RequestUrl.Style.values())
                        .map(
                                style ->
                                        RequestUrl.of(
                                                style, scheme, named.host(), named.port(), origin))
                        .toList());
    }

    // An HTTP/1.0 request may name no host. It will be answered by the host whose connection it
    // came on.
    private static Optional<Authority> ofConnection(ConnectionFacts connection, int defaultPort) {
        Optional<RequestUrl.Host> name =
                connection.serverName().or(connection::connectHost).map(RequestUrl.Host.Named::new);
        InetAddress address = connection.destination().getAddress();
        return name.or(() -> Optional.ofNullable(address).map(RequestUrl.Host.Address::new))
                .map(host -> new Authority(host, defaultPort));
    }

    private static String excerpt(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(80)
                .forEach(
                        c -> {
                            if (c >= ' ' && c < 0x7f) {
                                shown.appendCodePoint(c);
                            } else {
                                shown.append(String.format("\\u%04x", c));
                            }
                        });
        return text.length() > 80 ? shown + "…" : shown.toString();
    }

    Pattern ABSOLUTE_FORM =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[/\\\\]{2}([^/\\\\?#]*)(.*)", Pattern.DOTALL);
}
