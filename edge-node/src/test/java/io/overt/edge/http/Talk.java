package io.overt.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A conversation as a script: what a side says, and what the exchange does about it, a line an
 * action. {@code |} stands for CRLF in both.
 */
final class Talk {

    private final Http1Exchange exchange;
    private List<String> done = List.of();

    Talk() {
        this(Http1Limits.DEFAULT);
    }

    Talk(Http1Limits limits) {
        exchange = Http1Fixture.exchange(limits);
    }

    Talk client(String text) {
        return did(exchange.clientBytes(bytes(text)));
    }

    Talk upstream(String text) {
        return did(exchange.upstreamBytes(bytes(text)));
    }

    Talk clientEnds(Http1Exchange.ClientEnd end) {
        return did(exchange.clientEnded(end));
    }

    Talk upstreamEnds(Http1Exchange.UpstreamEnd end) {
        return did(exchange.upstreamEnded(end));
    }

    Talk headIsLate() {
        return did(exchange.headTooSlow(Duration.ofSeconds(1)));
    }

    Talk does(String... lines) {
        assertThat(done).containsExactly(lines);
        return this;
    }

    boolean wantsClientBytes() {
        return exchange.wantsClientBytes();
    }

    List<String> done() {
        return done;
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text.replace("|", "\r\n"), StandardCharsets.ISO_8859_1);
    }

    private Talk did(List<Http1Action> actions) {
        var lines = new ArrayList<String>();
        for (var action : actions) {
            lines.add(line(action));
        }
        done = lines;
        return this;
    }

    private static String line(Http1Action action) {
        return switch (action) {
            case Http1Action.ToUpstream(ByteBuf bytes) -> "upstream< " + text(bytes);
            case Http1Action.ToClient(ByteBuf bytes) -> "client< " + text(bytes);
            case Http1Action.CloseUpstream() -> "close upstream";
            case Http1Action.AbortUpstream() -> "abort upstream";
            case Http1Action.CloseClient() -> "close client";
            case Http1Action.FinishClient() -> "finish client";
            case Http1Action.AbortClient() -> "abort client";
            case Http1Action.HandBack(ByteBuf bytes) -> "hand back " + text(bytes);
            case Http1Action.Report(Http1Event event) -> line(event);
        };
    }

    private static String line(Http1Event event) {
        return switch (event) {
            case Http1Event.Passed(long number, var rule, String method, String url) ->
                    "passed "
                            + number
                            + rule.map(name -> " by " + name).orElse("")
                            + " "
                            + method
                            + " "
                            + url;
            case Http1Event.Blocked(long number, var rule, var label, String method, String url) ->
                    "blocked "
                            + number
                            + " by "
                            + rule
                            + label.map(text -> " (" + text + ")").orElse("")
                            + " "
                            + method
                            + " "
                            + url;
            case Http1Event.Refused(Http1Side side, Http1Fault fault, String _) ->
                    "refused " + side + " " + fault;
            case Http1Event.Upgraded(long number, String protocol) ->
                    "upgraded " + number + " to " + protocol;
            case Http1Event.Cut(Http1Side side, String detail) -> "cut " + side + " " + detail;
        };
    }

    /**
     * A page of ours is summed up: its status, what becomes of the connection, and whether it has
     * content.
     */
    private static String text(ByteBuf bytes) {
        var text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        var page = PAGE.matcher(text);
        if (!page.matches()) {
            return text.replace("\r\n", "|");
        }
        return "page %s, %s%s"
                .formatted(
                        page.group(1),
                        page.group(2).contains("\r\nConnection: close") ? "closed" : "kept",
                        page.group(3).isEmpty() ? ", no content" : "");
    }

    private static final Pattern PAGE =
            Pattern.compile(
                    "HTTP/1\\.1 ([0-9]{3}) [^\r]*(\r\nDate: .*?Proxy-Status: overt;.*?)\r\n\r\n(.*)",
                    Pattern.DOTALL);
}
