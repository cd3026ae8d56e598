package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Listener;
import io.overt.edge.net.DataPathSettings.ParentProxy;
import io.overt.policy.Cidr;
import io.overt.policy.HostPattern;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams behind another proxy, which is a dozen lines of this test. */
@ExtendWith(LeakExtension.class)
class ParentProxyTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES = "rules:\n  - {name: default, then: splice}\n";

    @SuppressWarnings("NullAway.Init")
    private static Parent parent;

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        parent = new Parent();
        var credentials = Files.writeString(folder.resolve("credentials"), "edge:s3cret\n");
        bench =
                new Bench(
                        INSPECTS,
                        Bench.settings(
                                Optional.of(
                                        new ParentProxy(
                                                InetSocketAddress.createUnresolved(
                                                        "localhost", parent.address().getPort()),
                                                Optional.of(credentials),
                                                List.of(Cidr.of("127.0.0.2")),
                                                List.of(
                                                        HostPattern.parse("*.direct.test")
                                                                .orElseThrow()))),
                                List.of(Bench.listener("proxy", Listener.Provenance.CONNECT))));
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
        parent.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {INSPECTS, SPLICES})
    void a_tunnel_goes_through_the_parent_by_the_name_that_the_client_gave(String rules)
            throws Exception {
        bench.policy(7, rules);
        try (var upstream = echo();
                var client =
                        Clients.tls(
                                tunnel(HOST + ":443", upstream.address()),
                                rules.equals(INSPECTS) ? bench.forge.anchor() : Bench.PKI.anchor(),
                                HOST,
                                "h2")) {
            client.startHandshake();
            client.getOutputStream().write("over and back".getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
            assertThat(client.getInputStream().readNBytes(13))
                    .asString()
                    .isEqualTo("over and back");
            assertThat(parent.asked())
                    .startsWith("CONNECT " + HOST + ":443 HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: " + HOST)
                    .containsIgnoringCase("\r\nproxy-authorization: Basic ZWRnZTpzM2NyZXQ=\r\n")
                    .containsPattern("(?i)\r\nvia: 1\\.1 overt-[0-9a-f]{12}\r\n");
        }
        var record = bench.record();
        assertThat(record.fate())
                .isEqualTo((rules.equals(INSPECTS) ? "inspect" : "splice") + " rule complete");
        assertThat(record.text("destination")).isEqualTo(HOST + ":443");
        assertThat(record.text("parent_proxy"))
                .isEqualTo("127.0.0.1:" + parent.address().getPort());
        assertThat(record.json()).doesNotContain("s3cret", "ZWRnZTpzM2NyZXQ=");
    }

    @Test
    void an_address_stays_an_address() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream = echo();
                var client =
                        Clients.tls(
                                tunnel(
                                        "127.0.0.1:" + upstream.address().getPort(),
                                        upstream.address()),
                                Bench.PKI.anchor(),
                                HOST)) {
            client.startHandshake();
            assertThat(parent.asked())
                    .startsWith("CONNECT 127.0.0.1:" + upstream.address().getPort() + " ");
        }
        assertThat(bench.record().text("outcome")).isEqualTo("splice");
    }

    @Test
    void a_plain_request_stays_a_url_and_needs_no_tunnel() throws Exception {
        bench.policy(7, INSPECTS);
        parent.answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nProxy-Connection: x\r\n\r\nyes\n");
        var curl =
                curl(
                        "http://" + HOST + "/a?b",
                        "--proxy-user",
                        "a:clients-own",
                        "--dump-header",
                        "-");
        assertThat(curl.output())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .doesNotContain("Proxy-Connection")
                .endsWith("yes\n");
        assertThat(parent.asked())
                .startsWith("GET http://" + HOST + "/a?b HTTP/1.1\r\nHost: " + HOST + "\r\n")
                .contains("\r\nProxy-Authorization: Basic ZWRnZTpzM2NyZXQ=\r\n")
                .containsOnlyOnce("Proxy-Authorization");
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("inspect rule complete");
        assertThat(record.text("connect")).isEqualTo(HOST + ":80");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "407 Proxy Authentication Required",
                "403 Forbidden",
                "503 Service Unavailable"
            })
    void the_parents_no_is_unreachable_with_its_status(String status) throws Exception {
        bench.policy(7, INSPECTS);
        parent.answers("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
        var curl = curl("https://" + HOST + "/", "--write-out", "<%{http_connect}>");
        assertThat(curl.output()).contains("<502>");
        assertThat(parent.asked()).startsWith("CONNECT " + HOST + ":443 ");
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("block unreachable complete");
        assertThat(record.text("detail")).contains("parent proxy: ", "status: " + status);
    }

    @Test
    void an_excepted_network_is_reached_directly() throws Exception {
        bench.policy(7, SPLICES);
        try (var upstream =
                        MisbehavingUpstream.on(
                                java.net.InetAddress.ofLiteral("127.0.0.2"),
                                (socket, _) -> {
                                    socket.getOutputStream()
                                            .write("direct".getBytes(StandardCharsets.UTF_8));
                                    socket.getInputStream().readAllBytes();
                                });
                var client = tunnelRefused("127.0.0.2:" + upstream.address().getPort())) {
            client.getOutputStream().write(new byte[] {22, 3, 1, 0, 0});
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("direct");
        }
        assertThat(parent.alsoAsked()).isEmpty();
        var record = bench.record();
        assertThat(record.text("outcome")).isEqualTo("splice");
        assertThat(record.text("parent_proxy")).isEqualTo("null");
    }

    @Test
    void an_excepted_name_is_looked_up_here() throws Exception {
        bench.policy(7, INSPECTS);
        var curl = curl("http://nowhere.direct.test/", "--write-out", "<%{response_code}>");
        assertThat(curl.output()).contains("<502>");
        assertThat(parent.alsoAsked()).isEmpty();
        assertThat(bench.record().fate()).isEqualTo("block unresolved complete");
    }

    @Test
    void localhost_is_never_asked_of_the_parent() throws Exception {
        bench.policy(7, INSPECTS);
        try (var origin = new PlainOrigin("the origin")) {
            var curl = curl("http://localhost:" + origin.address().getPort() + "/");
            assertThat(curl.output()).isEqualTo("this is the origin\n");
        }
        assertThat(parent.alsoAsked()).isEmpty();
        assertThat(bench.record().text("parent_proxy")).isEqualTo("null");
    }

    private static MisbehavingUpstream echo() {
        return MisbehavingUpstream.that(
                TlsManner.with(Bench.PKI.leaf(HOST))
                        .alpn("h2")
                        .speaking(tls -> tls.getInputStream().transferTo(tls.getOutputStream())));
    }

    private static Socket tunnel(String authority, InetSocketAddress leadsTo) throws IOException {
        parent.leadsTo(leadsTo);
        return tunnelRefused(authority);
    }

    private static Socket tunnelRefused(String authority) throws IOException {
        var socket = new Socket(bench.proxy().getAddress(), bench.proxy().getPort());
        socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
        socket.getOutputStream()
                .write(
                        ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        assertThat(Clients.readHead(socket.getInputStream())).startsWith("HTTP/1.1 200 ");
        return socket;
    }

    private static Curl curl(String... arguments) throws IOException, InterruptedException {
        var all =
                new ArrayList<>(List.of("--proxy", "http://127.0.0.1:" + bench.proxy().getPort()));
        all.addAll(Arrays.asList(arguments));
        return Curl.run(all);
    }

    /** Says what it is told to, or leads where it is told to. */
    private static final class Parent implements AutoCloseable {
        private final MisbehavingUpstream listening;
        private final LinkedBlockingQueue<String> heads = new LinkedBlockingQueue<>();
        private volatile Optional<InetSocketAddress> leadsTo = Optional.empty();
        private volatile String answer = "";

        Parent() {
            listening = MisbehavingUpstream.that((socket, _) -> serve(socket));
        }

        void answers(String all) {
            leadsTo = Optional.empty();
            answer = all;
        }

        void leadsTo(InetSocketAddress upstream) {
            leadsTo = Optional.of(upstream);
        }

        InetSocketAddress address() {
            return listening.address();
        }

        String asked() throws InterruptedException {
            var head = heads.poll(Bench.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (head == null) {
                throw new IllegalStateException("the parent was asked nothing");
            }
            return head;
        }

        List<String> alsoAsked() {
            var rest = new ArrayList<String>();
            heads.drainTo(rest);
            return rest;
        }

        private void serve(Socket socket) throws IOException {
            heads.add(Clients.readHead(socket.getInputStream()));
            if (leadsTo.isEmpty()) {
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().readAllBytes();
                return;
            }
            try (var on = new Socket(leadsTo.get().getAddress(), leadsTo.get().getPort())) {
                socket.getOutputStream()
                        .write(
                                "HTTP/1.1 200 Go\r\nX: y\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                var back =
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                on.getInputStream()
                                                        .transferTo(socket.getOutputStream());
                                                socket.shutdownOutput();
                                            } catch (IOException e) {
                                                // Whoever hung up: the test's own assertions say.
                                                Thread.currentThread().interrupt();
                                            }
                                        });
                socket.getInputStream().transferTo(on.getOutputStream());
                on.shutdownOutput();
                back.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            listening.close();
        }
    }
}
