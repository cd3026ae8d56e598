package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.revocation.StatusConfig;
import io.overt.policy.Cidr;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.CrlSpec;
import io.overt.testkit.pki.KeySpec;
import io.overt.testkit.pki.OcspSpec;
import io.overt.testkit.pki.RecordingTrust;
import io.overt.testkit.pki.TestAuthority;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.WebServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a connection to each kind of bad upstream, under each choice that a rule has. The
 * upstreams are {@code openssl s_server}, but for what OpenSSL does no more. What was seen is the
 * table of {@code docs/spec/upstream-outcomes.md}; where they differ, one of them is wrong.
 */
@ExtendWith(LeakExtension.class)
class UpstreamOutcomesTest {
    private static final Path PAGE =
            Path.of(
                    System.getProperty("basedir", ""),
                    "..",
                    "docs",
                    "spec",
                    "upstream-outcomes.md");
    private static final String RULES =
            """
            rules:
              - name: splices
                when: { host: www.splice.test }
                then: inspect
                revocation: soft
                on: { untrusted: splice, client-cert: splice, handshake-failed: splice }
              - name: blocks
                when: { host: www.block.test }
                then: inspect
                revocation: soft
              - name: mirrors
                when: { host: www.mirror.test }
                then: inspect
                revocation: soft
                on: { untrusted: mirror-untrusted }
              - name: default
                then: inspect
            """;
    private static final List<String> HOSTS =
            List.of("www.splice.test", "www.block.test", "www.mirror.test");

    private static final String LEGACY = "DEFAULT:@SECLEVEL=0";

    /** One kind of upstream. */
    private record Row(String title, TestIdentity identity, List<String> options) {}

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    // checklist 1, 3, 4, 6, 15, 16, 17, 23, 29, 30, 31, 46, 50, 51
    @Test
    void outcomes_are_those_of_the_page() throws Exception {
        var lines = new ArrayList<String>();
        lines.add("| Upstream | `splice` | `block` | `mirror-untrusted` |");
        lines.add("|---|---|---|---|");
        try (var bench = new Bench(RULES, Bench.settings(), status());
                var web = WebServer.start()) {
            for (var row : Stream.concat(rows(), rowsWithStatus(web)).toList()) {
                try (var upstream =
                        OpenSslUpstream.start(
                                directory, row.identity(), row.options().toArray(String[]::new))) {
                    lines.add(line(bench, row, upstream.address()));
                }
                bench.forgetHabits();
            }
            var rc4 = Bench.PKI.leaf(HOSTS.toArray(String[]::new));
            try (var upstream = MisbehavingUpstream.that((socket, _) -> choosesRc4(socket))) {
                lines.add(
                        line(
                                bench,
                                new Row(
                                        "speaks RC4 only (a suite that was not offered)",
                                        rc4,
                                        List.of()),
                                upstream.address()));
            }
        }
        var table = String.join("\n", lines);
        assertThat(Files.readString(PAGE)).as("seen:%n%s", table).contains(table);
    }

    private static String line(Bench bench, Row row, InetSocketAddress upstream)
            throws IOException, InterruptedException {
        var cells = new ArrayList<String>();
        for (var host : HOSTS) {
            var shown = visit(bench, upstream, host);
            var record = bench.record();
            cells.add(
                    "%s, %s: %s"
                            .formatted(
                                    record.text("outcome"),
                                    record.text("reason"),
                                    sees(bench, row, shown)));
        }
        return "| %s | %s |".formatted(row.title(), String.join(" | ", cells));
    }

    private static String sees(Bench bench, Row row, List<X509Certificate> shown) {
        if (shown.isEmpty()) {
            return "no certificate";
        }
        var leaf = shown.getFirst();
        if (leaf.equals(row.identity().certificate())) {
            return "the real certificate";
        }
        if (leaf.getIssuerX500Principal().equals(bench.forge.issuer().getSubjectX500Principal())) {
            return "a forged certificate, trusted";
        }
        if (leaf.getIssuerX500Principal()
                .equals(bench.forge.untrusted().getSubjectX500Principal())) {
            return "a forged certificate, untrusted";
        }
        throw new AssertionError("a certificate of nobody's: " + leaf);
    }

    /** What a client is shown that goes on whatever it is shown, as the most patient user would. */
    private static List<X509Certificate> visit(Bench bench, InetSocketAddress upstream, String host)
            throws IOException {
        var trust = RecordingTrust.believing();
        try (var socket = bench.connectTo(upstream);
                var tls = trust.tls(socket, host)) {
            tls.startHandshake();
            tls.getOutputStream().write('\n');
            // Time for what comes late: in TLS 1.3 a refusal comes behind the handshake.
            tls.setSoTimeout(300);
            var _ = tls.getInputStream().read();
        } catch (IOException _) {
            // An alert, a close, or nothing more to read: the record says which.
        }
        return trust.shown();
    }

