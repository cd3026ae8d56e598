package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.edge.forge.ForgeResult;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients do to us, and what the forge cannot do for them. */
@ExtendWith(LeakExtension.class)
class ClientFailureTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES =
            """
            rules:
              - name: default
                then: inspect
                on:
                  not-tls: splice
                  hello-malformed: splice
                  hello-too-large: splice
                  hello-too-slow: splice
                  hello-absent: splice
                  signer-away: splice
                  untrusted: splice
            """;

    private Bench bench = new Bench(INSPECTS);
    private MisbehavingUpstream upstream =
            MisbehavingUpstream.that(
                    TlsManner.with(Bench.PKI.leaf(HOST))
                            .speaking(tls -> tls.getInputStream().readAllBytes()));

    @BeforeEach
    void open() {
        assertThat(bench.openConnections()).isZero();
    }

    @AfterEach
    void close() {
        bench.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
        upstream.close();
        bench.close();
    }

    private void deadlines(DataPathSettings.Deadlines deadlines) {
        bench.close();
        bench = new Bench(INSPECTS, Bench.settings(DataPathSettings.Limits.DEFAULT, deadlines));
    }

    @ParameterizedTest
    @CsvSource({
        "not-tls, 474554202f20485454502f312e310d0a0d0a",
        "hello-malformed, 16030100050100000100",
        "hello-too-slow, 160301",
        "hello-absent, ''",
    })
    void what_is_no_hello_is_blocked_or_spliced(String reason, String bytes) throws Exception {
        deadlines(Bench.impatientWithClients());
        var said = HexFormat.of().parseHex(bytes);
        try (var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(said);
            drain(client);
        }
        assertThat(bench.record().fate()).startsWith("block " + reason + " ");
        // The kernel completes a connection before the upstream's thread has accepted it.
        await().atMost(Bench.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(upstream.accepted())
                                        .as("reached for CONNECT's 200")
                                        .isEqualTo(1));

        bench.policy(8, SPLICES);
        upstream.close();
        // It speaks first, and is heard once there is a ruling.
        upstream =
                MisbehavingUpstream.that(
                        (socket, until) -> {
                            socket.getOutputStream().write('+');
                            Manners.echoes().serve(socket, until);
                        });
        try (var client = bench.connectTo(upstream.address())) {
            client.getOutputStream().write(said);
            assertThat(client.getInputStream().read()).isEqualTo('+');
            client.getOutputStream().write('.');
            client.shutdownOutput();
            var expected = Arrays.copyOf(said, said.length + 1);
            expected[said.length] = '.';
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(expected);
        }
        assertThat(bench.record().fate()).isEqualTo("splice " + reason + " complete");
    }

    @Test
    void a_hello_over_the_limit_is_too_large() throws Exception {
        try (var client = bench.connectTo(upstream.address())) {
            // A record of 16 KiB that begins a hello of 16 MiB, again and again.
            var record = new byte[5 + 16_384];
            System.arraycopy(HexFormat.of().parseHex("160301400001ffffff0303"), 0, record, 0, 11);
            var more = record.clone();
            Arrays.fill(more, 5, more.length, (byte) 0);
            client.getOutputStream().write(record);
            for (var i = 0; i < 4; i++) {
                client.getOutputStream().write(more);
            }
            // record_overflow, by the book.
            assertThat(client.getInputStream().readNBytes(7))
                    .isEqualTo(HexFormat.of().parseHex("15030300020216"));
        } catch (IOException e) {
            // It closed on bytes that were still coming.
            assertThat(e).hasMessageContaining("reset");
        }
        assertThat(bench.record().fate()).startsWith("block hello-too-large ");
    }

    @Test
    void a_client_that_goes_before_it_spoke_is_no_failure() throws Exception {
        bench.connectTo(upstream.address()).close();
        assertThat(bench.record().fate()).isEqualTo("abandon client-left client-left");
    }

    @Test
    void a_client_that_does_not_take_our_certificate_is_recorded_as_evidence() throws Exception {
        var elsewhere = TestPki.create();
        try (var client =
                Clients.tls(bench.connectTo(upstream.address()), elsewhere.anchor(), HOST)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("inspect rule client-refused-leaf");
        assertThat(record.text("detail")).contains("certificate_unknown");
    }

    @Test
    void a_client_that_only_knows_rsa_is_spliced_by_default() throws Exception {
        try (var client =
                Clients.tls(bench.connectTo(upstream.address()), Bench.PKI.anchor(), HOST)) {
            var parameters = client.getSSLParameters();
            parameters.setSignatureSchemes(
                    new String[] {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "ed25519"});
            client.setSSLParameters(parameters);
            // The test's upstream has an EC key, so the client refuses it itself; what matters is
            // whose answer it got.
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
        var record = bench.record();
        assertThat(record.text("outcome") + " " + record.text("reason"))
                .isEqualTo("splice no-ecdsa");
        assertThat(bench.forge.forged()).isZero();
    }

    @Test
    void without_a_leaf_the_rule_decides() throws Exception {
        bench.forge.answers(new ForgeResult.Unavailable("no signer"));
        assertThatThrownBy(this::shakeHands).isInstanceOf(SSLException.class);
        assertThat(bench.record().fate()).isEqualTo("block signer-away complete");

        bench.forge.answers(new ForgeResult.Refused("NAME_NEVER_FORGED", "bank"));
        assertThatThrownBy(this::shakeHands).isInstanceOf(SSLException.class);
        assertThat(bench.record().fate()).isEqualTo("block forge-refused complete");

        bench.forge.answers(new ForgeResult.NotMirrorable("CA:TRUE"));
        assertThatThrownBy(this::shakeHands).isInstanceOf(SSLException.class);
        assertThat(bench.record().fate()).isEqualTo("block not-mirrorable complete");

        bench.policy(8, SPLICES);
        bench.forge.answers(new ForgeResult.Unavailable("no signer"));
        try (var client =
                Clients.tls(bench.connectTo(upstream.address()), Bench.PKI.anchor(), HOST)) {
            client.startHandshake();
        }
        assertThat(bench.record().text("reason")).isEqualTo("signer-away");
    }

    @Test
    void a_forge_that_never_answers_is_not_waited_for() throws Exception {
        deadlines(Bench.impatientWithTheForge());
        bench.forge.neverAnswers();
        assertThatThrownBy(this::shakeHands).isInstanceOf(SSLException.class);
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("block signer-away complete");
        assertThat(record.text("detail")).isEqualTo("no leaf in time");
    }

    @Test
    void a_relay_in_which_nothing_moves_ends() throws Exception {
        deadlines(Bench.impatientWithSilence());
        try (var client =
                Clients.tls(bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
            client.startHandshake();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(bench.record().fate()).isEqualTo("inspect rule timed-out");
    }

    @Test
    void without_a_policy_nothing_passes() throws Exception {
        bench.noPolicy();
        assertThat(ask("CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 503 ");
        assertThat(bench.record().fate()).isEqualTo("block no-policy complete");
    }

    @Test
    void a_new_policy_holds_from_the_next_connection_on() throws Exception {
        try (var first = bench.connectTo(upstream.address())) {
            bench.policy(8, "rules:\n  - {name: closed, then: block, label: 'Closed today'}\n");
            var answer =
                    ask("CONNECT 127.0.0.1:" + upstream.address().getPort() + " HTTP/1.1\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 403 ").contains("<h1>Closed today</h1>");
            assertThat(answer).contains("Proxy-Status: edge-1; error=http_request_denied");
            assertThat(bench.record().text("rule")).isEqualTo("closed");
            // The first one had not said hello: it is decided now, by the new one.
            try (var client = Clients.tls(first, bench.forge.anchor(), HOST)) {
                assertThatThrownBy(client::startHandshake)
                        .isInstanceOf(SSLException.class)
                        .hasMessageContaining("access_denied");
            }
        }
        var record = bench.record();
        assertThat(record.fate()).startsWith("block rule ");
        assertThat(record.text("policy_version")).isEqualTo("8");
    }

    /** A tilde is an end of line. */
    @ParameterizedTest
    @CsvSource({
        "GET ftp://www.example.test/ HTTP/1.1~Host: www.example.test~~, 501, connect-unsupported",
        "GET http://name.invalid/ HTTP/1.1~Host: name.invalid~~, 502, unresolved",
        "CONNECT www.example.test HTTP/1.1~~, 400, connect-malformed",
        "CONNECT www.example.test:443 HTTP/1.1~A b: c~~, 400, connect-malformed",
        "CONNECT name.invalid:443 HTTP/1.1~~, 502, unresolved",
        "CONNECT 127.0.0.1:443 HTTP/1.1~Via: 1.1 OURS~~, 502, loop",
        "CONN, 400, connect-malformed",
    })
    void a_request_that_leads_nowhere_is_answered_in_words(
            String request, int status, String reason) throws Exception {
        deadlines(Bench.impatientWithClients());
        var wire = request.replace("~", "\r\n").replace("OURS", Bench.settings().pseudonym());
        assertThat(ask(wire)).startsWith("HTTP/1.1 " + status + " ");
        assertThat(bench.record().fate()).startsWith("block " + reason + " ");
    }

    @Test
    void a_destination_that_is_the_edge_itself_is_a_loop() throws Exception {
        var port = bench.proxy().getPort();
        assertThat(ask("CONNECT 127.0.0.1:" + port + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 502 ")
                .contains("error=proxy_loop_detected");
        assertThat(bench.record().fate()).isEqualTo("block loop complete");
    }

    @Test
    void a_connection_that_nobody_redirected_has_no_destination() throws Exception {
        var redirect = bench.redirect();
        try (var client = new Socket(redirect.getAddress(), redirect.getPort())) {
            drain(client);
        }
        var record = bench.record();
        assertThat(record.text("listener")).isEqualTo("redirect");
        assertThat(record.text("reason")).isIn("no-destination", "loop");
    }

    private void shakeHands() throws IOException {
        try (var client =
                Clients.tls(bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
            client.startHandshake();
        }
    }

    private String ask(String request) throws IOException {
        InetSocketAddress proxy = bench.proxy();
        try (var client = new Socket(proxy.getAddress(), proxy.getPort())) {
            client.setSoTimeout((int) Bench.PATIENCE.toMillis());
            client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Until it ends, one way or the other. */
    private static void drain(Socket client) throws IOException {
        client.setSoTimeout((int) Bench.PATIENCE.toMillis());
        try {
            client.getInputStream().readAllBytes();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }
}
