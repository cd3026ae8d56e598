package io.overt.edge.http;

import static io.overt.edge.http.Http1Fault.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Responses that two readers could read differently, known from response splitting and queue
 * poisoning. Each row names the clause; {@code |} stands for CRLF.
 */
final class UpstreamSmugglingTest {

    private static final String HOST = "|Host: www.example.com";

    @ParameterizedTest
    @MethodSource("io.overt.edge.http.SmugglingTest#badChunks")
    void an_ambiguous_chunk_of_a_response_is_seen_to_be_cut(String body, Http1Fault fault) {
        var talk = new Talk();
        talk.client("GET /a HTTP/1.1" + HOST + "||");
        talk.upstream("HTTP/1.1 200 OK|Transfer-Encoding: chunked||");
        talk.upstream(body);

        assertThat(talk.done())
                .endsWith("refused UPSTREAM " + fault, "abort upstream", "abort client");
    }

    static Stream<Arguments> refusedResponses() {
        return Stream.of(
                row(
                        "RFC 9112 §6.1 CL and TE",
                        "HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||",
                        LENGTH_AND_ENCODING),
                row(
                        "RFC 9112 §6.3 two lengths",
                        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 6||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9110 §8.6 a list",
                        "HTTP/1.1 200 OK|Content-Length: 5, 6||",
                        BAD_CONTENT_LENGTH),
                row(
                        "RFC 9112 §6.1 no chunked",
                        "HTTP/1.1 200 OK|Transfer-Encoding: gzip||",
                        BAD_TRANSFER_ENCODING),
                row(
                        "RFC 9112 §6.1 in HTTP/1.0",
                        "HTTP/1.0 200 OK|Transfer-Encoding: chunked||",
                        ENCODING_IN_HTTP_1_0),
                row(
                        "RFC 9112 §6.1 204 with TE",
                        "HTTP/1.1 204 No Content|Transfer-Encoding: chunked||",
                        BODY_WHERE_NONE_CAN_BE),
                row(
                        "RFC 9110 §8.6 204 with CL",
                        "HTTP/1.1 204 No Content|Content-Length: 5||",
                        BODY_WHERE_NONE_CAN_BE),
                row(
                        "RFC 9112 §6.1 1xx with TE",
                        "HTTP/1.1 103 Early Hints|Transfer-Encoding: chunked||",
                        BODY_WHERE_NONE_CAN_BE),
                row("RFC 9112 §4 bad status line", "HTTP/1.1 2000 OK||", BAD_STATUS_LINE),
                row("RFC 9112 §4 bad status line", "HTTP/1.1  200 OK||", BAD_STATUS_LINE),
                row("RFC 9112 §4 bad status line", "HTTP/1.1 099 OK||", BAD_STATUS_LINE),
                row("RFC 9112 §4 bad status line", "HTTP/2 200||", BAD_STATUS_LINE),
                row("RFC 9112 §4 bad status line", "ICY 200 OK||", BAD_STATUS_LINE),
                row("RFC 9112 §4 bad status line", "<html>||", BAD_STATUS_LINE),
                row(
                        "RFC 9112 §2.2 bare LF",
                        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                        BAD_LINE_END),
                row("RFC 9112 §2.2 an empty line in front", "|HTTP/1.1 200 OK||", BAD_LINE_END),
                row("RFC 9112 §5.2 obs-fold", "HTTP/1.1 200 OK|X: a| b||", FOLDED_LINE),
                row(
                        "RFC 9112 §5.1 blank before the colon",
                        "HTTP/1.1 200 OK|Content-Length : 5||",
                        BAD_FIELD_NAME),
                row("RFC 9110 §5.5 NUL", "HTTP/1.1 200 OK|X: a\0||", BAD_FIELD_VALUE),
                row(
                        "RFC 9110 §15.2 endless interim responses",
                        "HTTP/1.1 100 Continue||".repeat(33),
                        TOO_MANY_INTERIM_RESPONSES),
                row(
                        "RFC 9110 §7.8 an upgrade that nobody asked for",
                        "HTTP/1.1 101 Switching Protocols|Upgrade: websocket||",
                        BAD_UPGRADE),
                row(
                        "a head without end",
                        "HTTP/1.1 200 OK|X: " + "a".repeat(256 * 1024),
                        HEAD_TOO_LARGE));
    }