    private Stream<Row> rows() throws IOException {
        var pki = Bench.PKI;
        var now = pki.now();
        var self = TestAuthority.root(good(), now);
        var nobody = TestAuthority.root(CertificateSpec.ca("Nobody's Root"), now);
        var rsa = pki.issue(good().key(KeySpec.RSA_2048));
        var sound = pki.issue(good());
        return Stream.of(
                row("sound", sound),
                row(
                        "has 1,000 names",
                        pki.issue(
                                CertificateSpec.leaf(
                                        Stream.concat(
                                                        HOSTS.stream(),
                                                        IntStream.range(0, 997)
                                                                .mapToObj("n%d.example"::formatted))
                                                .toArray(String[]::new)))),
                row("has no common name", pki.issue(good().subject("").namesCritical())),
                row(
                        "expired",
                        pki.issue(good().valid(now.minus(YEAR), now.minus(Duration.ofDays(1))))),
                row(
                        "not yet valid",
                        pki.issue(good().valid(now.plus(Duration.ofDays(1)), now.plus(YEAR)))),
                row("of another host", pki.issue(CertificateSpec.leaf("other.test"))),
                row("named in the common name only", pki.issue(good().withoutNames())),
                row(
                        "self-signed",
                        new TestIdentity(List.of(self.certificate()), self.privateKey())),
                row("under a root that nobody trusts", nobody.issue(good())),
                row("without its intermediate", sound.presenting()),
                row("signed with SHA-1", pki.issue(good().signedWith("SHA1withECDSA"))),
                row("with RSA 1024", pki.issue(good().key(KeySpec.RSA_1024))),
                row("asks for a client certificate, TLS 1.3", sound, "-tls1_3", "-verify", "1"),
                row("asks for a client certificate, TLS 1.2", sound, "-tls1_2", "-verify", "1"),
                row(
                        "demands a client certificate, TLS 1.3",
                        sound,
                        "-tls1_3",
                        "-Verify",
                        "1",
                        "-verify_return_error"),
                row(
                        "demands a client certificate, TLS 1.2",
                        sound,
                        "-tls1_2",
                        "-Verify",
                        "1",
                        "-verify_return_error"),
                row("speaks TLS 1.0 only", rsa, "-tls1"),
                row("speaks TLS 1.1 only", rsa, "-tls1_1"),
                row(
                        "encrypts nothing (NULL suites only)",
                        rsa,
                        "-tls1_2",
                        "-cipher",
                        "NULL:@SECLEVEL=0"),
                row(
                        "exchanges keys by DH 1024 only",
                        rsa,
                        "-tls1_2",
                        "-cipher",
                        "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
                        "-dhparam",
                        dhParameters().toString()),
                row("exchanges keys by RSA only", rsa, "-tls1_2", "-cipher", "AES128-GCM-SHA256"));
    }

    /** Those about which an authority has something to say, by the loopback address. */
    private Stream<Row> rowsWithStatus(WebServer web) throws IOException {
        var ca = Bench.PKI.intermediate();
        var now = Bench.PKI.now();
        var byCrl = ca.issue(good().crl(web.url("/ca.crl")));
        web.serve("/ca.crl", ca.crl(CrlSpec.at(now).revoke(byCrl.certificate())));
        var byStaple = Bench.PKI.issue(good());
        var staple = Files.createTempFile(directory, "status", ".der");
        Files.write(staple, ca.ocsp(OcspSpec.at(now).revoked(byStaple.certificate())));
        web.serve("/ca.cer", encoded(ca.certificate()));
        var incomplete =
                ca.issue(good().authorityInfo(web.url("/ocsp"), web.url("/ca.cer"))).presenting();
        return Stream.of(
                row("revoked, says its CRL", byCrl),
                row("revoked, says its staple", byStaple, "-status_file", staple.toString()),
                row("without its intermediate, and says where it is", incomplete));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate without an encoding", e);
        }
    }

    /** Patient, and allowed to ask on the loopback address. */
    private static StatusConfig status() {
        var patient = Duration.ofSeconds(50);
        var usual = StatusConfig.DEFAULT.fetches();
        return new StatusConfig(
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
                        List.of(Cidr.of("127.0.0.0/8"))));
    }

    private static Row row(String title, TestIdentity identity, String... options) {
        var all = new ArrayList<>(List.of(options));
        if (!all.contains("-cipher")) {
            all.addAll(List.of("-cipher", LEGACY));
        }
        return new Row(title, identity, all);
    }

    private static CertificateSpec good() {
        return CertificateSpec.leaf(HOSTS.toArray(String[]::new));
    }

    /** The prime of Oakley group 2, 1024 bits (RFC 2409 §6.2), and its generator 2. */
    private Path dhParameters() throws IOException {
        var prime =
                HexFormat.of()
                        .parseHex(
                                "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
                                        + "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
                                        + "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
                                        + "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff");
        var der = new java.io.ByteArrayOutputStream();
        der.writeBytes(HexFormat.of().parseHex("30818702818100"));
        der.writeBytes(prime);
        der.writeBytes(HexFormat.of().parseHex("020102"));
        return Files.writeString(
                Files.createTempFile(directory, "dh", ".pem"),
                "-----BEGIN DH PARAMETERS-----\n"
                        + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(der.toByteArray())
                        + "\n-----END DH PARAMETERS-----\n");
    }

    private static void choosesRc4(Socket socket) throws IOException {
        var _ = Manners.readRecord(socket);
        // ServerHello of TLS 1.2, random of zeros, no session, TLS_RSA_WITH_RC4_128_SHA.
        socket.getOutputStream()
                .write(
                        HexFormat.of()
                                .parseHex(
                                        "160303002a020000260303"
                                                + "00".repeat(32)
                                                + "00"
                                                + "0005"
                                                + "00"));
        var _ = socket.getInputStream().readAllBytes();
    }

    private static final Duration YEAR = Duration.ofDays(365);
}
