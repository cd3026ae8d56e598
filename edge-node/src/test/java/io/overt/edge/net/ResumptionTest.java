package io.overt.edge.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.overt.testkit.pki.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No leg resumes (ADR 0052): what a client may do and whom it meets is asked anew for each
 * connection. checklist 38, 45
 */
@ExtendWith(LeakExtension.class)
class ResumptionTest {
    private static final String HOST = "www.example.test";

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void a_client_is_given_no_ticket_and_none_that_it_brings_is_taken(String version)
            throws Exception {
        var ticket = directory.resolve("session.pem");
        try (var bench = new Bench(InspectTest.INSPECT);
                var upstream = OpenSslServer.start(directory, Bench.PKI.leaf(HOST))) {
            // One that the upstream itself gave out, as a client has that was spliced before.
            var direct =
                    client(
                            List.of(
                                    "-connect",
                                    text(upstream),
                                    version,
                                    "-CAfile",
                                    pem(Bench.PKI.anchor()).toString(),
                                    "-sess_out",
                                    ticket.toString()));
            assertThat(direct).contains("New, ");
            assertThat(ticket).exists();
            var again =
                    client(
                            List.of(
                                    "-connect",
                                    text(upstream),
                                    version,
                                    "-sess_in",
                                    ticket.toString()));
            assertThat(again).as("the ticket is good where it came from").contains("Reused, ");

            var own = directory.resolve("own.pem");
            var through =
                    client(
                            List.of(
                                    "-proxy",
                                    "127.0.0.1:" + bench.proxy().getPort(),
                                    "-connect",
                                    text(upstream),
                                    version,
                                    "-CAfile",
                                    pem(bench.forge.anchor()).toString(),
                                    "-sess_in",
                                    ticket.toString(),
                                    "-sess_out",
                                    own.toString()));

            assertThat(through)
                    .contains("New, ")
                    .doesNotContain("Reused, ")
                    .contains("Verify return code: 0 (ok)")
                    .doesNotContain("Post-Handshake New Session Ticket arrived")
                    .doesNotContain("TLS session ticket:");
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
            bench.awaitQuiet();
        }
    }

    @Test
    void an_upstream_is_met_anew_by_each_connection() throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var upstream = OpenSslServer.start(directory, Bench.PKI.leaf(HOST))) {
            for (var connection = 0; connection < 3; connection++) {
                try (var client =
                        Clients.tls(
                                bench.connectTo(upstream.address()), bench.forge.anchor(), HOST)) {
                    client.startHandshake();
                    client.getOutputStream()
                            .write(
                                    ("GET / HTTP/1.1\r\nHost: "
                                                    + HOST
                                                    + "\r\nConnection: close\r\n\r\n")
                                            .getBytes(US_ASCII));
                    client.getOutputStream().flush();
                    // s_server's page says how it met us.
                    assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                            .contains("New, ")
                            .doesNotContain("Reused, ");
                }
                assertThat(bench.record().fate()).isEqualTo("inspect rule complete");
            }
            bench.awaitQuiet();
        }
    }

    private static String text(OpenSslServer server) {
        return "127.0.0.1:" + server.address().getPort();
    }

    private Path pem(java.security.cert.X509Certificate anchor) {
        return Pem.write(directory.resolve("anchor.pem"), anchor);
    }

    /** {@code openssl s_client} until the page is there, which is when TLS 1.3 tickets are too. */
    private String client(List<String> options) throws Exception {
        var command = new java.util.ArrayList<>(List.of("openssl", "s_client", "-ign_eof"));
        command.addAll(List.of("-servername", HOST));
        command.addAll(options);
        var request =
                Files.writeString(
                        directory.resolve("request"),
                        "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n");
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(request.toFile())
                        .start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        // What follows the page would be s_server's view of the session; ours comes before.
        return output.substring(0, Math.max(output.indexOf("HTTP/1.0 200"), 0))
                + output.substring(Math.max(output.indexOf("</HTML>"), 0));
    }
}
