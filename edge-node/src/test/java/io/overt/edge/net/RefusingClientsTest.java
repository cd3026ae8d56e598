package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.testkit.pki.TestPki;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.bouncycastle.tls.AlertDescription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Real clients that do not take our certificate, until they meet the real one. */
@ExtendWith(LeakExtension.class)
class RefusingClientsTest {
    private static final String HOST = "api.bank.test";
    private static final String ANN = "127.0.0.1";

    private final Bench bench = new Bench(pinned("after: 3, ttl: 12h, then: splice"));
    private final MisbehavingUpstream upstream =
            MisbehavingUpstream.that(
                    TlsManner.with(Bench.PKI.leaf(HOST))
                            .speaking(
                                    tls -> {
                                        Clients.readHead(tls.getInputStream());
                                        tls.getOutputStream().write(ANSWER);
                                        tls.getOutputStream().flush();
                                    }));

    @TempDir Path directory;

    @AfterEach
    void close() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
        upstream.close();
        bench.close();
    }

    @Test
    void curl_without_our_ca_meets_the_real_server_at_its_fourth_try() throws Exception {
        for (var i = 0; i < 3; i++) {
            assertThat(curl().output()).doesNotContain("hello");
            assertThat(bench.record().fate()).isEqualTo("inspect rule client-refused-leaf");
        }

        var fourth = curl();

        assertThat(fourth.output()).contains("hello");
        var record = bench.record();
        assertThat(record.fate()).startsWith("splice pinned ");
        assertThat(record.text("detail"))
                .isEqualTo("learned for this client after 3 refusals, the strongest by alert");
        assertThat(record.json())
                .contains(
                        "\"exclusion\":{\"scope\":\"client\",\"basis\":\"learned\",\"kind\":\"alert\",\"refusals\":3}");
        assertThat(bench.count("splice", "pinned")).isEqualTo(1);
    }

    @Test
    void openssl_with_the_wrong_ca_says_unknown_ca_until_it_meets_the_real_server()
            throws Exception {
        for (var i = 0; i < 3; i++) {
            openssl();
            assertThat(bench.record().text("detail")).isEqualTo("client sent unknown_ca");
        }
        assertThat(openssl().output()).contains("Verify return code: 0 (ok)");
        assertThat(bench.record().fate()).startsWith("splice pinned ");
    }

    @Test
    void a_java_client_is_excluded_for_a_time_and_then_tried_again() throws Exception {
        for (var i = 0; i < 3; i++) {
            refusesInItsHandshake(ANN);
        }
        assertThat(issuerMetBy(ANN, Bench.PKI.anchor()))
                .isEqualTo(issuer(Bench.PKI.leaf(HOST).certificate()));
        assertThat(bench.record().fate()).startsWith("splice pinned ");

        bench.later = Duration.ofHours(12).plusMinutes(1);

        assertThat(issuerMetBy(ANN, bench.forge.anchor())).isEqualTo(issuerOfForged());
        assertThat(bench.record().fate()).startsWith("inspect rule ");
    }

    @Test
    void an_alert_behind_finished_is_heard() throws Exception {
        for (var i = 0; i < 3; i++) {
            LateClient.refuse(connect(ANN), HOST, AlertDescription.bad_certificate);
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("inspect rule client-refused-leaf");
            assertThat(record.text("detail")).isEqualTo("client sent bad_certificate");
            assertThat(record.text("stage")).isEqualTo("relaying");
        }
        assertThat(issuerMetBy(ANN, Bench.PKI.anchor()))
                .isEqualTo(issuer(Bench.PKI.leaf(HOST).certificate()));
        assertThat(bench.record().json()).contains("\"kind\":\"late-alert\",\"refusals\":3");
    }

    @Test
    void a_client_that_compares_pins_after_its_handshake_is_excluded_after_twice_as_many()
            throws Exception {
        for (var i = 0; i < 6; i++) {
            assertThat(issuerMetBy(ANN, bench.forge.anchor())).isEqualTo(issuerOfForged());
            assertThat(bench.record().fate()).isEqualTo("inspect rule client-said-nothing");
        }
        assertThat(issuerMetBy(ANN, Bench.PKI.anchor()))
                .isEqualTo(issuer(Bench.PKI.leaf(HOST).certificate()));
        assertThat(bench.record().json()).contains("\"kind\":\"silent-close\",\"refusals\":6");
    }

    @Test
    void what_goes_wrong_once_excludes_nobody() throws Exception {
        bench.policy(8, pinned("after: 1, ttl: 12h, then: splice, clients: 1"));
        // Somebody presses stop while the handshake goes on.
        try (var client = connect(ANN)) {
            client.getOutputStream().write(helloOf(HOST));
            assertThat(client.getInputStream().read()).isEqualTo(0x16);
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule client-left");
        takesIt(ANN);
        // A browser drops a connection that it made ahead of use.
        issuerMetBy(ANN, bench.forge.anchor());
        assertThat(bench.record().fate()).isEqualTo("inspect rule client-said-nothing");
        takesIt(ANN);
        // The network goes away right after the handshake.
        var raw = connect(ANN);
        var tls = Clients.tls(raw, bench.forge.anchor(), HOST);
        tls.startHandshake();
        Manners.reset(raw);
        // A reset may overtake the client's Finished, which is lost then.
        assertThat(bench.record().fate())
                .isIn("inspect rule client-reset", "inspect rule client-left");
        takesIt(ANN);

        assertThat(bench.ledger.entries(java.time.Instant.now())).isEmpty();
        assertThat(bench.count("splice", "pinned")).isZero();
    }

    @Test
    void what_upstream_ends_first_is_no_word_of_the_client() throws Exception {
        try (var closing =
                MisbehavingUpstream.that(
                        TlsManner.with(Bench.PKI.leaf(HOST)).speaking(tls -> {}))) {
            for (var i = 0; i < 3; i++) {
                try (var client =
                        Clients.tls(connect(ANN, closing.address()), bench.forge.anchor(), HOST)) {
                    client.startHandshake();
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
                bench.record();
            }
        }
        assertThat(bench.ledger.entries(java.time.Instant.now())).isEmpty();
    }

    @Test
    void when_three_clients_refuse_the_fourth_is_spared() throws Exception {
        for (var client : List.of("127.0.0.2", "127.0.0.3", "127.0.0.4")) {
            for (var i = 0; i < 3; i++) {
                refusesInItsHandshake(client);
            }
        }
        assertThat(issuerMetBy(ANN, Bench.PKI.anchor()))
                .isEqualTo(issuer(Bench.PKI.leaf(HOST).certificate()));
        assertThat(bench.record().json())
                .contains(
                        "\"scope\":\"host\",\"basis\":\"learned\",\"kind\":\"alert\",\"refusals\":9");
    }

    @Test
    void other_clients_are_inspected_meanwhile() throws Exception {
        for (var i = 0; i < 3; i++) {
            refusesInItsHandshake("127.0.0.2");
        }
        takesIt(ANN);
    }

    @Test
    void a_rule_can_close_instead_and_a_rule_that_does_not_ask_learns_nothing() throws Exception {
        bench.policy(8, "rules:\n  - {name: default, then: inspect}\n");
        for (var i = 0; i < 3; i++) {
            refusesInItsHandshake(ANN);
        }
        assertThat(bench.ledger.entries(java.time.Instant.now())).isEmpty();

        bench.policy(9, pinned("after: 1, ttl: 12h, then: block"));
        refusesInItsHandshake(ANN);
        assertThatThrownBy(() -> issuerMetBy(ANN, bench.forge.anchor()))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("access_denied");
        assertThat(bench.record().fate()).isEqualTo("block pinned complete");
    }

    /** Else the name of one excluded host would be the way to every other. */
    @Test
    void the_name_of_an_excluded_host_does_not_splice_another_server() throws Exception {
        for (var i = 0; i < 3; i++) {
            refusesInItsHandshake(ANN);
        }
        try (var other =
                MisbehavingUpstream.that(
                        TlsManner.with(TestPki.create().leaf(HOST)).speaking(tls -> {}))) {
            assertThatThrownBy(
                            () -> {
                                try (var client =
                                        Clients.tls(
                                                connect(ANN, other.address()),
                                                Bench.PKI.anchor(),
                                                HOST)) {
                                    client.startHandshake();
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
        assertThat(bench.record().fate()).startsWith("block untrusted ");
    }

    // What clients do

    private void refusesInItsHandshake(String from) throws Exception {
        try (var client = Clients.tls(connect(from), Bench.PKI.anchor(), HOST)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule client-refused-leaf");
    }

    private void takesIt(String from) throws Exception {
        try (var client = Clients.tls(connect(from), bench.forge.anchor(), HOST)) {
            client.startHandshake();
            client.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: api.bank.test\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(Clients.readHead(client.getInputStream())).startsWith("HTTP/1.1 200 ");
        }
        assertThat(bench.record().fate()).startsWith("inspect rule ");
    }

    /** Shakes hands and closes without a byte. */
    private String issuerMetBy(String from, X509Certificate trusted) throws IOException {
        try (var client = Clients.tls(connect(from), trusted, HOST)) {
            client.startHandshake();
            return issuer((X509Certificate) client.getSession().getPeerCertificates()[0]);
        }
    }

    private String issuerOfForged() {
        return bench.forge.issuer().getSubjectX500Principal().getName();
    }

    private static String issuer(X509Certificate of) {
        return of.getIssuerX500Principal().getName();
    }

    private Run curl() throws Exception {
        return run(
                "curl",
                "--silent",
                "--show-error",
                "--max-time",
                "50",
                "--proxy",
                "http://127.0.0.1:" + bench.proxy().getPort(),
                "--connect-to",
                HOST + ":443:127.0.0.1:" + upstream.address().getPort(),
                "--cacert",
                anchor(),
                "https://" + HOST + "/");
    }

    private Run openssl() throws Exception {
        return run(
                "openssl",
                "s_client",
                "-proxy",
                "127.0.0.1:" + bench.proxy().getPort(),
                "-connect",
                "127.0.0.1:" + upstream.address().getPort(),
                "-servername",
                HOST,
                "-CAfile",
                anchor(),
                "-verify_return_error");
    }

    private String anchor() {
        return Bench.PKI.writeAnchor(directory.resolve("origin.pem")).toString();
    }

    private record Run(int status, String output) {}

    private Run run(String... command) throws Exception {
        var output = Files.createTempFile(directory, "run", ".txt");
        var process =
                new ProcessBuilder(new ArrayList<>(List.of(command)))
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ended", command[0]).isTrue();
        return new Run(process.exitValue(), Files.readString(output));
    }

    /** The first flight of a real client, which then goes no further. */
    private static byte[] helloOf(String host) throws Exception {
        var engine = SSLContext.getDefault().createSSLEngine(host, 443);
        engine.setUseClientMode(true);
        var hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    private Socket connect(String from) throws IOException {
        return connect(from, upstream.address());
    }

    private Socket connect(String from, InetSocketAddress to) throws IOException {
        await().atMost(Bench.PATIENCE).until(() -> bench.openConnections() == 0);
        return bench.connectTo(InetAddress.getByName(from), to);
    }

    private static String pinned(String terms) {
        return "rules:\n  - {name: default, then: inspect, on: {pinned: {" + terms + "}}}\n";
    }

    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
                    .getBytes(StandardCharsets.US_ASCII);
}
