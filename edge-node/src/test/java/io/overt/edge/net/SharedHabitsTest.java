package io.overt.edge.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.revocation.SiteShelf;
import io.overt.edge.site.TestMaps;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two data paths of one site, over a sealed map, before OpenSSL's own server that says only behind
 * its handshake that it insists on a client certificate. checklist 46
 */
@ExtendWith(LeakExtension.class)
class SharedHabitsTest {
    private static final String HOST = "www.example.test";
    private static final String GOES_ON_OR_SPLICES =
            """
            rules:
              - { name: default, then: inspect, on: { client-cert: inspect, client-cert-required: splice } }
            """;

    private final TestMaps.Carrier carrier = new TestMaps.Carrier();

    @TempDir Path directory;

    @Test
    void what_one_edge_lost_a_connection_to_costs_the_other_none() throws Exception {
        try (var a = new Bench(GOES_ON_OR_SPLICES.replace("splice", "block"), shelf());
                var b = new Bench(GOES_ON_OR_SPLICES, shelf());
                var upstream =
                        OpenSslServer.start(
                                directory, Bench.PKI.leaf(HOST), "-tls1_3", "-Verify", "1")) {
            assertThatThrownBy(() -> page(a, upstream.address(), a.forge.anchor()))
                    .isInstanceOf(IOException.class);
            assertThat(a.record().fate())
                    .isIn(
                            "block client-cert-required complete",
                            "inspect rule certificate-required");
            assertThat(carrier.carried()).hasSize(1);

            // The client meets the upstream itself, and cannot serve it either.
            assertThatThrownBy(() -> page(b, upstream.address(), Bench.PKI.anchor()))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
            var record = b.record();
            assertThat(record.text("outcome") + " " + record.text("reason"))
                    .isEqualTo("splice client-cert-required");
            assertThat(record.text("detail")).contains("another edge saw it insist");
        }
    }

    @Test
    void a_site_that_is_away_changes_nothing() throws Exception {
        carrier.away(true);
        try (var b = new Bench(GOES_ON_OR_SPLICES, shelf());
                var upstream =
                        OpenSslServer.start(
                                directory,
                                Bench.PKI.leaf(HOST),
                                "-tls1_3",
                                "-verify",
                                "1",
                                "-www")) {
            assertThat(page(b, upstream.address(), b.forge.anchor())).startsWith("HTTP/1.");
            assertThat(b.record().fate()).isEqualTo("inspect rule complete");
        }
    }

    private SiteShelf shelf() {
        return SiteShelf.of(TestMaps.sealed("upstream", carrier));
    }

    private static String page(Bench bench, InetSocketAddress upstream, X509Certificate anchor)
            throws IOException {
        try (var client = Clients.tls(bench.connectTo(upstream), anchor, HOST)) {
            client.startHandshake();
            client.getOutputStream()
                    .write(
                            ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(US_ASCII));
            client.getOutputStream().flush();
            var page = new String(client.getInputStream().readAllBytes(), US_ASCII);
            if (page.isEmpty()) {
                throw new IOException("closed without an answer");
            }
            return page;
        }
    }
}
