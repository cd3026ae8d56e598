package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.edge.flow.Event;
import io.overt.edge.flow.OriginalDestination.ConnectTarget;
import io.overt.edge.flow.Stage;
import io.overt.testkit.upstream.Manners;
import io.overt.testkit.upstream.MisbehavingUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What CONNECT hears when nobody is there, and which connection it is when somebody is. */
@ExtendWith(LeakExtension.class)
class ReachTest {

    @Test
    void nobody_there_is_502() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT)) {
            assertThat(connect(bench, MisbehavingUpstream.nobody()))
                    .startsWith("HTTP/1.1 502 ")
                    .contains("error=connection_refused");
            assertThat(bench.record().fate()).isEqualTo("block unreachable complete");
            bench.awaitQuiet();
        }
    }

    /** A listener whose queue is full answers no SYN. */
    @Test
    void no_answer_is_504() throws Exception {
        try (var bench =
                        new Bench(
                                InspectTest.INSPECT,
                                Bench.settings(
                                        DataPathSettings.Limits.DEFAULT,
                                        Bench.patientBut(
                                                Duration.ofMillis(700),
                                                Stage.REACHING,
                                                Stage.CONNECTING)));
                var deaf =
                        DeafListener.at(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertThat(connect(bench, deaf.address()))
                    .startsWith("HTTP/1.1 504 ")
                    .contains("error=connection_timeout");
            assertThat(bench.record().fate()).isEqualTo("block unreachable complete");
            bench.awaitQuiet();
        }
    }

    /** The connection that CONNECT was answered for is the one that carries the bytes. */
    @Test
    void what_was_reached_is_used() throws Exception {
        try (var bench = new Bench("rules:\n  - { name: default, then: splice }\n");
                var upstream = MisbehavingUpstream.that(Manners.echoes())) {
            try (var client = bench.connectTo(upstream.address())) {
                client.getOutputStream().write(new byte[] {'n', 'o', ' ', 't', 'l', 's', 10});
                assertThat(client.getInputStream().readNBytes(7))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("no tls\n");
                assertThat(upstream.accepted()).isEqualTo(1);
            }
            assertThat(bench.record().text("outcome")).isEqualTo("splice");
            bench.awaitQuiet();
        }
    }

    @Test
    void a_name_that_leads_to_several_addresses_keeps_their_order_and_a_bound() throws Exception {
        try (var resolver = new Resolver(8, Names.ofTheSystem())) {
            var heard = new java.util.concurrent.LinkedBlockingQueue<Event>();
            resolver.resolve(new ConnectTarget("localhost", 443), Event.Resolved::new, heard::add);
            var event = heard.poll(60, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(event).isInstanceOf(Event.Resolved.class);
            var resolved = (Event.Resolved) event;
            var all = InetAddress.getAllByName("localhost");
            assertThat(resolved.address().getAddress()).isEqualTo(all[0]);
            assertThat(resolved.others()).hasSize(Math.min(all.length, 4) - 1);
        }
    }

    private static String connect(Bench bench, InetSocketAddress to) throws IOException {
        try (var socket = new Socket(bench.proxy().getAddress(), bench.proxy().getPort())) {
            socket.setSoTimeout((int) Bench.PATIENCE.toMillis());
            var authority = to.getAddress().getHostAddress() + ":" + to.getPort();
            socket.getOutputStream()
                    .write(
                            ("CONNECT "
                                            + authority
                                            + " HTTP/1.1\r\nHost: "
                                            + authority
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            return Clients.readHead(socket.getInputStream());
        }
    }
}
