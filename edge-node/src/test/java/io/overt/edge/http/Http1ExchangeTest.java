package io.overt.edge.http;

import static io.overt.edge.http.Http1Exchange.ClientEnd.GONE;
import static io.overt.edge.http.Http1Exchange.ClientEnd.SHUT;
import static io.overt.edge.http.Http1Exchange.UpstreamEnd.CUT;
import static io.overt.edge.http.Http1Exchange.UpstreamEnd.ORDERLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Conversations that go as they should: what passes, what is blocked, who closes. */
final class Http1ExchangeTest {

    private static final String GET = "GET /a HTTP/1.1|Host: www.example.com||";
    private static final String PASSED = "passed 1 GET https://www.example.com/a";
    private static final String OK = "HTTP/1.1 200 OK|Content-Length: 2||";

    private final Talk talk = new Talk();

    @Test
    void a_request_and_its_response_pass_as_they_are() {
        talk.client("get-it /a?b=%2F%2f HTTP/1.1|hOST:www.example.com|X: \u00e9\t y  |x:1||")
                .does(
                        "passed 1 get-it https://www.example.com/a?b=%2F%2f",
                        "upstream< get-it /a?b=%2F%2f HTTP/1.1|hOST:www.example.com|X: \u00e9\t y  |x:1||");
        talk.upstream("HTTP/1.1 200|content-length: 2|A:b||ok")
                .does("client< HTTP/1.1 200|content-length: 2|A:b||", "client< ok");
    }

    @Test
    void a_blocked_request_never_reaches_upstream_and_the_next_one_works() {
        talk.client("GET /blocked/x HTTP/1.1|Host: www.example.com||")
                .does(
                        "blocked 1 by no-chat (Get back to <work>!) GET https://www.example.com/blocked/x",
                        "client< page 403, kept");
        talk.client(GET).does("passed 2 GET https://www.example.com/a", "upstream< " + GET);
        talk.upstream(OK + "ok").does("client< " + OK, "client< ok");
    }

    @Test
    void pipelined_requests_are_answered_in_order_and_one_at_a_time() {
        var second = "GET /blocked HTTP/1.1|Host: www.example.com||";
        var third = "GET /c HTTP/1.1|Host: www.example.com||";
        talk.client(GET + second + third).does(PASSED, "upstream< " + GET);
        talk.upstream(OK + "o").does("client< " + OK, "client< o");
        talk.upstream("k")
                .does(
                        "client< k",
                        "blocked 2 by no-chat (Get back to <work>!) GET https://www.example.com/blocked",
                        "client< page 403, kept",
                        "passed 3 GET https://www.example.com/c",
                        "upstream< " + third);
    }

    @Test
    void reading_ahead_stops_at_its_limit() {
        talk.client(GET);
        assertThat(talk.wantsClientBytes()).isTrue();
        talk.client("x".repeat(Http1Limits.DEFAULT.pipelined())).does();
        assertThat(talk.wantsClientBytes()).isFalse();
    }

    @Test
    void a_small_body_of_a_blocked_request_is_read_and_the_connection_kept() {
        talk.client("POST /blocked HTTP/1.1|Host: www.example.com|Content-Length: 5||he")
                .does(
                        "blocked 1 by no-chat (Get back to <work>!) POST https://www.example.com/blocked",
                        "client< page 403, kept");
        talk.client("llo" + GET).does("passed 2 GET https://www.example.com/a", "upstream< " + GET);
    }

    @Test
    void a_large_chunked_or_expected_body_of_a_blocked_request_ends_the_connection() {
        for (var framing :
                new String[] {
                    "Content-Length: 65537",
                    "Transfer-Encoding: chunked",
                    "Content-Length: 5|Expect: 100-continue"
                }) {
            new Talk()
                    .client("POST /blocked HTTP/1.1|Host: www.example.com|" + framing + "||")
                    .does(
                            "blocked 1 by no-chat (Get back to <work>!) POST https://www.example.com/blocked",
                            "client< page 403, closed",
                            "close upstream",
                            "finish client")
                    .client("GET /a HTTP/1.1|Host: www.example.com||")
                    .does();
        }
    }

