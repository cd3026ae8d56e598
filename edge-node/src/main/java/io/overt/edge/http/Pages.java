package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.overt.policy.RuleName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Our own answers, whole with their heads. Everything that comes from a peer, a rule or the
 * configuration is escaped; the page runs no script, loads nothing and cannot be framed.
 */
final class Pages {

    /** What becomes of the client's connection behind an answer. */
    enum Connection {
        KEPT,
        CLOSED
    }

    /** RFC 9110 §9.3.2: the answer to HEAD has the fields of the answer to GET and no content. */
    enum Content {
        SENT,
        LEFT_OUT;

        static Content answering(RequestHead request) {
            return request.method().equals("HEAD") ? LEFT_OUT : SENT;
        }
    }

    private final PageNotice notice;
    private final InstantSource clock;

    Pages(PageNotice notice, InstantSource clock) {
        this.notice = notice;
        this.clock = clock;
    }

    ByteBuf blocked(
            RuleName rule,
            Optional<String> label,
            String url,
            Content content,
            Connection connection) {
        return page(
                403,
                "http_request_denied; details=\"rule " + rule + "\"",
                label.orElse("This page is blocked"),
                "<p>A rule of "
                        + escaped(notice.organisation())
                        + " blocks the page that you asked for.</p>",
                "<dt>Address</dt><dd>"
                        + escaped(url)
                        + "</dd><dt>Rule</dt><dd>"
                        + escaped(rule.value())
                        + "</dd>",
                content,
                connection);
    }

    /**
     * The explicit proxy does not do what it was asked for.
     *
     * @param fields of the answer besides those of every page, each with its line end
     */
    ByteBuf ofProxy(ProxyRefusal refusal, String fields) {
        return page(
                refusal.status(),
                refusal.edge(),
                refusal.proxyError(),
                refusal.label().orElseGet(() -> REASONS.get(refusal.status())),
                refusal.rule()
                        .map(
                                _ ->
                                        "<p>A rule of "
                                                + escaped(notice.organisation())
                                                + " blocks the page that you asked for.</p>")
                        .orElseGet(
                                () ->
                                        "<p>"
                                                + ProxyRefusal.MESSAGES.getOrDefault(
                                                        refusal.status(),
                                                        ProxyRefusal.OTHER_MESSAGE)
                                                + "</p>"),
                refusal.rule()
                        .map(rule -> "<dt>Rule</dt><dd>" + escaped(rule.value()) + "</dd>")
                        .orElse(""),
                fields,
                Content.SENT,
                Connection.CLOSED);
    }

    /** The client's request is refused. */
    ByteBuf refused(Flaw flaw) {
        return page(
                flaw.fault().status(),
                "http_request_error; details=\"" + flaw.fault() + "\"",
                isSlow(flaw)
                        ? "This request did not come in time"
                        : "This request was not understood",
                isSlow(flaw)
                        ? "<p>Your program began a request and did not end it in time.</p>"
                        : "<p>What your program sent can be read in more than one way, or not at all, and was not passed on.</p>",
                reason(flaw),
                Content.SENT,
                Connection.CLOSED);
    }

    /** The upstream's response is refused. */
    ByteBuf badGateway(Flaw flaw, Content content) {
        return page(
                flaw.fault().upstreamStatus(),
                (isSlow(flaw) ? "http_response_timeout" : "http_protocol_error")
                        + "; details=\""
                        + flaw.fault()
                        + "\"",
                isSlow(flaw)
                        ? "The site's answer did not come in time"
                        : "The site's answer was not understood",
                isSlow(flaw)
                        ? "<p>The site began an answer and did not go on in time.</p>"
                        : "<p>What the site answered can be read in more than one way, or not at all, and was not passed on.</p>",
                reason(flaw),
                content,
                Connection.CLOSED);
    }

    private static boolean isSlow(Flaw flaw) {
        return flaw.fault() == Http1Fault.HEAD_TOO_SLOW;
    }

    private static String reason(Flaw flaw) {
        return "<dt>Reason</dt><dd>%s (%s): %s</dd>"
                .formatted(flaw.fault(), escaped(flaw.fault().clause()), escaped(flaw.detail()));
    }

    private ByteBuf page(
            int status,
            String proxyError,
            String title,
            String message,
            String details,
            Content content,
            Connection connection) {
        return page(status, "overt", proxyError, title, message, details, "", content, connection);
    }