    @ParameterizedTest
    @MethodSource("refusedResponses")
    void an_ambiguous_response_is_a_bad_gateway(String bytes, Http1Fault fault) {
        var talk = new Talk();
        talk.client("GET /a HTTP/1.1" + HOST + "||");
        talk.upstream(bytes);

        assertThat(talk.done())
                .endsWith(
                        "refused UPSTREAM " + fault,
                        "client< page 502, closed",
                        "close upstream",
                        "finish client");
        assertThat(talk.done().stream().filter(line -> line.startsWith("client< HTTP/")))
                .allMatch("client< HTTP/1.1 100 Continue||"::equals);
    }

    static Stream<Arguments> refusedUpgrades() {
        return Stream.of(
                argumentSet(
                        "RFC 9113 §3.1 h2c", "Upgrade: h2c|Connection: Upgrade", "Upgrade: h2c"),
                argumentSet(
                        "RFC 9110 §7.8 HTTP again",
                        "Upgrade: HTTP/2.0|Connection: Upgrade",
                        "Upgrade: HTTP/2.0"),
                argumentSet(
                        "RFC 2817 TLS",
                        "Upgrade: TLS/1.2, HTTP/1.1|Connection: Upgrade",
                        "Upgrade: TLS/1.2, HTTP/1.1"),
                argumentSet(
                        "another than asked for",
                        "Upgrade: websocket|Connection: Upgrade",
                        "Upgrade: spdy/3.1"),
                argumentSet("none named", "Upgrade: websocket|Connection: Upgrade", "X: y"),
                argumentSet("not in Connection", "Upgrade: websocket", "Upgrade: websocket"),
                argumentSet(
                        "before the request is whole",
                        "Upgrade: websocket|Connection: Upgrade|Content-Length: 5",
                        "Upgrade: websocket"));
    }

    @ParameterizedTest
    @MethodSource("refusedUpgrades")
    void a_way_out_of_http_that_was_not_asked_for_or_leads_back_is_refused(
            String asked, String answered) {
        var talk = new Talk();
        talk.client("GET /a HTTP/1.1" + HOST + "|" + asked + "||");
        talk.upstream("HTTP/1.1 101 Switching Protocols|Connection: Upgrade|" + answered + "||")
                .does(
                        "refused UPSTREAM BAD_UPGRADE",
                        "client< page 502, closed",
                        "close upstream",
                        "finish client");
    }

    static Stream<Arguments> unsolicited() {
        return Stream.of(
                argumentSet("RFC 9112 §9.2 before any request", "", "HTTP/1.1 200 OK||"),
                argumentSet(
                        "RFC 9112 §9.2 408 on an idle connection",
                        "",
                        "HTTP/1.1 408 Request Timeout||"),
                argumentSet(
                        "RFC 9112 §9.2 within a request's head", "GET / HTT", "HTTP/1.1 200 OK||"),
                argumentSet(
                        "RFC 9112 §9.2 after a blocked request",
                        "GET /blocked HTTP/1.1" + HOST + "||",
                        "HTTP/1.1 200 OK||"));
    }

    @ParameterizedTest
    @MethodSource("unsolicited")
    void a_response_without_a_request_reaches_nobody(String client, String upstream) {
        new Talk()
                .client(client)
                .upstream(upstream)
                .does("refused UPSTREAM UNSOLICITED_RESPONSE", "close upstream", "finish client");
    }

    /** Response splitting: what comes behind a whole response is not kept for the next request. */
    @ParameterizedTest
    @MethodSource("refusedResponses")
    void a_second_response_behind_the_first_is_not_the_next_requests(
            String second, Http1Fault fault) {
        var talk = new Talk();
        talk.client("GET /a HTTP/1.1" + HOST + "||GET /c HTTP/1.1" + HOST + "||");
        talk.upstream("HTTP/1.1 200 OK|Content-Length: 2||ok" + second)
                .does(
                        "client< HTTP/1.1 200 OK|Content-Length: 2||",
                        "client< ok",
                        "refused UPSTREAM UNSOLICITED_RESPONSE",
                        "close upstream",
                        "finish client");
        assertThat(fault).isNotNull();
    }

    private static Arguments row(String name, String bytes, Http1Fault fault) {
        return argumentSet(name, bytes, fault);
    }
}