    @Test
    void a_blocked_client_that_wants_to_close_is_closed() {
        talk.client("GET /blocked HTTP/1.1|Host: www.example.com|Connection: foo, Close||")
                .does(
                        "blocked 1 by no-chat (Get back to <work>!) GET https://www.example.com/blocked",
                        "client< page 403, closed",
                        "close upstream",
                        "finish client");
    }

    @Test
    void a_blocked_head_request_gets_no_content() {
        talk.client("HEAD /blocked HTTP/1.1|Host: www.example.com||")
                .does(
                        "blocked 1 by no-chat (Get back to <work>!) HEAD https://www.example.com/blocked",
                        "client< page 403, kept, no content");
    }

    @Test
    void a_rule_on_the_port_is_not_escaped_by_leaving_the_port_out() {
        talk.client("GET /plain HTTP/1.1|Host: www.example.com||")
                .does(
                        "blocked 1 by no-names GET https://www.example.com/plain",
                        "client< page 403, kept");
    }

    @Test
    void bodies_stream_in_both_directions_at_once() {
        talk.client("POST /a HTTP/1.1|Host: www.example.com|Transfer-Encoding: chunked||")
                .does(
                        "passed 1 POST https://www.example.com/a",
                        "upstream< POST /a HTTP/1.1|Host: www.example.com|Transfer-Encoding: chunked||");
        talk.upstream("HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||")
                .does("client< HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||");
        talk.client("5;a=\"b\"|he").does("upstream< 5;a=\"b\"|he");
        talk.upstream("A|0123456789|").does("client< A|0123456789|");
        talk.client("llo|0|X-Sum: 1|").does("upstream< llo|0|X-Sum: 1|");
        talk.client("|" + GET).does("upstream< |");
        talk.upstream("0||")
                .does("client< 0||", "passed 2 GET https://www.example.com/a", "upstream< " + GET);
    }

    @Test
    void interim_responses_pass_and_do_not_answer() {
        talk.client(
                "PUT /a HTTP/1.1|Host: www.example.com|Content-Length: 3|Expect: 100-continue||");
        talk.upstream("HTTP/1.1 103 Early Hints|Link: </x>||HTTP/1.1 100 Continue||")
                .does(
                        "client< HTTP/1.1 103 Early Hints|Link: </x>||",
                        "client< HTTP/1.1 100 Continue||");
        talk.client("abc" + GET).does("upstream< abc");
        talk.upstream("HTTP/1.1 204 No Content||")
                .does(
                        "client< HTTP/1.1 204 No Content||",
                        "passed 2 GET https://www.example.com/a",
                        "upstream< " + GET);
    }

    /** The client may send its content or its next request; the upstream may wait for either. */
    @Test
    void a_final_response_in_place_of_100_ends_the_connection() {
        talk.client(
                "PUT /a HTTP/1.1|Host: www.example.com|Content-Length: 40|Expect: 100-continue||");
        talk.upstream("HTTP/1.1 417 No|Content-Length: 2||n")
                .does("client< HTTP/1.1 417 No|Content-Length: 2||", "client< n");
        talk.client("GET /blocked HTTP/1.1|Host: www.example.com||").does();
        talk.upstream("o").does("client< o", "close upstream", "finish client");
    }

    @Test
    void content_that_has_begun_goes_on_while_the_response_arrives() {
        talk.client(
                "PUT /a HTTP/1.1|Host: www.example.com|Content-Length: 4|Expect: 100-continue||");
        talk.upstream("HTTP/1.1 100 Continue||");
        talk.client("ab").does("upstream< ab");
        talk.upstream(OK + "o");
        talk.client("cd").does("upstream< cd");
        talk.upstream("k").does("client< k");
        talk.client(GET).does("passed 2 GET https://www.example.com/a", "upstream< " + GET);
    }

    @Test
    void a_response_that_overtakes_its_request_ends_the_connection() {
        talk.client("POST /a HTTP/1.1|Host: www.example.com|Content-Length: 40||ab");
        talk.upstream(OK + "ok")
                .does("client< " + OK, "client< ok", "close upstream", "finish client");
    }

