package io.overt.edge.net;

import io.overt.edge.flow.Event.ConnectFault;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.policy.HostName;
import io.overt.x509.ReferenceIdentity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The head of a request to the explicit proxy (RFC 9110 §9.3.6, RFC 9112 §3.2.3). Pure. */
sealed interface ConnectRequest {

    /** The head has not ended. */
    record Incomplete() implements ConnectRequest {}

    /**
     * A CONNECT request.
     *
     * @param headBytes the head's length; what follows is the client's first bytes
     * @param via the received-by of every {@code Via} entry, in lower case
     */
    record Connect(ConnectTarget target, int headBytes, List<String> via)
            implements ConnectRequest {
        public Connect {
            via = List.copyOf(via);
        }
    }

    /** Not one that we take. */
    record Refused(ConnectFault fault, String detail) implements ConnectRequest {}

    /**
     * @param bytes all that came so far
     * @param limit the most bytes that a head may have
     */
    static ConnectRequest parse(byte[] bytes, int limit) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        var end = text.indexOf("\r\n\r\n");
        // Before anything else: what one byte was refused for must not be waited for with two.
        if (!text.isEmpty() && !isToken(text.charAt(0))) {
            return malformed("first byte 0x%02x".formatted((int) text.charAt(0)));
        }
        if (end < 0) {
            if (text.indexOf('\n') >= 0) {
                var line = text.substring(0, text.indexOf('\n'));
                if (!REQUEST_LINE.matcher(line.stripTrailing()).matches()) {
                    return malformed("first line is no HTTP/1.x request line");
                }
            }
            return text.length() > limit ? tooLarge(limit) : new Incomplete();
        }
        if (end + 4 > limit) {
            return tooLarge(limit);
        }
        var lines = text.substring(0, end).split("\r\n", -1);
        var line = REQUEST_LINE.matcher(lines[0]);
        if (!line.matches()) {
            return malformed("first line is no HTTP/1.x request line");
        }
        if (!line.group(1).equals("CONNECT")) {
            return new Refused(
                    ConnectFault.NOT_CONNECT, "method " + line.group(1) + " (expected: CONNECT)");
        }
        for (var i = 1; i < lines.length; i++) {
            // RFC 9112 §5.1, §5.2: no space before the colon, no folded line, no bare CR or LF.
            if (!FIELD_LINE.matcher(lines[i]).matches()) {
                return malformed("field line " + i + " is no field line");
            }
        }
        return target(line.group(2))
                .<ConnectRequest>map(target -> new Connect(target, end + 4, via(lines)))
                .orElseGet(() -> malformed("target is no authority (expected: host:port)"));
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

    private static List<String> via(String[] lines) {
        return java.util.Arrays.stream(lines, 1, lines.length)
                .filter(line -> line.regionMatches(true, 0, "via:", 0, 4))
                .flatMap(line -> java.util.Arrays.stream(line.substring(4).split(",")))
                .map(entry -> entry.strip().split("\\s+"))
                .filter(words -> words.length >= 2)
                .map(words -> words[1].toLowerCase(Locale.ROOT))
                .toList();
    }

    private static boolean isToken(char c) {
        return c > 0x20 && c < 0x7f;
    }

    private static Refused malformed(String detail) {
        return new Refused(ConnectFault.MALFORMED, detail);
    }

    private static Refused tooLarge(int limit) {
        return new Refused(ConnectFault.TOO_LARGE, "head over " + limit + " bytes");
    }

    java.util.regex.Pattern REQUEST_LINE =
            java.util.regex.Pattern.compile(
                    "([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\\x21-\\x7e]{1,8192}) HTTP/1\\.[0-9]");
    java.util.regex.Pattern FIELD_LINE =
            java.util.regex.Pattern.compile(
                    "[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\x20-\\x7e\\t\\x80-\\xff]*");
}
