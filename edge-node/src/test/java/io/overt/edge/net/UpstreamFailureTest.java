package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.MisbehavingUpstream.Manner;
import io.overt.testkit.upstream.TlsManner;
import io.overt.testkit.upstream.TlsManner.ClientCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What upstreams do to us, and what the rule makes of it: blocked, or spliced. */
@ExtendWith(LeakExtension.class)
class UpstreamFailureTest {
    private static final String HOST = "www.example.test";
    private static final String BLOCKS =
            "rules:\n  - {name: default, then: inspect, on: {no-ecdsa: block}}\n";
    private static final String SPLICES =
            """
            rules:
              - name: default
                then: inspect
                on:
                  untrusted: splice
                  client-cert: splice
                  unreachable: splice
                  handshake-failed: splice
            """;

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @SuppressWarnings("NullAway.Init")
    private static Bench impatient;

    @BeforeAll
    static void open() {
        bench = new Bench(BLOCKS);
        impatient =
                new Bench(
                        BLOCKS,
                        Bench.settings(
                                DataPathSettings.Limits.DEFAULT, Bench.impatientWithUpstreams()));
    }

    @AfterAll
    static void close() {
        bench.close();
        impatient.close();
    }

    @AfterEach
    void nothing_stays_open() {
        bench.awaitQuiet();
        impatient.awaitQuiet();
        assertThat(bench.takeRecords()).as("one record a connection").isEmpty();
        assertThat(impatient.takeRecords()).as("one record a connection").isEmpty();
        bench.forgetHabits();
    }

