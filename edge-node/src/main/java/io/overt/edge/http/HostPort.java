package io.overt.edge.http;

import java.net.Inet6Address;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code uri-host [ ":" port ]} (RFC 9110 §7.2) in the one spelling that it is compared in.
 *
 * @param host lower case, without a trailing dot, without the brackets of an IPv6 address
 * @param port as written; empty when it was not
 */
record HostPort(String host, OptionalInt port) {

    /**
     * Empty for anything that a host name or an address cannot be: user information and percent
     * signs included.
     */
    static Optional<HostPort> parse(String text) {
        var portAt =
                text.startsWith("[")
                        ? text.indexOf(':', Math.max(0, text.indexOf(']')))
                        : text.indexOf(':');
        var host = portAt < 0 ? text : text.substring(0, portAt);
        var port = OptionalInt.empty();
        if (portAt >= 0) {
            var digits = text.substring(portAt + 1);
            if (!Characters.isDigits(digits)
                    || digits.length() > 5
                    || Integer.parseInt(digits) > 0xffff) {
                return Optional.empty();
            }
            port = OptionalInt.of(Integer.parseInt(digits));
        }
        var found = port;
        return (host.startsWith("[") ? bracketed(host) : name(host))
                .map(value -> new HostPort(value, found));
    }

    private static Optional<String> bracketed(String host) {
        if (!host.endsWith("]")) {
            return Optional.empty();
        }
        var address = host.substring(1, host.length() - 1).toLowerCase(Locale.ROOT);
        // No zone identifier: it means something on one machine only.
        if (!address.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
            return Optional.empty();
        }
        try {
            return Optional.of(Inet6Address.ofLiteral(address).getHostAddress());
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    private static Optional<String> name(String host) {
        var name =
                (host.endsWith(".") ? host.substring(0, host.length() - 1) : host)
                        .toLowerCase(Locale.ROOT);
        if (name.isEmpty() || name.length() > 253) {
            return Optional.empty();
        }
        for (var label : name.split("\\.", -1)) {
            if (label.isEmpty()
                    || label.length() > 63
                    || !label.chars().allMatch(HostPort::isLabelCharacter)) {
                return Optional.empty();
            }
        }
        return Optional.of(name);
    }

    // The underscore is no host name's, but in use below wildcards of storage and analytics
    // services.
    private static boolean isLabelCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
