package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.hello.HelloLimit;
import io.overt.edge.net.DataPathSettings.FairShare;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What other settings mean to connections that are open, and to those that begin afterwards. */
@ExtendWith(LeakExtension.class)
class ReloadTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES = "rules:\n  - {name: default, then: splice}\n";

    @Test
    void open_connections_go_on_and_new_ones_meet_the_new_limit() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(connections(10), Bench.patient()));
                var upstream = echo();
                var inspected = connect(bench, upstream, bench.forge.anchor())) {
            bench.policy(8, SPLICES);
            try (var spliced = connect(bench, upstream, Bench.PKI.anchor())) {
                assertEchoes(inspected, spliced);

                bench.apply(connections(2), Bench.patient());

                assertEchoes(inspected, spliced);
                try (var third = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
                    third.setSoTimeout((int) Bench.PATIENCE.toMillis());
                    assertThat(
                                    new String(
                                            third.getInputStream().readAllBytes(),
                                            StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 503 ");
                }
                assertThat(bench.record().fate()).isEqualTo("block too-many-connections complete");
                assertEchoes(inspected, spliced);

                bench.apply(connections(3), Bench.patient());

                try (var third = connect(bench, upstream, Bench.PKI.anchor())) {
                    assertEchoes(inspected, spliced, third);
                }
            }
        }
    }

    @Test
    void open_connections_keep_the_deadlines_that_they_began_with() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(connections(10), Bench.patient()));
                var upstream = echo();
                var before = connect(bench, upstream, bench.forge.anchor())) {
            assertEchoes(before);

            bench.apply(connections(10), Bench.impatientWithSilence());

            try (var after = connect(bench, upstream, bench.forge.anchor())) {
                assertEchoes(after);
                assertThat(bench.record().text("ending"))
                        .as("the new one, silent")
                        .isEqualTo("timed-out");
                assertEchoes(before);
            }
        }
    }

    @Test
    void what_needs_a_restart_is_refused_and_changes_nothing() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(connections(1), Bench.patient()));
                var upstream = echo();
                var only = connect(bench, upstream, bench.forge.anchor())) {
            var longer =
                    new Limits(
                            10, 10, FairShare.ON, 10, 10, 10, HelloLimit.DEFAULT, 16 * 1024, 7, 7);

            assertThatThrownBy(() -> bench.apply(longer, Bench.patient()))
                    .isInstanceOf(IllegalArgumentException.class);

            try (var second = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
                second.setSoTimeout((int) Bench.PATIENCE.toMillis());
                assertThat(second.getInputStream().read()).isEqualTo('H');
            }
            assertEchoes(only);
        }
    }

    private static void assertEchoes(SSLSocket... clients) throws IOException {
        for (var client : clients) {
            client.getOutputStream().write(0x16);
            assertThat(client.getInputStream().read()).isEqualTo(0x16);
        }
    }

    private static SSLSocket connect(
            Bench bench, MisbehavingUpstream upstream, X509Certificate anchor) throws Exception {
        var client = Clients.tls(bench.connectTo(upstream.address()), anchor, HOST, "h2");
        client.startHandshake();
        return client;
    }

    private static MisbehavingUpstream echo() {
        return MisbehavingUpstream.that(
                TlsManner.with(Bench.PKI.leaf(HOST))
                        .alpn("h2")
                        .speaking(tls -> tls.getInputStream().transferTo(tls.getOutputStream())));
    }

    private static Limits connections(int most) {
        return new Limits(
                most,
                most,
                FairShare.OFF,
                most,
                most,
                most,
                HelloLimit.DEFAULT,
                16 * 1024,
                1_024,
                1_024);
    }
}
