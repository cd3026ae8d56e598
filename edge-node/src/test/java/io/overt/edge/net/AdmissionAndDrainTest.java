package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.overt.edge.hello.HelloLimit;
import io.overt.edge.net.DataPathSettings.FairShare;
import io.overt.edge.net.DataPathSettings.Limits;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What happens when there is no room, and when the edge stops. */
@ExtendWith(LeakExtension.class)
class AdmissionAndDrainTest {
    private static final String HOST = "www.example.test";
    private static final String INSPECTS = "rules:\n  - {name: default, then: inspect}\n";
    private static final String SPLICES_OVERLOAD =
            "rules:\n  - {name: default, then: inspect, on: {overload: splice}}\n";

    @Test
    void one_connection_too_many_is_answered_unread() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(limits(1, 1), Bench.patient()));
                var upstream = origin();
                var _ = bench.connectTo(upstream.address())) {
            try (var second = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
                second.setSoTimeout((int) Bench.PATIENCE.toMillis());
                assertThat(
                                new String(
                                        second.getInputStream().readAllBytes(),
                                        StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 503 ");
            }
            assertThat(bench.record().fate()).isEqualTo("block too-many-connections complete");
        }
    }

    @Test
    void a_client_that_holds_its_limit_is_refused_and_another_is_not() throws Exception {
        try (var bench =
                        new Bench(
                                INSPECTS,
                                Bench.settings(limits(100, 2, 100, 100, 100), Bench.patient()));
                var _ = from("127.0.0.2", bench);
                var _ = from("127.0.0.2", bench)) {
            await().atMost(Bench.PATIENCE).until(() -> bench.openConnections() == 2);
            try (var third = from("127.0.0.2", bench)) {
                assertThat(answer(third)).startsWith("HTTP/1.1 429 ");
            }
            var record = bench.record();
            assertThat(record.fate()).isEqualTo("block client-limit complete");
            assertThat(record.text("detail"))
                    .isEqualTo("limits.client-connections: 127.0.0.2 holds all its 2");
            assertThat(bench.count("block", "client-limit")).isEqualTo(1);
            try (var _ = from("127.0.0.3", bench)) {
                await().atMost(Bench.PATIENCE).until(() -> bench.openConnections() == 3);
                assertThat(bench.meters.get("overt.edge.clients").gauge().value()).isEqualTo(2);
            }
            assertThat(bench.record().text("reason")).isEqualTo("client-left");
        }
    }

    @Test
    void silent_connections_take_no_more_than_the_places_for_hellos() throws Exception {
        try (var bench =
                        new Bench(
                                INSPECTS,
                                Bench.settings(limits(100, 100, 1, 100, 100), Bench.patient()));
                var upstream = origin()) {
            try (var _ = from("127.0.0.2", bench)) {
                await().atMost(Bench.PATIENCE).until(() -> hellos(bench) == 1);
                try (var second = from("127.0.0.3", bench)) {
                    assertThat(answer(second)).startsWith("HTTP/1.1 503 ");
                }
                assertThat(bench.record().fate()).isEqualTo("block too-many-hellos complete");
            }
            assertThat(bench.record().text("reason")).isEqualTo("client-left");
            // A connection that has said its hello leaves the place to the next.
            try (var _ = inspected(bench, upstream)) {
                assertThat(hellos(bench)).isZero();
                inspected(bench, upstream).close();
            }
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
        }
    }

    @Test
    void refused_clients_beyond_those_that_can_be_told_are_reset() throws Exception {
        try (var bench =
                new Bench(INSPECTS, Bench.settings(limits(1, 1, 1, 1, 1), Bench.patient()))) {
            try (var _ = from("127.0.0.2", bench)) {
                await().atMost(Bench.PATIENCE).until(() -> bench.openConnections() == 1);
                try (var told = from("127.0.0.3", bench)) {
                    // Told, and kept until it closes too.
                    assertThat(Clients.readHead(told.getInputStream())).startsWith("HTTP/1.1 503 ");
                    try (var reset = from("127.0.0.4", bench)) {
                        assertThatThrownBy(() -> reset.getInputStream().readAllBytes())
                                .hasMessageContaining("reset");
                    }
                    assertThat(bench.record().fate())
                            .isEqualTo("block too-many-connections complete");
                }
                assertThat(bench.record().fate()).isEqualTo("block too-many-connections complete");
            }
            assertThat(bench.record().text("reason")).isEqualTo("client-left");
        }
    }

    private static double hellos(Bench bench) {
        return bench.meters.get("overt.edge.hellos.open").gauge().value();
    }

    private static Socket from(String address, Bench bench) throws Exception {
        var proxy = bench.proxy();
        var socket =
                new Socket(proxy.getAddress(), proxy.getPort(), InetAddress.getByName(address), 0);
        socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
        return socket;
    }

    private static String answer(Socket socket) throws Exception {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void one_inspection_too_many_is_what_the_rule_says() throws Exception {
        try (var bench = new Bench(INSPECTS, Bench.settings(limits(100, 1), Bench.patient()));
                var upstream = origin()) {
            try (var _ = inspected(bench, upstream)) {
                assertThatThrownBy(() -> inspected(bench, upstream))
                        .isInstanceOf(SSLException.class);
                assertThat(bench.record().fate()).isEqualTo("block overload complete");

                bench.policy(8, SPLICES_OVERLOAD);
                try (var spliced =
                        Clients.tls(
                                bench.connectTo(upstream.address()), Bench.PKI.anchor(), HOST)) {
                    spliced.startHandshake();
                }
                assertThat(bench.record().fate()).isEqualTo("splice overload complete");
            }
            // The place is given back.
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
            inspected(bench, upstream).close();
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
        }
    }

    @Test
    void a_connection_that_outlives_the_drain_is_ended_and_recorded() throws Exception {
        try (var bench = new Bench(INSPECTS);
                var upstream = origin();
                var client = inspected(bench, upstream)) {
            await().atMost(Bench.PATIENCE).until(() -> bench.openConnections() == 1);
            bench.stop();
            assertThat(bench.record().fate()).isEqualTo("inspect rule drained");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    private static SSLSocket inspected(Bench bench, MisbehavingUpstream upstream) throws Exception {
        var client = Clients.tls(bench.connectTo(upstream.address()), bench.forge.anchor(), HOST);
        try {
            client.startHandshake();
            return client;
        } catch (SSLException e) {
            client.close();
            throw e;
        }
    }

    private static MisbehavingUpstream origin() {
        return MisbehavingUpstream.that(
                TlsManner.with(Bench.PKI.leaf(HOST))
                        .speaking(tls -> tls.getInputStream().readAllBytes()));
    }

    private static Limits limits(int connections, int inspections) {
        return limits(connections, connections, connections, connections, inspections);
    }

    private static Limits limits(
            int connections, int ofClient, int hellos, int refusals, int inspections) {
        return new Limits(
                connections,
                ofClient,
                FairShare.ON,
                hellos,
                refusals,
                inspections,
                HelloLimit.DEFAULT,
                16 * 1024,
                1_024,
                1_024);
    }
}
