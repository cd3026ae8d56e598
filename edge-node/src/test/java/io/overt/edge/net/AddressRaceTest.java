package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A name with two real addresses of which the first is dead (RFC 8305). */
@ExtendWith(LeakExtension.class)
class AddressRaceTest {
    private static final String HOST = "two.example.test";
    private static final InetAddress LIVE = InetAddress.ofLiteral("127.0.0.1");

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

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).isEmpty();
    }

    /** How an address is dead. */
    enum Dead {
        /** Drops what comes: only time tells. */
        SILENT("127.0.0.2"),
        REFUSING("127.0.0.2"),
        REFUSING_IPV6("::1");

        private final InetAddress address;

        Dead(String address) {
            this.address = InetAddress.ofLiteral(address);
        }

        Closeable at(int port) throws IOException {
            return switch (this) {
                case SILENT -> DeafListener.at(new InetSocketAddress(address, port));
                case REFUSING, REFUSING_IPV6 -> () -> {};
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void connect_goes_to_the_address_that_answers(Dead dead) throws Exception {
        bench.policy(7, INSPECTS);
        bench.names(dead.address, LIVE);
        try (var upstream = upstream();
                var _ = dead.at(upstream.address().getPort());
                var client = Clients.tls(connect(upstream.address()), bench.forge.anchor(), HOST)) {
            client.startHandshake();
            assertThat(client.getInputStream().read()).isEqualTo('!');
            assertThat(upstream.accepted()).isEqualTo(1);
            assertNobodyStillTries(dead.address, upstream.address().getPort());
        }
        var record = bench.record();
        assertThat(record.text("outcome")).isEqualTo("inspect");
        assertThat(record.text("destination")).startsWith("127.0.0.1:");
    }

    @ParameterizedTest
    @EnumSource
    void a_plain_request_goes_to_the_address_that_answers(Dead dead) throws Exception {
        bench.policy(7, INSPECTS);
        bench.names(dead.address, LIVE);
        try (var origin = new PlainOrigin("the origin");
                var _ = dead.at(origin.address().getPort())) {
            assertThat(get(origin.address().getPort())).endsWith("this is the origin\n");
            assertNobodyStillTries(dead.address, origin.address().getPort());
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("inspect rule complete");
        assertThat(record.text("destination")).startsWith("127.0.0.1:");
    }

    /** Which of a name's addresses answers must not be a way around a rule about addresses. */
    @Test
    void an_address_that_a_rule_blocks_is_no_other_one_to_try() throws Exception {
        bench.policy(
                7,
                """
                rules:
                  - {name: not-there, when: {destination: 127.0.0.1/32}, then: block}
                  - {name: default, then: inspect}
                """);
        bench.names(Dead.REFUSING.address, LIVE);
        try (var upstream = upstream()) {
            assertThat(answerToConnect(upstream.address().getPort())).startsWith("HTTP/1.1 502 ");
            assertThat(get(upstream.address().getPort())).startsWith("HTTP/1.1 502 ");
            assertThat(upstream.accepted()).isZero();
        }
        for (var i = 0; i < 2; i++) {
            assertThat(bench.record().fate()).isEqualTo("block unreachable complete");
        }
    }

    @Test
    void when_none_answers_all_that_was_tried_is_told() throws Exception {
        bench.policy(7, INSPECTS);
        bench.names(Dead.REFUSING.address, InetAddress.ofLiteral("127.0.0.3"));
        int port = MisbehavingUpstream.nobody().getPort();
        assertThat(answerToConnect(port))
                .startsWith("HTTP/1.1 502 ")
                .contains("error=connection_refused");
        assertThat(get(port)).startsWith("HTTP/1.1 502 ").contains("error=connection_refused");
        for (var i = 0; i < 2; i++) {
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block unreachable complete");
            assertThat(record.text("detail")).contains("127.0.0.2", "127.0.0.3");
        }
    }

    private static MisbehavingUpstream upstream() throws IOException {
        return MisbehavingUpstream.that(
                TlsManner.with(Bench.PKI.leaf(HOST))
                        .speaking(tls -> tls.getOutputStream().write('!')));
    }

    /** Through the proxy, which has said 200. */
    private static Socket connect(InetSocketAddress upstream) throws IOException {
        var socket = ask("CONNECT " + HOST + ":" + upstream.getPort(), "");
        assertThat(Clients.readHead(socket.getInputStream())).startsWith("HTTP/1.1 200 ");
        return socket;
    }

    private static String answerToConnect(int port) throws IOException {
        try (var socket = ask("CONNECT " + HOST + ":" + port, "")) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String get(int port) throws IOException {
        try (var socket =
                ask(
                        "GET http://" + HOST + ":" + port + "/",
                        "Host: " + HOST + ":" + port + "\r\n")) {
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Socket ask(String request, String fields) throws IOException {
        var socket = new Socket(bench.proxy().getAddress(), bench.proxy().getPort());
        socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
        socket.getOutputStream()
                .write(
                        (request + " HTTP/1.1\r\n" + fields + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** No socket of anybody waits for an answer to its SYN there (proc(5): state 02). */
    private static void assertNobodyStillTries(InetAddress address, int port) {
        var to =
                (address.getAddress().length == 4 ? "0200007F" : "00000000000000000000000001000000")
                        + ":%04X".formatted(port);
        await().atMost(Bench.PATIENCE)
                .until(
                        () -> {
                            var sockets =
                                    Files.readString(Path.of("/proc/net/tcp"))
                                            + Files.readString(Path.of("/proc/net/tcp6"));
                            return sockets.lines().noneMatch(line -> line.contains(to + " 02"));
                        });
    }

    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
}
