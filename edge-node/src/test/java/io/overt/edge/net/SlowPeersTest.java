package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.edge.flow.Stage;
import io.overt.edge.http.Http1Limits;
import io.overt.edge.net.DataPathSettings.Deadlines;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that drip, do not read, or end only their side: each has its time, and bounded memory. */
@ExtendWith(LeakExtension.class)
class SlowPeersTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES = "rules:\n  - {name: default, then: splice}\n";
    private static final Duration SOON = Duration.ofSeconds(1);

    @Test
    void a_hello_that_drips_is_too_slow() throws Exception {
        var heard = new CompletableFuture<Integer>();
        try (var bench = bench(INSPECTS, Bench.patientBut(SOON, Stage.PEEKING));
                // CONNECT has reached it before there is a hello.
                var upstream =
                        MisbehavingUpstream.that(
                                (socket, _) -> heard.complete(socket.getInputStream().read()));
                var client = bench.connectTo(upstream.address())) {
            drip(client.getOutputStream(), Clients.hello(HOST));
            assertThatThrownBy(() -> client.getInputStream().readAllBytes())
                    .hasMessageContaining("reset");
            assertThat(bench.record().fate()).isEqualTo("block hello-too-slow complete");
            assertThat(heard.get(60, TimeUnit.SECONDS)).as("nothing but its end").isEqualTo(-1);
        }
    }

    @Test
    void a_connect_head_that_drips_is_refused() throws Exception {
        try (var bench = bench(INSPECTS, Bench.patientBut(SOON, Stage.CONNECT_HEAD));
                var client = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
            drip(
                    client.getOutputStream(),
                    ("CONNECT " + HOST + ":443 HTTP/1.1\r\nPadding: " + "x".repeat(10_000))
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 400 ");
            client.shutdownOutput();
            var record = bench.record();
            assertThat(record.text("reason")).isEqualTo("connect-malformed");
            assertThat(record.text("detail")).isEqualTo("not in time");
        }
    }

    @Test
    void a_server_hello_that_drips_is_given_up() throws Exception {
        var serverHello = new byte[4101];
        System.arraycopy(new byte[] {22, 3, 3, 16, 0}, 0, serverHello, 0, 5);
        try (var bench = bench(INSPECTS, Bench.patientBut(SOON, Stage.UPSTREAM_HANDSHAKE));
                var upstream =
                        MisbehavingUpstream.that(
                                (socket, until) -> {
                                    Manners.readRecord(socket);
                                    drip(socket.getOutputStream(), serverHello);
                                    until.await();
                                });
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
            // As from an upstream that is silent: nobody has said anything in TLS.
            assertThatThrownBy(client::startHandshake).hasMessageContaining("reset");
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block handshake-failed complete");
            assertThat(record.text("detail")).isEqualTo("not done in time");
        }
    }

    @Test
    void a_request_head_that_drips_is_408() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(headsWithin(SOON, Bench.PATIENCE)));
                var upstream = answering(tls -> tls.getInputStream().read())) {
            try (var client =
                    Clients.tls(bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
                client.startHandshake();
                drip(client.getOutputStream(), REQUEST_WITHOUT_END);
                assertThat(
                                new String(
                                        client.getInputStream().readAllBytes(),
                                        StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                        .contains("did not come in time", "Connection: close");
            }
            var record = bench.record();
            assertThat(record.text("outcome")).isEqualTo("inspect");
            assertThat(record.text("detail")).contains("HEAD_TOO_SLOW");
        }
    }

    @Test
    void a_response_head_that_drips_is_504() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(headsWithin(Bench.PATIENCE, SOON)));
                var upstream =
                        answering(
                                tls -> {
                                    Clients.readHead(tls.getInputStream());
                                    drip(
                                            tls.getOutputStream(),
                                            ("HTTP/1.1 200 OK\r\nPadding: " + "x".repeat(10_000))
                                                    .getBytes(StandardCharsets.US_ASCII));
                                    tls.getInputStream().read();
                                })) {
            try (var client =
                    Clients.tls(bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
                client.startHandshake();
                client.getOutputStream().write(REQUEST);
                assertThat(
                                new String(
                                        client.getInputStream().readAllBytes(),
                                        StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                        .contains("error=http_response_timeout");
            }
            assertThat(bench.record().text("detail")).contains("HEAD_TOO_SLOW");
        }
    }

    /** The first head of a connection has the deadline of CONNECT's; the next ones have this. */
    @Test
    void a_plain_clients_second_request_head_that_drips_is_408() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(headsWithin(SOON, Bench.PATIENCE)));
                var origin = new PlainOrigin("the origin")) {
            try (var client = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
                client.getOutputStream().write(plain(origin.address().getPort()));
                assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 200 ");
                drip(client.getOutputStream(), REQUEST_WITHOUT_END);
                assertThat(
                                new String(
                                        client.getInputStream().readAllBytes(),
                                        StandardCharsets.UTF_8))
                        .contains("HTTP/1.1 408 Request Timeout\r\n");
            }
            assertThat(bench.record().text("detail")).contains("HEAD_TOO_SLOW");
        }
    }

    /** Two heads, each in time, that together take longer: the time is each one's own. */
    @Test
    void a_connection_that_rests_between_requests_is_not_slow() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(headsWithin(SOON, SOON)));
                var upstream =
                        answering(
                                tls -> {
                                    for (var i = 0; i < 2; i++) {
                                        Clients.readHead(tls.getInputStream());
                                        tls.getOutputStream().write(EMPTY_RESPONSE);
                                    }
                                });
                var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
            client.startHandshake();
            client.getOutputStream().write(REQUEST);
            assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            await().atMost(Bench.PATIENCE)
                    .during(SOON.multipliedBy(2))
                    .until(() -> bench.openConnections() == 1);
            client.getOutputStream().write(REQUEST);
            assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 200 ");
        }
    }

    private static MisbehavingUpstream answering(TlsManner.Conversation conversation)
            throws IOException {
        return MisbehavingUpstream.that(
                TlsManner.with(Bench.PKI.leaf(HOST)).alpn("http/1.1").speaking(conversation));
    }

    private static Http1Limits headsWithin(Duration request, Duration response) {
        var usual = Http1Limits.DEFAULT;
        return new Http1Limits(
                usual.requestHead(),
                usual.responseHead(),
                request,
                response,
                usual.chunkLine(),
                usual.trailers(),
                usual.pipelined(),
                usual.interimResponses(),
                usual.discarded(),
                usual.lingered(),
                usual.linger());
    }

    /** What stands between two peers of which one does not read. */
    enum Relay {
        SPLICE(SPLICES, "h2", "splice rule timed-out"),
        OPAQUE(INSPECTS, "h2", "inspect rule timed-out"),
        HTTP1(INSPECTS, "http/1.1", "inspect rule timed-out");

        private final String rules;
        private final String alpn;
        private final String fate;

        Relay(String rules, String alpn, String fate) {
            this.rules = rules;
            this.alpn = alpn;
            this.fate = fate;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_client_that_does_not_read_holds_bounded_memory_and_is_given_up(Relay relay)
            throws Exception {
        var sent = new AtomicLong();
        try (var bench =
                        bench(relay.rules, Bench.patientBut(IDLE, Stage.RELAYING, Stage.SPLICING));
                var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .alpn(relay.alpn)
                                        .speaking(
                                                tls -> {
                                                    if (relay == Relay.HTTP1) {
                                                        Clients.readHead(tls.getInputStream());
                                                        tls.getOutputStream().write(RESPONSE);
                                                    }
                                                    pump(tls.getOutputStream(), sent);
                                                }));
                var client = shakenHands(bench, upstream, relay)) {
            client.getOutputStream().write(REQUEST);
            assertThat(mostPending(bench)).isBetween(1L, MOST_PENDING);
            assertThat(bench.record().fate()).isEqualTo(relay.fate);
        }
        assertThat(sent.get()).isBetween(1L, (long) MUCH - 1);
    }

    @ParameterizedTest
    @EnumSource
    void an_upstream_that_does_not_read_holds_bounded_memory_and_is_given_up(Relay relay)
            throws Exception {
        var sent = new AtomicLong();
        try (var bench =
                        bench(relay.rules, Bench.patientBut(IDLE, Stage.RELAYING, Stage.SPLICING));
                var upstream =
                        MisbehavingUpstream.that(
                                (socket, until) ->
                                        TlsManner.with(Bench.PKI.leaf(HOST))
                                                .alpn(relay.alpn)
                                                .speaking(_ -> until.await())
                                                .serve(socket, until));
                var client = shakenHands(bench, upstream, relay)) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try {
                                    client.getOutputStream().write(POST);
                                    pump(client.getOutputStream(), sent);
                                } catch (IOException _) {
                                    // The edge gave up, which is what is tested.
                                }
                            });
            assertThat(mostPending(bench)).isBetween(1L, MOST_PENDING);
            assertThat(bench.record().fate()).isEqualTo(relay.fate);
        }
        assertThat(sent.get()).isBetween(1L, (long) MUCH - 1);
    }

    @Test
    void a_side_that_stays_open_behind_an_end_has_less_time_than_a_quiet_relay() throws Exception {
        try (var bench = bench(SPLICES, Bench.impatientWithHalfClosed());
                var upstream = MisbehavingUpstream.that(Manners.stallsAfterHello());
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(Clients.hello(HOST));
            client.shutdownOutput();
            assertThat(bench.record().fate()).isEqualTo("splice rule timed-out");
        }
    }

    @Test
    void a_plain_request_behind_which_the_client_has_ended_has_less_time_for_its_answer()
            throws Exception {
        try (var bench = bench(INSPECTS, Bench.impatientWithHalfClosed());
                var upstream = MisbehavingUpstream.that(Manners.stallsAtOnce());
                var client = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
            client.getOutputStream().write(plain(upstream.address().getPort()));
            client.shutdownOutput();
            assertThat(bench.record().fate()).isEqualTo("inspect rule timed-out");
        }
    }

    /** Its upstreams come and go; only its own end makes it half closed. */
    @Test
    void a_client_of_plain_requests_does_not_have_less_time_when_an_upstream_has_ended()
            throws Exception {
        try (var bench = bench(INSPECTS, Bench.impatientWithHalfClosed());
                var origin = new PlainOrigin("the origin", "Connection: close\r\n");
                var client = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
            var request = plain(origin.address().getPort());
            client.getOutputStream().write(request);
            assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 200 ");
            await().atMost(Bench.PATIENCE)
                    .during(Bench.HALF_CLOSED.multipliedBy(2))
                    .until(() -> bench.openConnections() == 1);
            client.getOutputStream().write(request);
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("HTTP/1.1 200 ");
        }
    }

    private static byte[] plain(int port) {
        return ("GET http://127.0.0.1:"
                        + port
                        + "/ HTTP/1.1\r\nHost: 127.0.0.1:"
                        + port
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Socket shakenHands(Bench bench, MisbehavingUpstream upstream, Relay relay)
            throws IOException {
        var anchor = relay == Relay.SPLICE ? Bench.PKI.anchor() : bench.forge.anchor();
        var client = Clients.tls(bench.connectTo(upstream.address()), anchor, HOST, relay.alpn);
        client.startHandshake();
        return client;
    }

    /** The most that was pending at any moment until nothing is open any more. */
    private static long mostPending(Bench bench) {
        var gauge = bench.meters.get("overt.edge.pending").gauge();
        var most = new AtomicLong();
        await().atMost(Bench.PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> {
                            most.accumulateAndGet((long) gauge.value(), Math::max);
                            return bench.openConnections() == 0;
                        });
        return most.get();
    }

    private static void pump(OutputStream out, AtomicLong sent) throws IOException {
        var block = new byte[64 * 1024];
        while (sent.get() < MUCH) {
            out.write(block);
            sent.addAndGet(block.length);
        }
    }

    /** A byte, and the next a moment later, until the peer has had enough. In the background. */
    private static void drip(OutputStream out, byte[] bytes) {
        Thread.ofVirtual()
                .start(
                        () -> {
                            var never = new CountDownLatch(1);
                            try {
                                for (var each : bytes) {
                                    out.write(each);
                                    out.flush();
                                    var _ = never.await(50, TimeUnit.MILLISECONDS);
                                }
                            } catch (IOException _) {
                                // The edge gave up, which is what is tested.
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    private static Bench bench(String rules, Deadlines deadlines) {
        return new Bench(rules, Bench.settings(Limits.DEFAULT, deadlines));
    }

    private static final Duration IDLE = Duration.ofSeconds(2);

    /** More than all socket buffers on the way take. */
    private static final int MUCH = 256 << 20;

    /** Two watermarks of 64 KiB, and what one read and its encryption may add to each. */
    private static final long MOST_PENDING = 1 << 20;

    private static final byte[] REQUEST =
            ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REQUEST_WITHOUT_END =
            ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nPadding: " + "x".repeat(10_000))
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY_RESPONSE =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] POST =
            ("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + MUCH + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESPONSE =
            ("HTTP/1.1 200 OK\r\nContent-Length: " + MUCH + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
}
