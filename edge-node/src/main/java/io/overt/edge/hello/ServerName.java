package io.overt.edge.hello;

import java.util.Locale;
import java.util.Optional;

/**
 * The {@code server_name} extension (RFC 6066 §3), read so that no other reader can find another
 * name in it.
 */
final class ServerName {

    private ServerName() {}

    /** Empty only after a flaw: an extension that is there names a host or is malformed. */
    static Optional<String> parse(HelloCursor content) {
        var list = content.vector(2, 1, 0xffff, "server_name_list");
        var type = list.uint8("name_type");
        if (type != HOST_NAME) {
            list.fail("name_type %d (expected: 0, host_name)".formatted(type));
        }
        var name = list.vector(2, 1, 0xffff, "host_name").rest();
        // RFC 6066 §3: no two names of one type, and no type but host_name exists. Servers that
        // take the first and
        // servers that take the last would see two hosts.
        list.expectEnd("the one host_name");
        if (content.hasFlaw()) {
            return Optional.empty();
        }
        var flaw = flawOf(name);
        flaw.ifPresent(content::fail);
        return flaw.isPresent() ? Optional.empty() : Optional.of(name.toLowerCase(Locale.ROOT));
    }

    private static Optional<String> flawOf(String name) {
        if (name.length() > MAX_NAME) {
            return Optional.of(
                    "host_name of %d bytes (expected: at most %d)"
                            .formatted(name.length(), MAX_NAME));
        }
        var start = 0;
        for (var at = 0; at <= name.length(); at++) {
            if (at < name.length() && name.charAt(at) != '.') {
                if (!isLetterDigitHyphen(name.charAt(at))) {
                    return Optional.of(
                            "host_name %s: byte 0x%02x (expected: letters, digits, hyphens)"
                                    .formatted(quoted(name), (int) name.charAt(at)));
                }
                continue;
            }
            if (at == start) {
                // RFC 6066 §3: the name is sent without a trailing dot.
                return Optional.of("host_name %s: an empty label".formatted(quoted(name)));
            }
            if (at - start > MAX_LABEL) {
                return Optional.of(
                        "host_name %s: a label above %d bytes".formatted(quoted(name), MAX_LABEL));
            }
            if (name.charAt(start) == '-' || name.charAt(at - 1) == '-') {
                return Optional.of(
                        "host_name %s: a hyphen at the edge of a label".formatted(quoted(name)));
            }
            start = at + 1;
        }
        return isNumericFrom(name, name.lastIndexOf('.') + 1)
                // RFC 6066 §3: literal addresses are not permitted. IPv6 has failed on its colons
                // already. No
                // top-level domain is all digits (RFC 3696 §2), and resolvers read "127.1" as an
                // address too.
                ? Optional.of("host_name %s: an address (expected: a name)".formatted(quoted(name)))
                : Optional.empty();
    }

    private static boolean isLetterDigitHyphen(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-';
    }

    private static boolean isNumericFrom(String name, int from) {
        for (var at = from; at < name.length(); at++) {
            if (name.charAt(at) < '0' || name.charAt(at) > '9') {
                return false;
            }
        }
        return true;
    }

    /** A client's bytes on their way to a log: printable ASCII only, bounded. */
    private static String quoted(String name) {
        var text = new StringBuilder("\"");
        for (var at = 0; at < name.length() && at < MAX_NAME; at++) {
            var c = name.charAt(at);
            if (c >= 0x21 && c <= 0x7e && c != '"' && c != '\\') {
                text.append(c);
            } else {
                text.append("\\x%02x".formatted((int) c));
            }
        }
        return text.append('"').toString();
    }

    private static final int HOST_NAME = 0;
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;
}
