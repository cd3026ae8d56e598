package io.overt.edge.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** How {@link ProxyRequest} reads heads. Pure. */
final class ProxyRequests {
    private ProxyRequests() {}

    static ProxyRequest tunnel(HeadScanner.Scan.Head head, int bytes) {
        var lines = Arrays.asList(head.text().split("\r\n"));
        var flaws = new FirstFlaw();
        var start = lines.getFirst().split(" ", -1);
        if (start.length != 3 || start[1].isEmpty()) {
            return refused(
                    new Flaw(
                            Http1Fault.BAD_REQUEST_LINE,
                            "request line " + Flaw.quoted(lines.getFirst())));
        }
        RequestHead.minorVersion(start[2], flaws);
        var fields = FieldSection.parse(lines.subList(1, lines.size()), flaws);
        if (fields.all("Host").size() > 1) {
            flaws.note(Http1Fault.HOST_REPEATED, "CONNECT with two Host lines");
        }
        // RFC 9110 §9.3.6: content of CONNECT means nothing; to somebody else it may mean bytes.
        if (fields.has("Transfer-Encoding")
                || !fields.all("Content-Length").stream().allMatch("0"::equals)) {
            flaws.note(Http1Fault.BAD_CONTENT_LENGTH, "CONNECT announces content");
        }
        authorizations(fields, flaws);
        var flaw = flaws.flaw();
        return flaw != null
                ? refused(flaw)
                : new ProxyRequest.Tunnel(start[1], bytes, courtesies(fields));
    }

    static ProxyRequest plain(HeadScanner.Scan.Head head) {
        return switch (RequestHead.parse(head, Addressing.TO_PROXY)) {
            case RequestHead.Parsed.Flawed(Flaw flaw) -> {
                var target = targetOf(head);
                yield flaw.fault() == Http1Fault.BAD_TARGET && OTHER_URL.matcher(target).matches()
                        ? new ProxyRequest.Unsupported(
                                "target "
                                        + Flaw.quoted(target)
                                        + " (expected: CONNECT, or an http URL)")
                        : refused(flaw);
            }
            case RequestHead.Parsed.Sound(RequestHead request) ->
                    new ProxyRequest.Plain(
                            request.authority().host(),
                            request.authority().port().orElse(Addressing.TO_PROXY.port()),
                            request.method(),
                            request.url(),
                            courtesies(request.fields()));
        };
    }

    /** A second line could be somebody else's to believe. */
    static void authorizations(FieldSection fields, FirstFlaw flaws) {
        if (fields.all("Proxy-Authorization").size() > 1) {
            flaws.note(Http1Fault.BAD_FIELD_VALUE, "Proxy-Authorization twice");
        }
    }

    static ProxyRequest.Refused refused(Flaw flaw) {
        return new ProxyRequest.Refused(flaw.fault(), flaw.detail());
    }

    /** What will never become a request: TLS, or another protocol's greeting. */
    static Optional<Flaw> flawOfBeginning(byte[] bytes) {
        if (bytes.length > 0 && bytes[0] != '\r' && !isToken(bytes[0])) {
            return Optional.of(
                    new Flaw(
                            Http1Fault.BAD_REQUEST_LINE,
                            "first byte 0x%02x".formatted(bytes[0] & 0xff)));
        }
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        var end = text.indexOf("\r\n");
        return end > 0 && text.substring(0, end).split(" ", -1).length != 3
                ? Optional.of(
                        new Flaw(
                                Http1Fault.BAD_REQUEST_LINE,
                                "request line " + Flaw.quoted(text.substring(0, end))))
                : Optional.empty();
    }

    static boolean isTunnel(byte[] bytes) {
        var text = new String(bytes, 0, Math.min(bytes.length, 16), StandardCharsets.ISO_8859_1);
        return (text.startsWith("\r\n") ? text.substring(2) : text).startsWith("CONNECT ");
    }

    private static ProxyRequest.Courtesies courtesies(FieldSection fields) {
        return new ProxyRequest.Courtesies(
                Forwarding.receivedBy(fields), Forwarding.authorization(fields));
    }

    private static String targetOf(HeadScanner.Scan.Head head) {
        var words = head.text().substring(0, head.text().indexOf("\r\n")).split(" ", -1);
        return words.length == 3 ? words[1] : "";
    }

    private static boolean isToken(byte b) {
        return Characters.isToken(Character.toString(b & 0xff));
    }

    private static final Pattern OTHER_URL =
            Pattern.compile("(?!(?i:http)://)[A-Za-z][A-Za-z0-9+.-]*://.*");
}
