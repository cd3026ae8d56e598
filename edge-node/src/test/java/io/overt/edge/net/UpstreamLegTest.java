package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.overt.edge.flow.UpstreamOffer;
import io.overt.edge.hello.ClientHelloParser;
import io.overt.edge.hello.HelloLimit;
import io.overt.edge.hello.HelloPeek;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestLog;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import io.overt.x509.transparency.CertificateLog;
import io.overt.x509.transparency.KnownLogs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams by OpenSSL that can do less than their clients, or whose leaf is less public. */
@ExtendWith(LeakExtension.class)
class UpstreamLegTest {
    private static final String HOST = "www.example.test";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    // checklist 48
    @Test
    void an_older_version_upstream_is_recorded_and_counted_and_the_rule_may_say_otherwise()
            throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var old = OpenSslServer.start(directory, leaf(KeySpec.EC_P256), "-tls1_2")) {
            var shown = client(bench, old.address(), bench.forge.anchor());
            assertThat(shown.getProtocol()).isEqualTo("TLSv1.3");
            var record = bench.record();
            assertThat(record.fate()).startsWith("inspect rule ");
            assertThat(record.json())
                    .contains("\"upstream_tls\":{\"version\":\"TLSv1.2\"")
                    .contains("\"client_tls\":{\"version\":\"TLSv1.3\"")
                    .contains("\"weaker\":[\"version\"]")
                    .contains("\"upstream_key\":\"EC P-256\"")
                    .contains("\"upstream_signature\":\"SHA256withECDSA\"");
            assertThat(weaker(bench, "version")).isEqualTo(1);
            assertThat(weaker(bench, "cipher")).isZero();

            bench.policy(8, saying("weaker: block"));
            assertThatThrownBy(() -> client(bench, old.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("handshake_failure");
            var blocked = bench.record();
            assertThat(blocked.fate()).isEqualTo("block weaker complete");
            assertThat(blocked.text("detail")).isEqualTo("version TLSv1.2 (client: TLSv1.3)");
            assertThat(blocked.json()).contains("\"weaker\":null");

            bench.policy(9, saying("weaker: splice"));
            var spliced = client(bench, old.address(), Bench.PKI.anchor());
            assertThat(spliced.getProtocol()).isEqualTo("TLSv1.2");
            assertThat(bench.record().fate()).startsWith("splice weaker ");
            bench.awaitQuiet();
        }
    }

    // checklist 48
    @Test
    void a_worse_cipher_upstream_is_recorded_and_counted() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var cbc =
                        OpenSslServer.start(
                                directory,
                                leaf(KeySpec.RSA_2048),
                                "-tls1_2",
                                "-cipher",
                                "ECDHE-RSA-AES128-SHA")) {
            client(
                    bench,
                    cbc.address(),
                    bench.forge.anchor(),
                    "TLSv1.2",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
            assertThat(bench.record().json())
                    .containsPattern(
                            "\"upstream_tls\":\\{[^}]*\"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA\"")
                    .containsPattern(
                            "\"client_tls\":\\{[^}]*\"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\"")
                    .contains("\"weaker\":[\"cipher\"]")
                    .contains("\"upstream_key\":\"RSA 2048\"")
                    .contains("\"not_offered\":[]");
            assertThat(weaker(bench, "cipher")).isEqualTo(1);
            bench.awaitQuiet();
        }
    }

    // checklist 48: both legs' groups are known, whatever the version
    @Test
    void a_group_of_the_same_strength_is_no_weakness_and_the_record_has_both() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var later =
                        OpenSslServer.start(
                                folder("3"), leaf(KeySpec.EC_P256), "-tls1_3", "-groups", "P-256");
                var earlier =
                        OpenSslServer.start(
                                folder("2"),
                                leaf(KeySpec.EC_P256),
                                "-tls1_2",
                                "-groups",
                                "P-256")) {
            for (var server : List.of(later, earlier)) {
                client(bench, server.address(), bench.forge.anchor());
                assertThat(bench.record().json())
                        .containsPattern("\"upstream_tls\":\\{[^}]*\"group\":\"P-256\"")
                        .containsPattern("\"client_tls\":\\{[^}]*\"group\":\"[^\"]+\"")
                        .doesNotContain("key-exchange")
                        .contains("\"not_offered\":[]");
            }
            assertThat(weaker(bench, "key-exchange")).isZero();
            bench.awaitQuiet();
        }
    }

    /** What Chromium offers, in its order. */
    @Test
    void a_hello_offers_the_signatures_that_browsers_offer_and_no_sha1() throws Exception {
        try (var leg = new UpstreamLeg()) {
            var engine =
                    leg.engine(
                            ByteBufAllocator.DEFAULT,
                            Optional.of(HOST),
                            UpstreamOffer.everything(List.of("h2")));
            var hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            try {
                engine.wrap(ByteBuffer.allocate(0), hello);
            } finally {
                engine.release();
            }
            assertThat(new ClientHelloParser(HelloLimit.DEFAULT).feed(hello.flip()))
                    .isInstanceOfSatisfying(
                            HelloPeek.Hello.class,
                            whole ->
                                    assertThat(whole.hello().signatureAlgorithms())
                                            .map(Integer::toHexString)
                                            .containsExactly(
                                                    "403", // ecdsa_secp256r1_sha256
                                                    "804", // rsa_pss_rsae_sha256
                                                    "401", // rsa_pkcs1_sha256
                                                    "503", // ecdsa_secp384r1_sha384
                                                    "805", // rsa_pss_rsae_sha384
                                                    "501", // rsa_pkcs1_sha384
                                                    "806", // rsa_pss_rsae_sha512
                                                    "601")); // rsa_pkcs1_sha512
        }
    }

    @Test
    void an_upstream_that_signs_key_exchanges_with_sha1_alone_fails_and_with_sha256_it_does_not()
            throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var sha1 = keyExchangeSignedWith("RSA+SHA1");
                var sha256 = keyExchangeSignedWith("RSA+SHA256")) {
            assertThatThrownBy(() -> client(bench, sha1.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            var blocked = bench.record();
            assertThat(blocked.fate()).startsWith("block handshake-failed ");
            assertThat(blocked.text("detail")).isEqualTo("upstream sent handshake_failure");

            client(bench, sha256.address(), bench.forge.anchor());
            assertThat(bench.record().fate()).startsWith("inspect rule ");
            bench.awaitQuiet();
        }
    }

    /** At security level 0 OpenSSL takes the one algorithm that it is told to. */
    private OpenSslServer keyExchangeSignedWith(String algorithm) throws IOException {
        return OpenSslServer.start(
                folder(algorithm.replace('+', '-')),
                leaf(KeySpec.RSA_2048),
                "-tls1_2",
                "-cipher",
                "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
                "-sigalgs",
                algorithm);
    }

    // checklist 47
    @Test
    void a_suite_that_the_client_did_not_offer_is_a_finding_where_it_is_weaker() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var weak =
                        OpenSslServer.start(
                                folder("128"),
                                leaf(KeySpec.EC_P256),
                                "-ciphersuites",
                                "TLS_AES_128_GCM_SHA256");
                var strong =
                        OpenSslServer.start(
                                folder("256"),
                                leaf(KeySpec.EC_P256),
                                "-ciphersuites",
                                "TLS_CHACHA20_POLY1305_SHA256")) {
            assertThatThrownBy(() -> strict(bench, weak.address()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("handshake_failure");
            var blocked = bench.record();
            assertThat(blocked.fate()).isEqualTo("block not-offered complete");
            assertThat(blocked.text("detail")).isEqualTo("cipher suite TLS_AES_128_GCM_SHA256");

            strict(bench, strong.address());
            assertThat(bench.record().json())
                    .contains("\"not_offered\":[]")
                    .contains("\"beyond_offer\":[\"cipher suite TLS_CHACHA20_POLY1305_SHA256\"]");

            bench.policy(8, saying("not-offered: inspect"));
            strict(bench, weak.address());
            assertThat(bench.record().json())
                    .contains("\"not_offered\":[\"cipher suite TLS_AES_128_GCM_SHA256\"]");
            bench.awaitQuiet();
        }
    }

    // checklist 20
    @Test
    void a_leaf_that_too_few_logs_promised_to_show_is_blocked_where_the_rule_wants_them()
            throws Exception {
        var one = TestLog.create("one", "Operator A");
        var two = TestLog.create("two", "Operator B");
        var before = Bench.PKI.now();
        var logged =
                TestLog.issue(
                        Bench.PKI.intermediate(), CertificateSpec.leaf(HOST), before, one, two);
        try (var bench =
                        new Bench(
                                "rules:\n  - { name: default, then: inspect, revocation: off, scts: 2 }\n");
                var open = MisbehavingUpstream.that(echoing(logged));
                var secret = MisbehavingUpstream.that(echoing(leaf(KeySpec.EC_P256)))) {
            bench.logs = Optional.of(KnownLogs.of(before, List.of(known(one), known(two))));
            client(bench, open.address(), bench.forge.anchor());
            assertThat(bench.record().fate()).startsWith("inspect rule ");

            assertThatThrownBy(() -> client(bench, secret.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            var blocked = bench.record();
            assertThat(blocked.fate()).isEqualTo("block untrusted complete");
            assertThat(blocked.text("detail"))
                    .isEqualTo(
                            "TOO_FEW_SCTS: the rule wants 2; promises of 0 logs (0 of them retired)"
                                    + " by 0 operators count, 0 do not");

            bench.logs = Optional.empty();
            assertThatThrownBy(() -> client(bench, open.address(), bench.forge.anchor()))
                    .isInstanceOf(IOException.class);
            assertThat(bench.record().text("detail"))
                    .contains("no certificate-transparency.log-list is configured");
            bench.awaitQuiet();
        }
    }

    /** One for each server's files. */
    private Path folder(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    private static CertificateLog known(TestLog log) {
        return new CertificateLog(
                log.name(),
                log.operator(),
                log.key(),
                new CertificateLog.Standing.InForce(),
                Optional.empty(),
                Optional.empty());
    }

    private static MisbehavingUpstream.Manner echoing(TestIdentity identity) {
        return TlsManner.with(identity)
                .speaking(tls -> tls.getInputStream().transferTo(tls.getOutputStream()));
    }

    private static TestIdentity leaf(KeySpec key) {
        return Bench.PKI.issue(CertificateSpec.leaf(HOST).key(key));
    }

    private static String saying(String on) {
        return "rules:\n  - { name: default, then: inspect, on: { " + on + " } }\n";
    }

    private static double weaker(Bench bench, String aspect) {
        return bench.meters
                .get("overt.edge.upstream.weaker")
                .tag("aspect", aspect)
                .counter()
                .count();
    }

    /** A client that wants 256 bits. */
    private static void strict(Bench bench, InetSocketAddress upstream) throws IOException {
        client(bench, upstream, bench.forge.anchor(), "TLSv1.3", "TLS_AES_256_GCM_SHA384");
    }

    private static SSLSession client(
            Bench bench, InetSocketAddress upstream, X509Certificate anchor) throws IOException {
        try (SSLSocket client = Clients.tls(bench.connectTo(upstream), anchor, HOST)) {
            client.startHandshake();
            return client.getSession();
        }
    }

    private static void client(
            Bench bench,
            InetSocketAddress upstream,
            X509Certificate anchor,
            String version,
            String... suites)
            throws IOException {
        try (SSLSocket client = Clients.tls(bench.connectTo(upstream), anchor, HOST)) {
            client.setEnabledProtocols(new String[] {version});
            client.setEnabledCipherSuites(suites);
            client.startHandshake();
        }
    }
}
