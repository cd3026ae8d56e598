package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.revocation.StatusConfig;
import io.overt.policy.Cidr;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.CrlSpec;
import io.overt.testkit.pki.OcspSpec;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import io.overt.testkit.upstream.WebServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Revocation and missing intermediates over a whole data path; staples by OpenSSL's server. */
class UpstreamStatusTest {
    private static final String HOST = "www.example.test";
    private static final TestAuthority CA = Bench.PKI.intermediate();
    private static final Instant NOW = Bench.PKI.now();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private WebServer web;

    private final List<Process> servers = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        web = WebServer.start();
    }

    @AfterEach
    void close() {
        web.close();
        servers.forEach(Process::destroyForcibly);
    }

    // checklist 19
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void a_stapled_response_is_asked_for_and_clears_the_leaf(String version) throws Exception {
        var leaf = leaf();
        // Those above the leaf are cleared by nobody here, which soft lets pass.
        try (var bench = bench("soft")) {
            inspect(bench, stapling(leaf, OcspSpec.at(NOW).good(leaf.certificate()), version));

            assertThat(web.asked()).doesNotContain("GET /ca.crl");
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
        }
    }

    // checklist 17
    @ParameterizedTest(name = "revocation: {0}")
    @CsvSource({"soft", "hard"})
    void a_leaf_that_is_revoked_by_its_staple_is_blocked(String mode) throws Exception {
        var leaf = leaf();
        try (var bench = bench(mode)) {
            assertRefused(
                    bench, stapling(leaf, OcspSpec.at(NOW).revoked(leaf.certificate()), "-tls1_3"));

            var record = bench.record();
            assertThat(record.fate()).startsWith("block untrusted");
            assertThat(record.text("revocation")).isEqualTo("revoked");
            assertThat(record.text("detail")).startsWith("REVOKED: ");
        }
    }

    // checklist 17
    @Test
    void a_leaf_that_is_revoked_by_its_CRL_is_blocked() throws Exception {
        var leaf = leaf();
        web.serve("/ca.crl", CA.crl(CrlSpec.at(NOW).revoke(leaf.certificate())));
        try (var bench = bench("soft");
                var upstream = upstream(leaf)) {
            assertRefused(bench, upstream.address());

            assertThat(bench.record().text("revocation")).isEqualTo("revoked");
            assertThat(bench.count("block", "untrusted")).isEqualTo(1);
        }
    }

    // checklist 17
    @ParameterizedTest(name = "revocation: {0}")
    @CsvSource({"soft", "hard"})
    void an_intermediate_that_is_revoked_by_its_issuers_CRL_is_blocked(String mode)
            throws Exception {
        var root = Bench.PKI.root();
        var ca = root.subordinate(CertificateSpec.ca("Revoked CA").crl(web.url("/root.crl")));
        web.serve("/root.crl", root.crl(CrlSpec.at(NOW).revoke(ca.certificate())));
        web.serve("/ca.crl", ca.crl(CrlSpec.at(NOW)));
        try (var bench = bench(mode);
                var upstream =
                        upstream(ca.issue(CertificateSpec.leaf(HOST).crl(web.url("/ca.crl"))))) {
            assertRefused(bench, upstream.address());

            var record = bench.record();
            assertThat(record.fate()).startsWith("block untrusted");
            assertThat(record.text("revocation")).isEqualTo("revoked");
            assertThat(record.text("detail")).startsWith("REVOKED: ").contains("Revoked CA");
        }
    }

    /** By a responder over HTTP, asked while the client waits. */
    // checklist 17, 18
    @ParameterizedTest(name = "says {0}, revocation: {1}")
    @CsvSource({
        "good, hard, inspect, ocsp-good",
        "good, soft, inspect, ocsp-good",
        "revoked, hard, block, revoked",
        "revoked, soft, block, revoked",
        "unknown, hard, block, unknown",
        "unknown, soft, inspect, unknown",
        "stale, hard, block, unknown",
        "stale, soft, inspect, unknown"
    })
    void a_responder_is_asked_and_what_it_says_counts(
            String says, String mode, String outcome, String revocation) throws Exception {
        var root = Bench.PKI.root();
        var ca = root.subordinate(CertificateSpec.ca("Asked CA").crl(web.url("/root.crl")));
        web.serve("/root.crl", root.crl(CrlSpec.at(NOW)));
        var leaf =
                ca.issue(
                        CertificateSpec.leaf(HOST)
                                .authorityInfo(web.url("/ocsp"), web.url("/ca.cer")));
        web.serve("/ocsp", _ -> ca.ocsp(response(says, leaf.certificate())));
        try (var bench = bench(mode);
                var upstream = upstream(leaf)) {
            if (outcome.equals("inspect")) {
                inspect(bench, upstream.address());
            } else {
                assertRefused(bench, upstream.address());
            }

            assertThat(web.asked()).anyMatch(each -> each.contains(" /ocsp"));
            var record = bench.record();
            assertThat(record.text("outcome")).isEqualTo(outcome);
            assertThat(record.text("revocation")).isEqualTo(revocation);
        }
    }

    private static OcspSpec response(String says, X509Certificate leaf) {
        return switch (says) {
            case "good" -> OcspSpec.at(NOW).good(leaf);
            case "revoked" -> OcspSpec.at(NOW).revoked(leaf);
            case "unknown" -> OcspSpec.at(NOW).unknown(leaf);
            case "stale" -> OcspSpec.at(NOW.minus(Duration.ofDays(30))).good(leaf);
            default -> throw new IllegalArgumentException(says);
        };
    }

    // checklist 18
    @Test
    void where_nobody_can_say_hard_blocks_soft_goes_on_and_both_say_so() throws Exception {
        var leaf = leaf();
        try (var upstream = upstream(leaf)) {
            try (var bench = bench("hard")) {
                assertRefused(bench, upstream.address());

                var record = bench.record();
                assertThat(record.fate()).startsWith("block untrusted");
                assertThat(record.text("revocation")).isEqualTo("unknown");
                assertThat(record.text("detail")).contains("REVOCATION_UNKNOWN: ");
            }
            try (var bench = bench("soft")) {
                inspect(bench, upstream.address());

                assertThat(bench.record().text("revocation")).isEqualTo("unknown");
            }
            try (var bench = bench("off")) {
                inspect(bench, upstream.address());

                assertThat(bench.record().text("revocation")).isEqualTo("off");
            }
        }
    }

    // checklist 23
    @Test
    void an_upstream_that_forgot_its_intermediate_is_inspected() throws Exception {
        web.serve("/ca.cer", CA.certificate().getEncoded());
        var leaf = leaf();
        try (var bench = bench("off");
                var upstream = upstream(leaf.presenting(new X509Certificate[0]))) {
            inspect(bench, upstream.address());

            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
            assertThat(web.asked()).containsExactly("GET /ca.cer");
        }
    }

    private TestIdentity leaf() {
        return CA.issue(
                CertificateSpec.leaf(HOST)
                        .crl(web.url("/ca.crl"))
                        .authorityInfo(web.url("/ocsp"), web.url("/ca.cer")));
    }

    private static Bench bench(String revocation) {
        var patient = Duration.ofSeconds(50);
        var usual = StatusConfig.DEFAULT.fetches();
        return new Bench(
                "rules:\n  - {name: default, then: inspect, revocation: " + revocation + "}\n",
                Bench.settings(),
                new StatusConfig(
                        patient,
                        patient,
                        patient,
                        new StatusConfig.Fetches(
                                Duration.ofSeconds(40),
                                usual.atOnce(),
                                usual.largest(),
                                usual.memory(),
                                usual.keep(),
                                usual.retryAfter(),
                                List.of(Cidr.of("127.0.0.0/8")))));
    }

    private static void inspect(Bench bench, InetSocketAddress upstream) throws Exception {
        try (var client = Clients.tls(bench.connectTo(upstream), bench.forge.anchor(), HOST)) {
            client.startHandshake();
        }
    }

    private static void assertRefused(Bench bench, InetSocketAddress upstream) throws IOException {
        try (var client = Clients.tls(bench.connectTo(upstream), bench.forge.anchor(), HOST)) {
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
        }
    }

    private static MisbehavingUpstream upstream(TestIdentity identity) {
        return MisbehavingUpstream.that(
                TlsManner.with(identity)
                        .speaking(tls -> tls.getInputStream().transferTo(tls.getOutputStream())));
    }

    /** OpenSSL's server, which staples the response to whoever asks for one. */
    private InetSocketAddress stapling(TestIdentity leaf, OcspSpec response, String version)
            throws IOException {
        var files = leaf.write(directory, "upstream", Bench.PKI.anchor());
        var chain = files.certificateChain().toString();
        var status = directory.resolve("status.der");
        Files.write(status, CA.ocsp(response));
        var server =
                new ProcessBuilder(
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:0",
                                "-cert",
                                chain,
                                "-cert_chain",
                                chain,
                                "-key",
                                files.privateKey().toString(),
                                "-status_file",
                                status.toString(),
                                version,
                                "-www")
                        .redirectErrorStream(true)
                        .start();
        servers.add(server);
        BufferedReader lines = server.inputReader(StandardCharsets.UTF_8);
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("ACCEPT ")) {
                var port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).strip());
                return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            }
        }
        throw new IOException("openssl s_server said no port");
    }
}
