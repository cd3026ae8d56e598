package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reset on one side is a reset on the other; and peers that vanish are asked after. */
@ExtendWith(LeakExtension.class)
class EndsTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES = "rules:\n  - {name: default, then: splice}\n";

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(INSPECTS);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    /** What carries the bytes. */
    enum Relay {
        SPLICE(SPLICES, "h2", "splice"),
        OPAQUE(INSPECTS, "h2", "inspect"),
        HTTP1(INSPECTS, "http/1.1", "inspect");

        private final String rules;
        private final String alpn;
        private final String outcome;

        Relay(String rules, String alpn, String outcome) {
            this.rules = rules;
            this.alpn = alpn;
            this.outcome = outcome;
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_upstreams_reset_is_one_to_the_client(Relay relay) throws Exception {
        bench.policy(7, relay.rules);
        try (var upstream =
                        MisbehavingUpstream.that(
                                (socket, until) ->
                                        TlsManner.with(Bench.PKI.leaf(HOST))
                                                .alpn(relay.alpn)
                                                .speaking(
                                                        tls -> {
                                                            Clients.readHead(tls.getInputStream());
                                                            Manners.reset(socket);
                                                        })
                                                .serve(socket, until));
                var raw = bench.connectTo(upstream.address());
                var client = shakenHands(raw, relay)) {
            client.getOutputStream().write(REQUEST);
            assertThat(end(client)).isEqualTo(End.RESET);
        }
        assertThat(bench.record().fate()).isEqualTo(relay.outcome + " rule upstream-reset");
    }

    @ParameterizedTest
    @EnumSource
    void a_clients_reset_is_one_to_the_upstream(Relay relay) throws Exception {
        bench.policy(7, relay.rules);
        var heard = new CompletableFuture<Boolean>();
        var ended = new CompletableFuture<End>();
        try (var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .alpn(relay.alpn)
                                        .speaking(
                                                tls -> {
                                                    Clients.readHead(tls.getInputStream());
                                                    heard.complete(true);
                                                    ended.complete(end(tls));
                                                }));
                var raw = bench.connectTo(upstream.address())) {
            shakenHands(raw, relay).getOutputStream().write(REQUEST);
            heard.get(60, TimeUnit.SECONDS);
            Manners.reset(raw);
            assertThat(ended.get(60, TimeUnit.SECONDS)).isEqualTo(End.RESET);
        }
        assertThat(bench.record().fate()).isEqualTo(relay.outcome + " rule client-reset");
    }

    /**
     * The kernel tells of a reset once, and then it may be a write that hears of it: what is read
     * afterwards looks like an orderly end.
     */
    @ParameterizedTest
    @EnumSource(names = {"SPLICE", "OPAQUE"})
    void a_reset_that_a_write_hears_of_is_one_too(Relay relay) throws Exception {
        bench.policy(7, relay.rules);
        for (var round = 0; round < 20; round++) {
            try (var upstream =
                            MisbehavingUpstream.that(
                                    TlsManner.with(Bench.PKI.leaf(HOST))
                                            .alpn(relay.alpn)
                                            .speaking(EndsTest::floods));
                    var raw = bench.connectTo(upstream.address())) {
                var client = shakenHands(raw, relay);
                client.getOutputStream().write(REQUEST);
                assertThat(client.getInputStream().readNBytes(100_000)).hasSize(100_000);
                Manners.reset(raw);
            }
            assertThat(bench.record().fate()).isEqualTo(relay.outcome + " rule client-reset");
        }
    }

    private static void floods(SSLSocket tls) throws IOException {
        Clients.readHead(tls.getInputStream());
        var some = new byte[16_384];
        try {
            while (true) {
                tls.getOutputStream().write(some);
            }
        } catch (SocketException _) {
            // The end that it was made for.
        }
    }

    private static SSLSocket shakenHands(Socket raw, Relay relay) throws IOException {
        var anchor = relay == Relay.SPLICE ? Bench.PKI.anchor() : bench.forge.anchor();
        var client = Clients.tls(raw, anchor, HOST, relay.alpn);
        client.startHandshake();
        return client;
    }

    private enum End {
        CLOSE_NOTIFY,
        TRUNCATED,
        RESET
    }

    private static End end(SSLSocket tls) {
        try {
            tls.getInputStream().readAllBytes();
            return End.CLOSE_NOTIFY;
        } catch (SocketException _) {
            return End.RESET;
        } catch (IOException _) {
            return End.TRUNCATED;
        }
    }

    /** It can never finish a handshake, so nobody waits for it to, and nothing is signed for it. */
    @Test
    void a_client_that_ended_behind_its_hello_before_connect_was_answered_is_gone()
            throws Exception {
        bench.policy(7, INSPECTS);
        try (var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .speaking(tls -> tls.getInputStream().readAllBytes()));
                var client = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
            var authority = "127.0.0.1:" + upstream.address().getPort();
            var all = new ByteArrayOutputStream();
            all.writeBytes(
                    ("CONNECT " + authority + " HTTP/1.1\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            all.writeBytes(Clients.hello(HOST));
            client.getOutputStream().write(all.toByteArray());
            client.shutdownOutput();
            assertThat(
                            new String(
                                    client.getInputStream().readAllBytes(),
                                    StandardCharsets.ISO_8859_1))
                    .as("the yes to CONNECT, and no ServerHello")
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\n");
        }
        assertThat(bench.record().fate()).isEqualTo("abandon client-left client-left");
    }

    @Test
    void both_legs_are_asked_after_while_they_are_quiet() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream = MisbehavingUpstream.that(Manners.stallsAfterHello());
                var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(Clients.hello(HOST));
            await().atMost(Bench.PATIENCE)
                    .untilAsserted(
                            () -> {
                                assertThat(
                                                hasKeepAlive(
                                                        bench.proxy().getPort(),
                                                        client.getLocalPort()))
                                        .isTrue();
                                assertThat(hasKeepAlive(0, upstream.address().getPort())).isTrue();
                            });
        }
        assertThat(bench.record().text("outcome")).isEqualTo("splice");
    }

    /**
     * Whether the kernel's timer of the established connection from the local (0: any) to the
     * remote port is that of keep-alive and runs for two minutes at most (proc(5), /proc/net/tcp:
     * tr 2, when in hundredths of a second).
     */
    private static boolean hasKeepAlive(int local, int remote) throws IOException {
        var sockets = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
        // A socket for both families shows IPv4 peers there.
        sockets.addAll(Files.readAllLines(Path.of("/proc/net/tcp6")));
        return sockets.stream()
                .filter(line -> !line.contains("local_address"))
                .map(line -> line.trim().split("\\s+", -1))
                .filter(each -> each[3].equals("01"))
                .filter(each -> local == 0 || port(each[1]) == local)
                .filter(each -> port(each[2]) == remote)
                .map(each -> each[5].split(":", -1))
                .anyMatch(
                        timer ->
                                timer[0].equals("02")
                                        && Long.parseLong(timer[1], 16) <= 2 * 60 * 100);
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
    }

    private static final byte[] REQUEST =
            ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
}
