package io.overt.edge.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.Fault;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Upstreams that are not good, under {@code mirror-untrusted}, over real sockets: a client that has
 * our root refuses as it would have refused the upstream; one whose user goes on is inspected.
 * checklist 51
 */
@ExtendWith(LeakExtension.class)
class MirrorUntrustedTest {
    private static final String MIRRORS =
            "rules:\n  - {name: default, then: inspect, on: {untrusted: mirror-untrusted}}\n";

    @SuppressWarnings("NullAway.Init")
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(MIRRORS);
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

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = Fault.class,
            names = {
                "EXPIRED",
                "WRONG_HOST",
                "SELF_SIGNED",
                "UNTRUSTED_ROOT",
                "MISSING_INTERMEDIATE"
            })
    void a_client_with_our_root_alone_refuses(Fault fault) throws Exception {
        try (var upstream = serving(fault)) {
            assertThatThrownBy(() -> echo(upstream.address(), bench.forge.anchor()))
                    .isInstanceOf(SSLException.class);
        }
        var record = bench.record();
        assertThat(record.text("outcome") + " " + record.text("reason"))
                .isEqualTo("inspect untrusted");
        assertThat(record.text("leaf_issuer")).isEqualTo("untrusted");
    }

    /** For these nothing is wrong but the issuer, so a client that takes it takes the leaf. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(
            value = Fault.class,
            names = {"SELF_SIGNED", "UNTRUSTED_ROOT", "MISSING_INTERMEDIATE"})
    void who_goes_on_past_the_warning_is_inspected(Fault fault) throws Exception {
        try (var upstream = serving(fault)) {
            assertThat(echo(upstream.address(), bench.forge.untrusted()))
                    .isEqualTo("over and back");
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("inspect untrusted complete");
        assertThat(record.text("bytes_from_client")).isEqualTo("13");
        assertThat(record.text("detail")).isNotEqualTo("null");
    }

    @Test
    void behind_the_untrusted_issuer_the_upstreams_own_fault_is_still_there() throws Exception {
        try (var upstream = serving(Fault.EXPIRED)) {
            assertThatThrownBy(() -> echo(upstream.address(), bench.forge.untrusted()))
                    .isInstanceOf(SSLException.class)
                    .hasStackTraceContaining("CertificateExpiredException");
        }
        assertThat(bench.record().text("detail")).contains("EXPIRED");
        try (var upstream = serving(Fault.WRONG_HOST)) {
            assertThatThrownBy(() -> echo(upstream.address(), bench.forge.untrusted()))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("No subject alternative DNS name matching " + Fault.HOST);
        }
        assertThat(bench.record().text("detail")).contains("NAME_MISMATCH");
    }

    @Test
    void a_good_upstream_is_mirrored_by_the_trusted_issuer_under_the_same_rule() throws Exception {
        try (var upstream =
                MisbehavingUpstream.that(
                        TlsManner.with(Bench.PKI.leaf(Fault.HOST))
                                .alpn("h2")
                                .speaking(MirrorUntrustedTest::back))) {
            assertThat(echo(upstream.address(), bench.forge.anchor())).isEqualTo("over and back");
        }
        var record = bench.record();
        assertThat(record.fate()).isEqualTo("inspect rule complete");
        assertThat(record.text("leaf_issuer")).isEqualTo("trusted");
    }

    /** checklist 50: our key would hide it. */
    @Test
    void what_a_leaf_would_hide_is_blocked() throws Exception {
        try (var upstream =
                MisbehavingUpstream.that(
                        TlsManner.with(
                                        Bench.PKI.issue(
                                                CertificateSpec.leaf(Fault.HOST).unknownCritical()))
                                .alpn("h2")
                                .speaking(MirrorUntrustedTest::back))) {
            assertThatThrownBy(() -> echo(upstream.address(), bench.forge.untrusted()))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("bad_certificate");
        }
        assertThat(bench.record().fate()).isEqualTo("block untrusted complete");
    }

    private static MisbehavingUpstream serving(Fault fault) {
        return MisbehavingUpstream.that(
                TlsManner.with(fault.in(Bench.PKI).identity())
                        .alpn("h2")
                        .speaking(MirrorUntrustedTest::back));
    }

    private static void back(javax.net.ssl.SSLSocket tls) throws IOException {
        tls.getInputStream().transferTo(tls.getOutputStream());
    }

    private static String echo(InetSocketAddress upstream, X509Certificate anchor)
            throws IOException {
        try (var client = Clients.tls(bench.connectTo(upstream), anchor, Fault.HOST, "h2")) {
            client.startHandshake();
            client.getOutputStream().write("over and back".getBytes(UTF_8));
            client.getOutputStream().flush();
            return new String(client.getInputStream().readNBytes(13), UTF_8);
        }
    }
}
