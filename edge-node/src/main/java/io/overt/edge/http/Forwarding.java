package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Plain requests to the explicit proxy, forwarded as RFC 9110 §7.6 asks of a proxy: the target in
 * the form that the next hop expects, Host from the target, what is for one connection only taken
 * out, {@code Via} put in.
 */
record Forwarding(PlainUpstream upstream) implements Passage {

    @Override
    public Addressing addressing() {
        return Addressing.TO_PROXY;
    }

    @Override
    public boolean isForAnother(RequestHead request) {
        var authority = request.authority();
        return !authority.host().equals(upstream.host())
                || authority.port().orElse(addressing().port()) != upstream.port()
                || !authorization(request.fields()).equals(upstream.proxyAuthorization())
                || receivedBy(request.fields()).contains(lower(upstream.pseudonym()));
    }

    @Override
    public List<Map.Entry<String, String>> fields(RequestHead request) {
        return endToEnd(request.fields(), request.upgrades());
    }

    @Override
    public ByteBuf request(RequestHead request, HeadScanner.Scan.Head asArrived) {
        // RFC 9112 §2.3: our own version, but 1.0 for a 1.0 client, which could not read an answer
        // in chunks.
        var head =
                new StringBuilder()
                        .append(request.method())
                        .append(' ')
                        .append(target(request))
                        .append(" HTTP/1.")
                        .append(request.minorVersion())
                        .append("\r\n");
        // RFC 9112 §3.2.2: from the target, whatever Host said; RFC 9110 §7.2: first.
        line(head, "Host", request.host());
        for (var each : fields(request)) {
            switch (lower(each.getKey())) {
                case "host" -> {}
                case "max-forwards" -> line(head, each.getKey(), oneLess(each.getValue()));
                default -> line(head, each.getKey(), each.getValue());
            }
        }
        line(head, "Via", "1." + request.minorVersion() + " " + upstream.pseudonym());
        if (upstream.route() instanceof PlainUpstream.Route.ToParent(var authorization)) {
            authorization.ifPresent(value -> line(head, "Proxy-Authorization", value));
        }
        return bytes(head.append("\r\n"));
    }

    @Override
    public ByteBuf response(
            ResponseHead response, HeadScanner.Scan.Head asArrived, Pages.Connection next) {
        var status = asArrived.text().substring(0, asArrived.text().indexOf("\r\n"));
        var head =
                new StringBuilder("HTTP/1.1")
                        .append(status.substring("HTTP/1.x".length()))
                        .append("\r\n");
        var upgrades =
                response.status() == ResponseHead.SWITCHING_PROTOCOLS
                        ? response.upgrades()
                        : List.<String>of();
        for (var each : endToEnd(response.fields(), upgrades)) {
            line(head, each.getKey(), each.getValue());
        }
        line(head, "Via", "1." + response.minorVersion() + " " + upstream.pseudonym());
        if (next == Pages.Connection.CLOSED && response.status() >= 200) {
            line(head, "Connection", "close");
        }
        return bytes(head.append("\r\n"));
    }

    @Override
    public boolean outlivesUpstream() {
        return true;
    }

    private String target(RequestHead request) {
        return switch (upstream.route()) {
            case PlainUpstream.Route.ToParent _ -> request.target();
            case PlainUpstream.Route.ToOrigin() -> {
                var rest = Optional.ofNullable(restOf(request.target())).orElse("");
                if (rest.isEmpty()) {
                    // RFC 9112 §3.2.4, §3.2.1
                    yield request.method().equals("OPTIONS") ? "*" : "/";
                }
                yield rest.startsWith("?") ? "/" + rest : rest;
            }
        };
    }

    private @org.jspecify.annotations.Nullable String restOf(String target) {
        var absolute = addressing().absolute().matcher(target);
        return absolute.matches() ? absolute.group(2) : null;
    }

    /**
     * Without what is for one connection only (RFC 9110 §7.6.1): the registered ones, and those
     * that {@code Connection} names. Transfer-Encoding stays, because the body goes on as it came.
     *
     * @param upgrades to which this message itself asks or agrees to go over; that is for the next
     *     hop too
     */
    private static List<Map.Entry<String, String>> endToEnd(
            FieldSection fields, List<String> upgrades) {
        var named = Set.copyOf(fields.elements("Connection"));
        var kept = new ArrayList<Map.Entry<String, String>>();
        for (var each : fields.lines()) {
            var name = lower(each.getKey());
            if (!named.contains(name) && !HOP_BY_HOP.contains(name)) {
                kept.add(each);
            }
        }
        if (!upgrades.isEmpty()) {
            kept.add(Map.entry("Upgrade", String.join(", ", upgrades)));
            kept.add(Map.entry("Connection", "upgrade"));
        }
        return kept;
    }

    /** {@code Proxy-Authorization} as sent. */
    static Optional<String> authorization(FieldSection fields) {
        return fields.all("Proxy-Authorization").stream().findFirst();
    }

    /** The received-by of each {@code Via} entry, in lower case (RFC 9110 §7.6.3). */
    static List<String> receivedBy(FieldSection fields) {
        return fields.elements("Via").stream()
                .map(entry -> entry.split("[ \\t]+"))
                .filter(words -> words.length >= 2)
                .map(words -> words[1])
                .toList();
    }

    /** RFC 9110 §7.6.2: only TRACE and OPTIONS; {@link RequestHead} has refused what is used up. */
    private static String oneLess(String value) {
        return Characters.isDigits(value) && value.length() <= 9
                ? Integer.toString(Math.max(0, Integer.parseInt(value) - 1))
                : value;
    }

    private static void line(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    private static ByteBuf bytes(StringBuilder head) {
        return Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * TE among them: we make no promise about trailers or codings. Proxy-Authenticate is an
     * origin's to send as little as Proxy-Authorization is one's to see (RFC 9110 §11.7).
     */
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authorization",
                    "proxy-authenticate",
                    "proxy-authentication-info",
                    "te",
                    "upgrade");
}
