package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.proxyprotocol.HeaderBytes;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind a load balancer that says whose connection it hands over. */
@ExtendWith(LeakExtension.class)
class ProxyProtocolTest {
    private static final String HOST = "www.example.test";
    private static final String RULES =
            """
            rules:
              - {name: one-client, when: {client: 198.51.100.7}, then: inspect}
              - {name: default, then: block}
            """;
    private static final InetAddress CLIENT = InetAddress.ofLiteral("198.51.100.7");

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
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
    }

    @ParameterizedTest(name = "in pieces of {0} bytes")
    @ValueSource(ints = {1, 7, 4096})
    void a_client_that_the_balancer_names_is_judged_and_inspected(int piece) throws Exception {
        try (var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .alpn("h2")
                                        .speaking(
                                                tls ->
                                                        tls.getInputStream()
                                                                .transferTo(
                                                                        tls.getOutputStream())));
                var socket = connect("balanced")) {
            var to = upstream.address();
            var header = HeaderBytes.relayed(CLIENT, 4711, to.getAddress(), to.getPort());
            socket.setTcpNoDelay(true);
            for (var at = 0; at < header.length; at += piece) {
                socket.getOutputStream().write(header, at, Math.min(piece, header.length - at));
                socket.getOutputStream().flush();
                TimeUnit.MICROSECONDS.sleep(200); // Else the kernel makes one segment of them.
            }
            try (var client = Clients.tls(socket, bench.forge.anchor(), HOST, "h2")) {
                client.startHandshake();
                client.getOutputStream().write("over and back".getBytes(StandardCharsets.UTF_8));
                client.getOutputStream().flush();
                assertThat(client.getInputStream().readNBytes(13))
                        .asString()
                        .isEqualTo("over and back");
            }
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("inspect rule complete");
            assertThat(record.text("client")).isEqualTo("198.51.100.7:4711");
            assertThat(record.text("balancer")).startsWith("127.0.0.1:");
            assertThat(record.text("destination")).isEqualTo("127.0.0.1:" + to.getPort());
            assertThat(record.text("rule")).isEqualTo("one-client");
        }
    }

    @Test
    void a_health_check_is_closed_quietly_and_counted() throws Exception {
        var before = bench.count("abandon", "health-check");
        try (var socket = connect("balanced")) {
            socket.getOutputStream().write(HeaderBytes.local());
            assertThat(socket.getInputStream().read()).as("end of stream, no reset").isEqualTo(-1);
        }
        assertThat(bench.record().fate()).isEqualTo("abandon health-check complete");
        assertThat(bench.count("abandon", "health-check")).isEqualTo(before + 1);
    }

    @Test
    void a_header_from_an_address_that_is_not_configured_is_reset() throws Exception {
        // checklist 74
        try (var socket = connect("balanced-from-elsewhere")) {
            assertThatThrownBy(
                            () -> {
                                socket.getOutputStream().write(header443());
                                socket.getInputStream().read();
                            })
                    .isInstanceOf(IOException.class);
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("block peer-not-allowed complete");
        assertThat(record.text("detail")).isEqualTo("127.0.0.1 (expected: one of [192.0.2.0/24])");
    }

    @Test
    void a_hello_without_a_header_goes_nowhere() throws Exception {
        try (var socket = connect("balanced")) {
            assertThatThrownBy(
                            () -> {
                                socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 5});
                                socket.getInputStream().read();
                            })
                    .isInstanceOf(IOException.class);
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("block proxy-header-malformed complete");
        assertThat(record.text("detail")).isEqualTo("no signature of version 2");
    }

    @Test
    void curls_header_of_version_1_is_refused_by_name() throws Exception {
        var address = bench.listener("balanced");
        var curl =
                Curl.run(
                        List.of(
                                "--haproxy-protocol",
                                "--insecure",
                                "https://127.0.0.1:" + address.getPort() + "/"));
        assertThat(curl.status()).isNotZero();
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("block proxy-header-malformed complete");
        assertThat(record.text("detail"))
                .isEqualTo("version 1 (expected: 2; HAProxy's send-proxy-v2)");
    }

    @Test
    void a_header_that_leads_to_our_own_listener_is_a_loop() throws Exception {
        var ours = bench.listener("balanced");
        try (var socket = connect("balanced")) {
            assertThatThrownBy(
                            () -> {
                                socket.getOutputStream()
                                        .write(
                                                HeaderBytes.relayed(
                                                        CLIENT,
                                                        4711,
                                                        ours.getAddress(),
                                                        ours.getPort()));
                                socket.getInputStream().read();
                            })
                    .isInstanceOf(IOException.class);
        }
        assertThat(bench.record().fate()).isEqualTo("block loop complete");
    }

    private static byte[] header443() {
        return HeaderBytes.relayed(CLIENT, 4711, InetAddress.ofLiteral("192.0.2.80"), 443);
    }

    private static Socket connect(String listener) throws IOException {
        var address = bench.listener(listener);
        var socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
        return socket;
    }
}