    @Test
    void what_has_no_body_is_not_waited_for() {
        talk.client("HEAD /a HTTP/1.1|Host: www.example.com||");
        talk.upstream("HTTP/1.1 200 OK|Content-Length: 1000||")
                .does("client< HTTP/1.1 200 OK|Content-Length: 1000||");
        talk.client(GET).does("passed 2 GET https://www.example.com/a", "upstream< " + GET);
        talk.upstream("HTTP/1.1 304 Not Modified|Content-Length: 7||")
                .does("client< HTTP/1.1 304 Not Modified|Content-Length: 7||");
        talk.client(GET).does("passed 3 GET https://www.example.com/a", "upstream< " + GET);
        talk.upstream("HTTP/1.1 204 No Content|Content-Length: 0||")
                .does("client< HTTP/1.1 204 No Content|Content-Length: 0||");
        talk.client(GET).does("passed 4 GET https://www.example.com/a", "upstream< " + GET);
    }

    @Test
    void a_body_without_a_length_ends_with_the_upstream() {
        talk.client(GET);
        talk.upstream("HTTP/1.1 200 OK||abc").does("client< HTTP/1.1 200 OK||", "client< abc");
        talk.upstreamEnds(ORDERLY).does("close upstream", "finish client");
    }

    @Test
    void a_body_without_a_length_that_is_cut_is_seen_to_be_cut() {
        talk.client(GET);
        talk.upstream("HTTP/1.1 200 OK||abc");
        talk.upstreamEnds(CUT)
                .does(
                        "cut UPSTREAM ended within a response body",
                        "abort upstream",
                        "abort client");
    }

    @Test
    void a_body_with_a_length_that_ends_early_is_seen_to_be_cut() {
        talk.client(GET);
        talk.upstream(OK + "o");
        talk.upstreamEnds(ORDERLY)
                .does(
                        "cut UPSTREAM ended within a response body",
                        "abort upstream",
                        "abort client");
    }

    @Test
    void an_upstream_that_says_close_is_taken_at_its_word() {
        talk.client(GET);
        talk.upstream("HTTP/1.1 200 OK|Content-Length: 2|Connection: close||ok")
                .does(
                        "client< HTTP/1.1 200 OK|Content-Length: 2|Connection: close||",
                        "client< ok",
                        "close upstream",
                        "finish client");
    }

    @Test
    void an_http_1_0_exchange_is_the_last_one() {
        talk.client("GET /a HTTP/1.0|Host: www.example.com|Connection: keep-alive||");
        talk.upstream("HTTP/1.0 200 OK|Content-Length: 2|Connection: keep-alive||ok")
                .does(
                        "client< HTTP/1.0 200 OK|Content-Length: 2|Connection: keep-alive||",
                        "client< ok",
                        "close upstream",
                        "finish client");
    }

    @Test
    void an_upstream_that_closes_without_an_answer_is_passed_on_as_that() {
        talk.client(GET);
        talk.upstreamEnds(ORDERLY)
                .does("cut UPSTREAM ended without a response", "close upstream", "finish client");
    }

    @Test
    void an_upstream_that_closes_within_a_head_is_a_bad_gateway() {
        talk.client(GET);
        talk.upstream("HTTP/1.1 200 OK|");
        talk.upstreamEnds(CUT)
                .does(
                        "cut UPSTREAM ended within a response head",
                        "client< page 502, closed",
                        "close upstream",
                        "finish client");
    }

    @Test
    void an_idle_connection_that_one_side_closes_is_closed() {
        talk.upstreamEnds(ORDERLY).does("close upstream", "close client");
        new Talk().clientEnds(SHUT).does("close upstream", "close client");
        new Talk()
                .client("GET /")
                .clientEnds(GONE)
                .does("cut CLIENT ended within a request head", "close upstream", "close client");
    }