    private ByteBuf page(
            int status,
            String intermediary,
            String proxyError,
            String title,
            String message,
            String details,
            String fields,
            Content content,
            Connection connection) {
        var body = html(title, message, details).getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder("HTTP/1.1 ");
        head.append(status).append(' ').append(REASONS.get(status)).append("\r\n");
        head.append("Date: ")
                .append(IMF_FIXDATE.format(clock.instant().atOffset(ZoneOffset.UTC)))
                .append("\r\n");
        head.append("Content-Type: text/html; charset=utf-8\r\n");
        head.append("Content-Length: ").append(body.length).append("\r\n");
        head.append("Proxy-Status: ")
                .append(intermediary)
                .append("; error=")
                .append(proxyError)
                .append("\r\n"); // RFC 9209 §2.3
        head.append(SECURITY_FIELDS).append(fields);
        switch (connection) {
            case KEPT -> {}
            case CLOSED -> head.append("Connection: close\r\n");
        }
        var answer = Unpooled.buffer(head.length() + 2 + body.length);
        answer.writeCharSequence(head.append("\r\n"), StandardCharsets.US_ASCII);
        return switch (content) {
            case SENT -> answer.writeBytes(body);
            case LEFT_OUT -> answer;
        };
    }

    private String html(String title, String message, String details) {
        var reference =
                notice.reference()
                        .map(id -> "<dt>Reference</dt><dd>" + escaped(id) + "</dd>")
                        .orElse("");
        var more =
                notice.noticeUrl()
                        .map(
                                url ->
                                        " <a href=\""
                                                + escaped(url.toString())
                                                + "\">What is inspected, and why.</a>")
                        .orElse("");
        return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>%1$s</title>
        <style>%2$s</style>
        </head>
        <body>
        <h1>%1$s</h1>
        %3$s
        <dl>%4$s%5$s</dl>
        <footer>This connection is openly inspected by %6$s. This page does not come from the site that you asked for.%7$s</footer>
        </body>
        </html>
        """
                .formatted(
                        escaped(title),
                        STYLE,
                        message,
                        details,
                        reference,
                        escaped(notice.organisation()),
                        more);
    }

    static String escaped(String text) {
        var safe = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> safe.append("&amp;");
                                case '<' -> safe.append("&lt;");
                                case '>' -> safe.append("&gt;");
                                case '"' -> safe.append("&quot;");
                                case '\'' -> safe.append("&#39;");
                                default -> safe.appendCodePoint(c);
                            }
                        });
        return safe.toString();
    }

    private static final String STYLE =
            "body{font:1rem/1.5 sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#222;background:#fff}"
                    + "h1{font-size:1.6rem}dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere}"
                    + "footer{margin-top:2rem;padding-top:1rem;border-top:1px solid #ccc}";

    private static final String SECURITY_FIELDS =
            "Cache-Control: no-store\r\n"
                    + "Content-Security-Policy: default-src 'none'; style-src 'sha256-"
                    + sha256(STYLE)
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
                    + "X-Content-Type-Options: nosniff\r\n"
                    + "X-Frame-Options: DENY\r\n"
                    + "Referrer-Policy: no-referrer\r\n";

    private static final Map<Integer, String> REASONS =
            Map.ofEntries(
                    Map.entry(400, "Bad Request"),
                    Map.entry(403, "Forbidden"),
                    Map.entry(408, "Request Timeout"),
                    Map.entry(407, "Proxy Authentication Required"),
                    Map.entry(421, "Misdirected Request"),
                    Map.entry(429, "Too Many Requests"),
                    Map.entry(431, "Request Header Fields Too Large"),
                    Map.entry(500, "Internal Server Error"),
                    Map.entry(501, "Not Implemented"),
                    Map.entry(502, "Bad Gateway"),
                    Map.entry(503, "Service Unavailable"),
                    Map.entry(504, "Gateway Timeout"),
                    Map.entry(505, "HTTP Version Not Supported"));

    /** RFC 9110 §5.6.7; two digits for the day, which RFC_1123_DATE_TIME does not write. */
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private static String sha256(String text) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform has SHA-256 (MessageDigest's own contract).
            throw new IllegalStateException(e);
        }
    }
}
