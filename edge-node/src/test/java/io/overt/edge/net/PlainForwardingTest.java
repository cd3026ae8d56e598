package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.upstream.MisbehavingUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The explicit proxy with plain HTTP: real curl, and bytes that no honest client sends. */
@ExtendWith(LeakExtension.class)
class PlainForwardingTest {
    private static final String RULES =
            """
            rules:
              - {name: closed, when: {host: closed.example}, then: block, label: "Closed today"}
              - {name: plain-only, when: {hello: {fault: not-tls}}, then: inspect}
              - {name: default, then: block}
            http:
              - {name: no-posts, when: {method: [POST], url: "*/upload"}, then: block, label: "No uploads"}
            """;
    private static final String UNJUDGED = RULES.replace("then: inspect}", "then: splice}");

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(RULES);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a run of requests").isEmpty();
    }

    // ---- What passes

    @Test
    void curls_request_is_forwarded_in_origin_form_with_via() throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin")) {
            var curl = curl("http://" + origin.authority() + "/a/b?c=d", "--dump-header", "-");
            assertThat(curl.output())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Via: 1.1 overt-")
                    .endsWith("this is the origin\n");
            assertThat(origin.asked())
                    .startsWith("GET /a/b?c=d HTTP/1.1\r\nHost: " + origin.authority() + "\r\n")
                    .containsPattern("\r\nVia: 1\\.1 overt-[0-9a-f]{12}\r\n")
                    .doesNotContainIgnoringCase("Proxy-Connection")
                    .doesNotContain("edge-1", "berlin");
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("inspect rule complete");
        assertThat(record.text("rule")).isEqualTo("plain-only");
        assertThat(record.text("filtered")).isEqualTo("true");
        assertThat(record.text("requests")).isEqualTo("1");
        assertThat(record.json()).contains("\"forwarding\":");
    }

    @Test
    void one_connection_of_a_client_serves_several_hosts_with_a_record_each() throws Exception {
        bench.policy(7, RULES);
        try (var one = new PlainOrigin("one");
                var two = new PlainOrigin("two")) {
            var curl =
                    curl(
                            "http://" + one.authority() + "/1",
                            "http://" + one.authority() + "/2",
                            "http://" + two.authority() + "/3",
                            "http://" + one.authority() + "/4",
                            "--write-out",
                            "<%{num_connects}>");
            assertThat(curl.output())
                    .isEqualTo("this is one\n<1>this is one\n<0>this is two\n<0>this is one\n<0>");
            assertThat(one.asked()).startsWith("GET /1 ");
            assertThat(one.asked()).startsWith("GET /2 ");
            assertThat(two.asked()).startsWith("GET /3 ");
            assertThat(one.asked()).startsWith("GET /4 ");
            assertThat(List.of(bench.record(), bench.record(), bench.record()))
                    .extracting(record -> record.fate() + " " + record.text("connect"))
                    .containsExactly(
                            "inspect rule complete " + one.authority(),
                            "inspect rule complete " + two.authority(),
                            "inspect rule complete " + one.authority());
        }
    }

    @Test
    void pipelined_requests_for_two_hosts_are_answered_in_order() throws Exception {
        bench.policy(7, RULES);
        try (var one = new PlainOrigin("one");
                var two = new PlainOrigin("two")) {
            var answer =
                    talk(
                            get(one, "/1", "")
                                    + get(two, "/2", "")
                                    + get(two, "/3", "")
                                    + get(one, "/4", "Connection: close\r\n"));
            assertThat(answer.replaceAll("(?s)HTTP/1.1 200 OK.*?\r\n\r\n", ""))
                    .isEqualTo("this is one\nthis is two\nthis is two\nthis is one\n");
        }
        assertThat(List.of(bench.record(), bench.record(), bench.record()))
                .extracting(Bench.Line::fate)
                .containsOnly("inspect rule complete");
    }

    /** The first is answered by us, so the second is handed on before the relay has well begun. */
    @Test
    void behind_a_blocked_request_one_for_another_host_is_answered() throws Exception {
        bench.policy(7, RULES);
        try (var one = new PlainOrigin("one");
                var two = new PlainOrigin("two")) {
            var answer =
                    talk(
                            get(one, "/upload", "Content-Length: 0\r\n").replace("GET", "POST")
                                    + get(two, "/2", "Connection: close\r\n"));
            assertThat(answer)
                    .startsWith("HTTP/1.1 403 ")
                    .contains("No uploads")
                    .endsWith("this is two\n");
            assertThat(one.alsoAsked()).isEmpty();
        }
        assertThat(bench.record().text("blocked")).isEqualTo("1");
        assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
    }

    @Test
    void an_origin_that_closes_does_not_close_the_clients_connection() throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin", "Connection: close\r\n")) {
            var curl =
                    curl(
                            "http://" + origin.authority() + "/1",
                            "http://" + origin.authority() + "/2",
                            "--write-out",
                            "<%{num_connects}>");
            assertThat(curl.output()).isEqualTo("this is the origin\n<1>this is the origin\n<0>");
        }
        assertThat(List.of(bench.record(), bench.record()))
                .extracting(Bench.Line::fate)
                .containsOnly("inspect rule complete");
    }

    @Test
    void what_is_for_one_connection_only_goes_no_further() throws Exception {
        bench.policy(7, RULES);
        try (var origin =
                new PlainOrigin(
                        "the origin",
                        fields(
                                "Connection: close, X-Hop",
                                "X-Hop: 1",
                                "Keep-Alive: timeout=5",
                                "Proxy-Authenticate: Basic realm=\"phish\"",
                                "X-End: 2"))) {
            var answer =
                    talk(
                            get(
                                    origin,
                                    "/",
                                    fields(
                                            "Connection: keep-alive, X-Secret",
                                            "X-Secret: s",
                                            "Proxy-Connection: keep-alive",
                                            "Keep-Alive: 5",
                                            "TE: trailers",
                                            "Proxy-Authorization: Basic QTpC",
                                            "Upgrade: h2c",
                                            "X-End: e",
                                            "Connection: close")));
            assertThat(answer)
                    .contains("\r\nX-End: 2\r\n", "\r\nConnection: close\r\n")
                    .doesNotContain("X-Hop", "Keep-Alive", "Proxy-Authenticate");
            assertThat(origin.asked())
                    .contains("\r\nX-End: e\r\n")
                    .doesNotContain(
                            "X-Secret",
                            "Proxy-Connection",
                            "Keep-Alive",
                            "TE:",
                            "Proxy-Authorization",
                            "Upgrade",
                            "Connection");
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
    }

    @Test
    void a_body_goes_to_the_origin_and_a_rule_about_requests_is_kept() throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin")) {
            var curl =
                    curl(
                            "http://" + origin.authority() + "/form",
                            "--data",
                            "a=b",
                            "--next",
                            "--silent",
                            "--proxy",
                            proxyUrl(),
                            "http://" + origin.authority() + "/upload",
                            "--data",
                            "a=b",
                            "--write-out",
                            "<%{response_code}>");
            assertThat(curl.output())
                    .startsWith("this is the origin\n")
                    .contains("No uploads", "<403>");
            assertThat(origin.asked()).startsWith("POST /form ").endsWith("\r\n\r\na=b");
            assertThat(origin.alsoAsked()).isEmpty();
        }
        var record = bench.record();
        assertThat(record.text("blocked")).isEqualTo("1");
        assertThat(record.json()).contains("\"rule\":\"no-posts\"");
    }

    @Test
    void then_splice_forwards_without_judging() throws Exception {
        bench.policy(7, UNJUDGED);
        try (var origin = new PlainOrigin("the origin")) {
            var curl = curl("http://" + origin.authority() + "/upload", "--data", "a=b");
            assertThat(curl.output()).isEqualTo("this is the origin\n");
            assertThat(origin.asked()).startsWith("POST /upload HTTP/1.1\r\n").contains("Via: ");
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("splice rule complete");
        assertThat(record.text("filtered")).isEqualTo("false");
    }

    @Test
    void a_client_that_closes_its_side_gets_its_answer() throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin");
                var socket = connect()) {
            socket.getOutputStream()
                    .write(get(origin, "/", "").getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith("this is the origin\n");
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
    }

    // ---- Our own answers

    @Test
    void a_blocked_host_gets_our_page_with_the_label() throws Exception {
        bench.policy(
                7, RULES.replace("{host: closed.example}", "{port: 80, destination: 127.0.0.0/8}"));
        var curl = curl("http://127.0.0.1/", "--write-out", "<%{response_code}>");
        assertThat(curl.output())
                .contains("Closed today", "<dt>Rule</dt><dd>closed</dd>", "Example Corp", "<403>");
        assertThat(bench.record().fate()).isEqualTo("block rule complete");
    }

    @Test
    void nobody_at_the_other_end_is_502() throws Exception {
        bench.policy(7, RULES);
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var curl = curl("http://127.0.0.1:" + port + "/", "--write-out", "<%{response_code}>");
        assertThat(curl.output()).contains("The site cannot be reached from here.", "<502>");
        assertThat(bench.record().fate()).isEqualTo("block unreachable complete");
    }

    @Test
    void an_origin_that_hangs_up_without_a_word_is_502() throws Exception {
        bench.policy(7, RULES);
        try (var rude =
                MisbehavingUpstream.that(
                        (socket, _) -> Clients.readHead(socket.getInputStream()))) {
            var curl =
                    curl(
                            "http://127.0.0.1:" + rude.address().getPort() + "/",
                            "--write-out",
                            "<%{response_code}>");
            assertThat(curl.output()).contains("<502>");
        }
        assertThat(bench.record().fate()).startsWith("inspect rule");
    }

    @Test
    void an_origin_that_closes_at_once_is_502() throws Exception {
        bench.policy(7, RULES);
        try (var rude = MisbehavingUpstream.that((socket, _) -> socket.shutdownOutput())) {
            var curl =
                    curl(
                            "http://127.0.0.1:" + rude.address().getPort() + "/",
                            "--write-out",
                            "<%{response_code}>");
            assertThat(curl.output()).contains("<502>");
            // What was reached and has closed before it was used is dialled anew, once.
            assertThat(rude.accepted()).isBetween(1, 2);
        }
        assertThat(bench.record().fate()).startsWith("inspect rule");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://[::1]:@/",
                "http://[0:0::0:1]:@/",
                "http://127.0.0.1:@/",
                "HTTP://127.0.0.1:@"
            })
    void a_host_is_one_host_however_it_is_spelled(String url) throws Exception {
        bench.policy(7, RULES);
        var address = InetAddress.ofLiteral(url.contains("[") ? "::1" : "127.0.0.1");
        try (var origin = new PlainOrigin("the origin", address)) {
            var target = url.replace("@", Integer.toString(origin.address().getPort()));
            var authority = target.replaceFirst("(?i)http://", "").replace("/", "");
            assertThat(
                            talk(
                                    "GET "
                                            + target
                                            + " HTTP/1.1\r\nHost: "
                                            + authority
                                            + "\r\nConnection: close\r\n\r\n"))
                    .endsWith("this is the origin\n");
            assertThat(origin.asked()).startsWith("GET / HTTP/1.1\r\nHost: " + authority + "\r\n");
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
    }

    @Test
    void a_request_that_comes_back_to_us_is_a_loop() throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin")) {
            var _ = curl("http://" + origin.authority() + "/");
            var via = origin.asked().replaceAll("(?s).*\r\n(Via: [^\r]*)\r\n.*", "$1");
            assertThat(bench.record().fate()).isEqualTo("inspect rule complete");

            var again =
                    curl(
                            "http://" + origin.authority() + "/",
                            "--header",
                            via + ", 1.1 another",
                            "--write-out",
                            "<%{response_code}>");
            assertThat(again.output()).contains("<502>");
            assertThat(bench.record().fate()).isEqualTo("block loop complete");
            assertThat(origin.alsoAsked()).isEmpty();

            // On a connection that began without it, too.
            var answer =
                    talk(
                            get(origin, "/", "")
                                    + get(origin, "/", via.toUpperCase(Locale.ROOT) + "\r\n"));
            assertThat(answer).contains("HTTP/1.1 200 ", "proxy_loop_detected");
            assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
            assertThat(bench.record().fate()).isEqualTo("block loop complete");
        }
    }

    // ---- What can be read in two ways. checklist 80

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "CL and TE|GET http://@/ HTTP/1.1~Host: @~Content-Length: 5~Transfer-Encoding: chunked~~0~~|400",
                "two CL|POST http://@/ HTTP/1.1~Host: @~Content-Length: 5~Content-Length: 6~~12345|400",
                "another Host|GET http://@/ HTTP/1.1~Host: intranet.example~~|400",
                "another port in Host|GET http://@/ HTTP/1.1~Host: 127.0.0.1~~|400",
                "two Hosts|GET http://@/ HTTP/1.1~Host: @~Host: @~~|400",
                "no Host|GET http://@/ HTTP/1.1~~|400",
                "blank in the authority|GET http://127.0.0.1 @/ HTTP/1.1~Host: @~~|400",
                "tab in the authority|GET http://127.0.0.1\t@/ HTTP/1.1~Host: @~~|400",
                "user information|GET http://127.0.0.1@intranet.example/ HTTP/1.1~Host: intranet.example~~|400",
                "user and password|GET http://a:b@intranet.example/ HTTP/1.1~Host: intranet.example~~|400",
                "empty authority|GET http:/// HTTP/1.1~Host: @~~|400",
                "port 0|GET http://127.0.0.1:0/ HTTP/1.1~Host: 127.0.0.1:0~~|400",
                "port above 65535|GET http://127.0.0.1:65536/ HTTP/1.1~Host: 127.0.0.1:65536~~|400",
                "fragment|GET http://@/a#b HTTP/1.1~Host: @~~|400",
                "percent in the host|GET http://%31@/ HTTP/1.1~Host: @~~|400",
                "backslash authority|GET http://@\\intranet.example/ HTTP/1.1~Host: @~~|400",
                "a path only|GET / HTTP/1.1~Host: @~~|400",
                "an asterisk|OPTIONS * HTTP/1.1~Host: @~~|400",
                "https in the clear|GET https://@/ HTTP/1.1~Host: @~~|501",
                "ftp|GET ftp://@/ HTTP/1.1~Host: @~~|501",
                "folded line|GET http://@/ HTTP/1.1~Host: @~X: a~ b~~|400",
                "blank before the colon|GET http://@/ HTTP/1.1~Host : @~~|400",
                "Connection names Host|GET http://@/ HTTP/1.1~Host: @~Connection: host~~|400",
                "Proxy-Authorization twice|GET http://@/ HTTP/1.1~Host: @~Proxy-Authorization: Basic QTpC~Proxy-Authorization: Basic QzpE~~|400",
                "TRACE that ends here|TRACE http://@/ HTTP/1.1~Host: @~Max-Forwards: 0~~|400",
                "CONNECT with content|CONNECT @ HTTP/1.1~Host: @~Content-Length: 5~~12345|400",
                "CONNECT in chunks|CONNECT @ HTTP/1.1~Host: @~Transfer-Encoding: chunked~~|400",
                "CONNECT with two Hosts|CONNECT @ HTTP/1.1~Host: @~Host: b~~|400",
                "CONNECT with user information|CONNECT a@127.0.0.1:443 HTTP/1.1~~|400",
                "HTTP/2|GET http://@/ HTTP/2.0~Host: @~~|400",
            })
    void an_ambiguous_request_is_refused_and_goes_nowhere(String name, String wire, int status)
            throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin")) {
            var answer = talk(wire.replace("~", "\r\n").replace("@", origin.authority()));
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer).contains("\r\nConnection: close\r\n");
            assertThat(origin.alsoAsked()).isEmpty();
        }
        assertThat(bench.record().fate())
                .isEqualTo(
                        status == 501
                                ? "block connect-unsupported complete"
                                : "block connect-malformed complete");
    }

    @Test
    void a_hello_that_comes_without_connect_is_answered_at_once() throws Exception {
        bench.policy(7, RULES);
        assertThat(talk("\u0016\u0003\u0001")).startsWith("HTTP/1.1 400 ");
        assertThat(bench.record().fate()).isEqualTo("block connect-malformed complete");
    }

    @Test
    void a_second_request_is_read_as_strictly_as_the_first() throws Exception {
        bench.policy(7, RULES);
        try (var origin = new PlainOrigin("the origin")) {
            var answer =
                    talk(get(origin, "/1", "") + get(origin, "/2", "Host: intranet.example\r\n"));
            assertThat(answer).contains("HTTP/1.1 200 OK", "HTTP/1.1 400 Bad Request");
            assertThat(origin.asked()).startsWith("GET /1 ");
            assertThat(origin.alsoAsked()).isEmpty();
        }
        assertThat(bench.record().text("detail")).contains("HOST_REPEATED");
    }

    // ----

    private static String get(PlainOrigin origin, String path, String fields) {
        return "GET http://"
                + origin.authority()
                + path
                + " HTTP/1.1\r\nHost: "
                + origin.authority()
                + "\r\n"
                + fields
                + "\r\n";
    }

    private static String fields(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private static Socket connect() throws IOException {
        var socket = new Socket(bench.proxy().getAddress(), bench.proxy().getPort());
        socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
        return socket;
    }

    /** All that comes back until the proxy closes. */
    private static String talk(String bytes) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String proxyUrl() {
        return "http://127.0.0.1:" + bench.proxy().getPort();
    }

    private static Curl curl(String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("--proxy", proxyUrl()));
        all.addAll(Arrays.asList(arguments));
        return Curl.run(all);
    }
}