    @Test
    void a_client_that_shut_its_side_still_gets_its_answers() {
        talk.client(GET + GET);
        talk.clientEnds(SHUT).does();
        talk.upstream(OK + "ok")
                .does(
                        "client< " + OK,
                        "client< ok",
                        "passed 2 GET https://www.example.com/a",
                        "upstream< " + GET);
        talk.upstream(OK + "ok")
                .does("client< " + OK, "client< ok", "close upstream", "close client");
    }

    @Test
    void a_client_that_is_gone_ends_its_exchange() {
        talk.client(GET);
        talk.clientEnds(GONE)
                .does("cut CLIENT ended within an exchange", "abort upstream", "abort client");
        talk.upstream(OK + "ok").does();
    }

    @Test
    void a_websocket_is_relayed_untouched() {
        var request =
                "GET /ws HTTP/1.1|Host: www.example.com|Upgrade: websocket|Connection: keep-alive, Upgrade||";
        var response = "HTTP/1.1 101 Switching Protocols|upgrade: WebSocket|Connection: Upgrade||";
        talk.client(request + "early")
                .does("passed 1 GET https://www.example.com/ws", "upstream< " + request);
        talk.upstream(response + "\u0081\u0005hello")
                .does(
                        "upgraded 1 to websocket",
                        "client< " + response,
                        "client< \u0081\u0005hello",
                        "upstream< early");
        talk.client("GET /blocked HTTP/1.1||").does("upstream< GET /blocked HTTP/1.1||");
        talk.upstreamEnds(ORDERLY).does("close upstream", "close client");
    }

    @Test
    void an_upgrade_that_is_declined_stays_http() {
        talk.client(
                "GET /ws HTTP/1.1|Host: www.example.com|Upgrade: websocket|Connection: Upgrade||");
        talk.upstream(OK + "ok").does("client< " + OK, "client< ok");
        talk.client("GET /blocked HTTP/1.1|Host: www.example.com||")
                .does(
                        "blocked 2 by no-chat (Get back to <work>!) GET https://www.example.com/blocked",
                        "client< page 403, kept");
    }

    @Test
    void an_absolute_target_for_the_same_host_passes_as_it_is() {
        var request = "GET https://WWW.example.com:443/a HTTP/1.1|Host: www.example.com||";
        talk.client(request)
                .does("passed 1 GET https://WWW.example.com:443/a", "upstream< " + request);
    }

    @Test
    void an_empty_line_in_front_of_a_request_is_left_out() {
        talk.client("|" + GET).does(PASSED, "upstream< " + GET);
    }

    @Test
    void a_head_of_just_the_limit_passes_and_one_byte_more_does_not() {
        var limits =
                new Http1Limits(
                        GET.replace("|", "\r\n").length(),
                        1000,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        100,
                        100,
                        100,
                        1,
                        0,
                        0,
                        Duration.ZERO);
        new Talk(limits).client(GET).does(PASSED, "upstream< " + GET);
        new Talk(limits)
                .client("GET /aa HTTP/1.1|Host: www.example.com||")
                .does(
                        "refused CLIENT HEAD_TOO_LARGE",
                        "client< page 431, closed",
                        "close upstream",
                        "finish client");
    }

    @Test
    void a_request_head_that_begins_and_does_not_end_is_refused() {
        talk.client("GET / HT")
                .headIsLate()
                .does(
                        "refused CLIENT HEAD_TOO_SLOW",
                        "client< page 408, closed",
                        "close upstream",
                        "finish client");
    }

    @Test
    void a_response_head_that_begins_and_does_not_end_is_refused() {
        talk.client(GET)
                .upstream("HTTP/1.1 200 O")
                .headIsLate()
                .does(
                        "refused UPSTREAM HEAD_TOO_SLOW",
                        "client< page 504, closed",
                        "close upstream",
                        "finish client");
    }

    /** A connection may rest between requests, and an answer may take its time to begin. */
    @Test
    void what_has_not_begun_is_not_late() {
        talk.headIsLate().does();
        talk.client(GET).headIsLate().does();
        talk.upstream("HTTP/1.1 200 OK|Content-Length: 2||o").headIsLate().does();
    }
}
