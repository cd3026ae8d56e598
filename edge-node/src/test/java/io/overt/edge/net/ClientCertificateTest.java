package io.overt.edge.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.TlsManner;
import io.overt.testkit.upstream.TlsManner.ClientCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Upstreams that ask for a client certificate, politely or not: OpenSSL's own server, TLS 1.2 and
 * 1.3, under each of the rule's choices. checklist 46
 */
@ExtendWith(LeakExtension.class)
class ClientCertificateTest {
    private static final String HOST = "www.example.test";
    private static final String SILENT = rules("");
    private static final String SPLICES = rules("client-cert: splice");
    private static final String GOES_ON = rules("client-cert: inspect");
    private static final String GOES_ON_OR_SPLICES =
            rules("client-cert: inspect, client-cert-required: splice");

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @TempDir Path directory;

    @BeforeAll
    static void open() {
        bench = new Bench(SILENT);
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
        bench.forgetHabits();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "-tls1_2 -verify 1",
                "-tls1_3 -verify 1",
                "-tls1_2 -Verify 1",
                "-tls1_3 -Verify 1"
            })
    void whoever_asks_is_blocked_or_spliced_as_the_rule_says(String options) throws Exception {
        try (var upstream = server(options)) {
            bench.policy(7, SILENT);
            assertThatThrownBy(() -> page(upstream.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            assertThat(bench.record().fate()).isEqualTo("block client-cert complete");

            bench.policy(8, SPLICES);
            if (options.contains("-verify")) {
                assertThat(page(upstream.address(), Bench.PKI.anchor())).startsWith("HTTP/1.0 200");
            } else {
                // The client meets the upstream itself, and has no certificate either.
                assertThatThrownBy(() -> page(upstream.address(), Bench.PKI.anchor()))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
            var record = bench.record();
            assertThat(record.text("outcome") + " " + record.text("reason"))
                    .isEqualTo("splice client-cert");
            assertThat(record.text("detail")).contains("was seen to");
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"-tls1_2 -verify 1", "-tls1_3 -verify 1"})
    void one_that_merely_asks_is_inspected_where_the_rule_says_so(String options) throws Exception {
        bench.policy(7, GOES_ON);
        try (var upstream = server(options)) {
            for (var connection = 0; connection < 2; connection++) {
                assertThat(page(upstream.address(), bench.forge.anchor()))
                        .startsWith("HTTP/1.0 200");
                var record = bench.record();
                assertThat(record.text("outcome") + " " + record.text("reason"))
                        .isEqualTo("inspect rule");
                assertThat(record.text("client_certificate")).isEqualTo("asked");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"-tls1_2 -Verify 1", "-tls1_3 -Verify 1"})
    void one_that_insists_fails_at_once_and_is_spliced_from_then_on(String options)
            throws Exception {
        bench.policy(7, GOES_ON);
        try (var upstream = server(options)) {
            // Nobody is left hanging, whenever the upstream's alert comes.
            assertThatThrownBy(() -> page(upstream.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
            assertThat(bench.record().fate())
                    .isIn(
                            "block client-cert-required complete",
                            "inspect rule certificate-required");

            bench.policy(8, GOES_ON_OR_SPLICES);
            assertThatThrownBy(() -> page(upstream.address(), Bench.PKI.anchor()))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
            var record = bench.record();
            assertThat(record.text("outcome") + " " + record.text("reason"))
                    .isEqualTo("splice client-cert-required");
            assertThat(record.text("detail")).contains("was seen to insist");
        }
    }

    /** Squid and mitmproxy leave the client hanging here. */
    @Test
    void an_alert_behind_a_finished_handshake_resets_the_client_and_teaches_the_next()
            throws Exception {
        bench.policy(7, GOES_ON);
        var release = new CountDownLatch(1);
        try (var upstream = server("-tls1_3 -Verify 1");
                var late = MisbehavingUpstream.that(holdingBack(upstream.address(), release))) {
            try (var client =
                    Clients.tls(bench.connectTo(late.address()), bench.forge.anchor(), HOST)) {
                client.startHandshake();
                client.getOutputStream().write(GET);
                client.getOutputStream().flush();
                release.countDown();
                assertThatThrownBy(() -> readAll(client))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
            assertThat(bench.record().fate()).isEqualTo("inspect rule certificate-required");
            assertThatThrownBy(() -> page(late.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block client-cert-required complete");
            // What was reached for CONNECT's 200 has heard no hello.
            await().atMost(Bench.PATIENCE).until(() -> !late.failures().isEmpty());
        }
    }

    @Test
    void what_was_learned_of_one_server_says_nothing_of_another() throws Exception {
        bench.policy(7, SILENT);
        try (var asking =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf(HOST))
                                        .clientCertificate(ClientCertificate.WANTED)
                                        .speaking(tls -> tls.getInputStream().readAllBytes()));
                var plain = server("-tls1_3")) {
            for (var connection = 0; connection < 2; connection++) {
                assertThatThrownBy(() -> page(asking.address(), bench.forge.anchor()))
                        .isInstanceOf(IOException.class);
                assertThat(bench.record().fate()).isEqualTo("block client-cert complete");
            }
            // For CONNECT's 200 both were reached; the second was told nothing.
            assertThat(bench.count("block", "client-cert")).isGreaterThanOrEqualTo(2);
            assertThat(page(plain.address(), bench.forge.anchor())).startsWith("HTTP/1.0 200");
            assertThat(bench.record().text("client_certificate")).isEqualTo("not-asked");
        }
    }

    @Test
    void what_was_learned_is_forgotten_in_time() throws Exception {
        bench.policy(7, SILENT);
        var identity = TlsManner.with(Bench.PKI.leaf(HOST));
        var asks =
                identity.clientCertificate(ClientCertificate.WANTED)
                        .speaking(tls -> tls.getInputStream().readAllBytes());
        var answers =
                identity.speaking(
                        tls -> {
                            Clients.readHead(tls.getInputStream());
                            tls.getOutputStream().write(ANSWER);
                        });
        var asking = new AtomicBoolean(true);
        try (var upstream =
                MisbehavingUpstream.that(
                        (edge, end) -> (asking.get() ? asks : answers).serve(edge, end))) {
            assertThatThrownBy(() -> page(upstream.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            assertThat(bench.record().fate()).isEqualTo("block client-cert complete");

            asking.set(false);
            assertThatThrownBy(() -> page(upstream.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            assertThat(bench.record().text("detail"))
                    .isEqualTo("upstream was seen to ask for a client certificate");

            bench.forgetHabits();
            assertThat(page(upstream.address(), bench.forge.anchor())).startsWith("HTTP/1.1 200");
            assertThat(bench.record().text("client_certificate")).isEqualTo("not-asked");
        }
    }

    /** Passes the hello on, and the rest of what the edge sends only when released. */
    private static Manner holdingBack(InetSocketAddress to, CountDownLatch release) {
        return (edge, _) -> {
            try (var upstream = new Socket(to.getAddress(), to.getPort())) {
                var answers =
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try (upstream;
                                                    edge) {
                                                upstream.getInputStream()
                                                        .transferTo(edge.getOutputStream());
                                            } catch (IOException e) {
                                                // Either side is gone; so is the other, then.
                                            }
                                        });
                var head = edge.getInputStream().readNBytes(5);
                upstream.getOutputStream().write(head);
                var length = ((head[3] & 0xff) << 8) | (head[4] & 0xff);
                upstream.getOutputStream().write(edge.getInputStream().readNBytes(length));
                release.await();
                edge.getInputStream().transferTo(upstream.getOutputStream());
                answers.join();
            }
        };
    }

    private OpenSslServer server(String options) throws IOException {
        return OpenSslServer.start(directory, Bench.PKI.leaf(HOST), options.split(" "));
    }

    private static String page(InetSocketAddress upstream, X509Certificate anchor)
            throws IOException {
        try (var client = Clients.tls(bench.connectTo(upstream), anchor, HOST)) {
            client.startHandshake();
            client.getOutputStream().write(GET);
            client.getOutputStream().flush();
            return readAll(client);
        }
    }

    private static String readAll(Socket client) throws IOException {
        var page = new String(client.getInputStream().readAllBytes(), US_ASCII);
        if (page.isEmpty()) {
            throw new IOException("closed without an answer");
        }
        return page;
    }

    private static String rules(String on) {
        return "rules:\n  - { name: default, then: inspect"
                + (on.isEmpty() ? "" : ", on: { " + on + " }")
                + " }\n";
    }

    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

    private static final byte[] GET =
            ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                    .getBytes(US_ASCII);
}