    // checklist 51
    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void a_failure_is_blocked_with_its_reason(String name, Manner manner, String reason)
            throws Exception {
        bench.policy(7, BLOCKS);
        var before = bench.count("block", reason);
        try (var upstream = MisbehavingUpstream.that(manner)) {
            assertThatThrownBy(() -> shakeHands(bench, upstream.address()))
                    .isInstanceOf(IOException.class);
            assertThat(bench.record().fate()).startsWith("block " + reason + " ");
        }
        assertThat(bench.count("block", reason)).isEqualTo(before + 1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void a_failure_is_spliced_where_the_rule_says_so(String name, Manner manner, String reason)
            throws Exception {
        bench.policy(8, SPLICES);
        try (var upstream = MisbehavingUpstream.that(manner)) {
            try (var socket = bench.connectTo(upstream.address())) {
                var client = Clients.tls(socket, PKI.anchor(), HOST, "http/1.1");
                try {
                    client.startHandshake();
                } catch (IOException e) {
                    // What the upstream does, the client now meets itself.
                    assertThat(upstream.accepted()).isGreaterThanOrEqualTo(2);
                }
            }
            var record = bench.record();
            assertThat(record.text("outcome") + " " + record.text("reason"))
                    .isEqualTo("splice " + reason);
            // One that closes before its client's hello was reached, dialled anew, and spliced.
            assertThat(upstream.accepted()).as("a fresh connection").isBetween(2, 3);
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure("closes at once", Manners.closesAtOnce(), "handshake-failed"),
                failure("closes after the hello", Manners.closesAfterHello(), "handshake-failed"),
                failure("resets after the hello", Manners.resetsAfterHello(), "handshake-failed"),
                failure("another protocol", Manners.answersInAnotherProtocol(), "handshake-failed"),
                failure("alert", Manners.answersWithAlert(80), "handshake-failed"),
                failure("expired", serving(expired()), "untrusted"),
                failure("self-signed", serving(selfSigned()), "untrusted"),
                failure("another name", serving(PKI.leaf("other.example.test")), "untrusted"),
                failure("unknown root", serving(TestPki.create().leaf(HOST)), "untrusted"),
                failure("no intermediate", serving(withoutIntermediate()), "untrusted"),
                failure(
                        "wants a client certificate, 1.3",
                        asking(ClientCertificate.WANTED, "TLSv1.3"),
                        "client-cert"),
                failure(
                        "wants a client certificate, 1.2",
                        asking(ClientCertificate.WANTED, "TLSv1.2"),
                        "client-cert"),
                failure(
                        "requires a client certificate, 1.3",
                        asking(ClientCertificate.REQUIRED, "TLSv1.3"),
                        "client-cert"),
                failure(
                        "requires a client certificate, 1.2",
                        asking(ClientCertificate.REQUIRED, "TLSv1.2"),
                        "client-cert"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stalls")
    void an_upstream_that_stalls_is_given_up(String name, Manner manner) throws Exception {
        impatient.policy(7, BLOCKS);
        try (var upstream = MisbehavingUpstream.that(manner)) {
            assertThatThrownBy(() -> shakeHands(impatient, upstream.address()))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            var record = impatient.record();
            assertThat(record.fate()).isEqualTo("block handshake-failed complete");
            assertThat(record.text("detail")).isEqualTo("not done in time");
        }

        impatient.policy(8, SPLICES);
        try (var upstream = MisbehavingUpstream.that(manner)) {
            try (var socket = impatient.connectTo(upstream.address())) {
                socket.setSoTimeout(1_000);
                // Gone altogether when closed: a side that was only closed leaves the splice open
                // until it idles.
                socket.setSoLinger(true, 0);
                var client = Clients.tls(socket, PKI.anchor(), HOST);
                assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
                // It stalls; the client has nobody but itself to give up.
                await().atMost(Bench.PATIENCE).until(() -> upstream.accepted() == 2);
            }
        }
        // The client's close is passed on; the connection is over when the upstream closes too.
        assertThat(impatient.record().text("reason")).isEqualTo("handshake-failed");
    }

    static Stream<Arguments> stalls() {
        return Stream.of(
                Arguments.of("at once", Manners.stallsAtOnce()),
                Arguments.of("after the hello", Manners.stallsAfterHello()),
                Arguments.of("inside ServerHello", Manners.stallsInsideServerHello()));
    }

    // checklist 51
    @Test
    void a_spliced_untrusted_upstream_shows_its_own_certificate() throws Exception {
        bench.policy(8, SPLICES);
        var identity = selfSigned();
        try (var upstream = MisbehavingUpstream.that(serving(identity))) {
            try (var client =
                    Clients.tls(
                            bench.connectTo(upstream.address()), identity.certificate(), HOST)) {
                client.startHandshake();
                assertThat(client.getSession().getPeerCertificates()[0])
                        .isEqualTo(identity.certificate());
            }
            assertThat(bench.record().fate()).isEqualTo("splice untrusted complete");
        }
    }

    /** Whether the reset is seen while connecting or right behind it is up to the kernel. */
    @Test
    void an_upstream_that_resets_at_once_is_not_there_or_fails() throws Exception {
        bench.policy(7, BLOCKS);
        try (var upstream = MisbehavingUpstream.that(Manners.resetsAtOnce())) {
            assertThatThrownBy(() -> shakeHands(bench, upstream.address()))
                    .isInstanceOf(IOException.class);
        }
        assertThat(bench.record().fate())
                .isIn("block unreachable complete", "block handshake-failed complete");
    }

    /** What the client meets is what the upstream did, each in its own kind. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("failuresAsMet")
    void a_blocked_client_meets_the_upstreams_own_failure(
            String name, Manner manner, Class<? extends IOException> kind, String message)
            throws Exception {
        bench.policy(7, BLOCKS);
        try (var upstream = MisbehavingUpstream.that(manner)) {
            var met = catchThrowable(() -> shakeHands(bench, upstream.address()));
            var record = bench.record();
            assertThat(record.fate()).as("%s", record).startsWith("block handshake-failed ");
            assertThat(met).as("%s", record).isInstanceOf(kind).hasMessageContaining(message);
        }
    }

    static Stream<Arguments> failuresAsMet() {
        return Stream.of(
                met("RST for RST", Manners.resetsAfterHello(), SocketException.class, "reset"),
                met("FIN for FIN", Manners.closesAfterHello(), SSLException.class, "terminated"),
                met(
                        "internal_error",
                        Manners.answersWithAlert(80),
                        SSLException.class,
                        "internal_error"),
                met(
                        "handshake_failure",
                        Manners.answersWithAlert(40),
                        SSLException.class,
                        "handshake_failure"),
                met(
                        "protocol_version",
                        Manners.answersWithAlert(70),
                        SSLException.class,
                        "protocol_version"),
                met(
                        "insufficient_security",
                        Manners.answersWithAlert(71),
                        SSLException.class,
                        "insufficient_security"),
                met(
                        "unrecognized_name",
                        Manners.answersWithAlert(112),
                        SSLException.class,
                        "unrecognized_name"));
    }

    private static Arguments met(
            String name, Manner manner, Class<? extends IOException> kind, String message) {
        return Arguments.of(name, manner, kind, message);
    }

    @Test
    void an_upstreams_alert_about_the_client_reaches_the_client() throws Exception {
        bench.policy(7, BLOCKS);
        try (var upstream =
                MisbehavingUpstream.that(
                        TlsManner.with(PKI.leaf(HOST)).alpn("h2").speaking(_ -> {}))) {
            assertThatThrownBy(() -> shakeHands(bench, upstream.address()))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no_application_protocol");
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block handshake-failed complete");
            assertThat(record.text("detail")).contains("no_application_protocol");
        }
    }

    private static void shakeHands(Bench bench, InetSocketAddress upstream) throws IOException {
        try (var client =
                Clients.tls(bench.connectTo(upstream), bench.forge.anchor(), HOST, "http/1.1")) {
            client.startHandshake();
        }
    }

    private static Arguments failure(String name, Manner manner, String reason) {
        return Arguments.of(name, manner, reason);
    }

    /** Until the client closes. */
    private static Manner serving(TestIdentity identity) {
        return TlsManner.with(identity).speaking(tls -> tls.getInputStream().readAllBytes());
    }

    private static Manner asking(ClientCertificate asks, String version) {
        return TlsManner.with(PKI.leaf(HOST))
                .versions(version)
                .clientCertificate(asks)
                .speaking(tls -> tls.getInputStream().readAllBytes());
    }

    private static TestIdentity expired() {
        var now = Instant.now();
        return PKI.issue(
                CertificateSpec.leaf(HOST)
                        .valid(now.minus(Duration.ofDays(60)), now.minus(Duration.ofDays(30))));
    }

    private static TestIdentity selfSigned() {
        var own = TestAuthority.root(CertificateSpec.leaf(HOST), Instant.now());
        return new TestIdentity(List.of(own.certificate()), own.privateKey());
    }

    private static TestIdentity withoutIntermediate() {
        return PKI.leaf(HOST).presenting(new X509Certificate[0]);
    }

    private static final TestPki PKI = Bench.PKI;
}
