package io.overt.policy;

import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A pattern over URLs: {@code [scheme://]host[:port]/path[?query]}. What it does not name it does
 * not look at: without a scheme it is about both, without a port about every port, without a query
 * about every query and none.
 *
 * @param host empty for {@code *}, every host
 * @param paths the path's glob, in the normal form of each style
 * @param queries the query's likewise; empty when the pattern has none
 */
record UrlPattern(
        Optional<String> scheme,
        Optional<HostPart> host,
        OptionalInt port,
        Map<RequestUrl.Style, Glob> paths,
        Map<RequestUrl.Style, Glob> queries) {
    /** Which hosts a pattern is about. */
    sealed interface HostPart {
        record Names(HostPattern pattern) implements HostPart {}

        record Address(InetAddress address) implements HostPart {}
    }

    boolean matches(RequestUrl url) {
        return scheme.filter(expected -> !expected.equals(url.scheme())).isEmpty()
                && (port.isEmpty() || port.getAsInt() == url.port())
                && host.filter(expected -> !matches(expected, url.host())).isEmpty()
                && glob(paths, url.style()).matches(url.path())
                && (queries.isEmpty()
                        || url.query().filter(glob(queries, url.style())::matches).isPresent());
    }

    private static boolean matches(HostPart expected, RequestUrl.Host host) {
        return switch (expected) {
            case HostPart.Names(HostPattern pattern) ->
                    host instanceof RequestUrl.Host.Named(HostName name) && pattern.matches(name);
            case HostPart.Address(var address) ->
                    host instanceof RequestUrl.Host.Address(var other) && address.equals(other);
        };
    }

    private static Glob glob(Map<RequestUrl.Style, Glob> globs, RequestUrl.Style style) {
        return Objects.requireNonNull(globs.get(style));
    }

    /** What a text is as a pattern, or in words why it is none. */
    sealed interface Reading {
        record Pattern(UrlPattern pattern) implements Reading {}

        record NotAPattern(String why) implements Reading {}
    }

    static Reading read(String text) {
        String rest = text;
        Optional<String> scheme = Optional.empty();
        int colonSlashes = text.indexOf("://");
        if (colonSlashes >= 0 && colonSlashes < text.indexOf('/')) {
            String name = text.substring(0, colonSlashes).toLowerCase(Locale.ROOT);
            if (!name.equals("https") && !name.equals("http")) {
                return new Reading.NotAPattern("scheme \"" + name + "\" (expected: https or http)");
            }
            scheme = Optional.of(name);
            rest = text.substring(colonSlashes + 3);
        }
        int slash = rest.indexOf('/');
        if (slash < 0) {
            return new Reading.NotAPattern(
                    "has no path (expected: " + rest + "/* for all of a host)");
        }
        if (rest.indexOf('#') >= 0) {
            return new Reading.NotAPattern("has a fragment, which no request carries");
        }
        String authority = rest.substring(0, slash);
        String target = rest.substring(slash);
        OptionalInt port = OptionalInt.empty();
        String host = authority;
        int colon = authority.indexOf(':', Math.max(authority.lastIndexOf(']'), 0));
        if (colon >= 0) {
            host = authority.substring(0, colon);
            Optional<Integer> number = PortRange.port(authority.substring(colon + 1));
            if (number.isEmpty()) {
                return new Reading.NotAPattern(
                        "port \"" + authority.substring(colon + 1) + "\" (expected: 1 to 65535)");
            }
            port = OptionalInt.of(number.get());
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        for (String segment : path.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return new Reading.NotAPattern(
                        "has the path segment \""
                                + segment
                                + "\", which is resolved in requests before they are matched");
            }
        }
        if (path.contains("//")) {
            return new Reading.NotAPattern(
                    "has an empty path segment, which is left out of requests before they are matched");
        }
        Map<RequestUrl.Style, Glob> paths = globs(path);
        Map<RequestUrl.Style, Glob> queries =
                question < 0 ? Map.of() : globs(target.substring(question + 1));
        if (host.equals("*")) {
            return new Reading.Pattern(
                    new UrlPattern(scheme, Optional.empty(), port, paths, queries));
        }
        if (host.isEmpty()) {
            return new Reading.NotAPattern(
                    "has no host (expected: *" + target + " for every host)");
        }
        HostPart part;
        if (host.startsWith("[") || Cidr.address(host).isPresent()) {
            Optional<RequestUrl.Host> address = Authority.host(host);
            if (address.isEmpty()
                    || !(address.get() instanceof RequestUrl.Host.Address(var found))) {
                return new Reading.NotAPattern("host \"" + host + "\" is not an address");
            }
            part = new HostPart.Address(found);
        } else {
            switch (HostPattern.read(host)) {
                case HostPattern.Reading.Pattern(HostPattern pattern) ->
                        part = new HostPart.Names(pattern);
                case HostPattern.Reading.NotAPattern(String why) -> {
                    return new Reading.NotAPattern("host \"" + host + "\": " + why);
                }
            }
        }
        return new Reading.Pattern(new UrlPattern(scheme, Optional.of(part), port, paths, queries));
    }

    private static Map<RequestUrl.Style, Glob> globs(String text) {
        Map<RequestUrl.Style, Glob> globs = new EnumMap<>(RequestUrl.Style.class);
        for (RequestUrl.Style style : RequestUrl.Style.values()) {
            globs.put(style, Glob.of(text, Glob.Case.AS_IS, piece -> UrlText.octets(style, piece)));
        }
        return globs;
    }
}
