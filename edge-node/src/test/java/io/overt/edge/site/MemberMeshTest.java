package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.service.identity.FleetTls;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh alone: plain sockets stand where Hazelcast would. */
class MemberMeshTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger reachedB = new AtomicInteger();
    private TestEdges edges;
    private Path directory;

    @BeforeEach
    void startEchoBehindB(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.edges = new TestEdges(directory, MemberNetwork.MESH, "a", "b");
        InetSocketAddress behindB =
                MemberAddresses.behindMesh(edges.config("b"), edges.member("b"));
        ServerSocket echo = new ServerSocket();
        echo.bind(behindB);
        edges.closing(() -> close(echo));
        Thread.ofVirtual().start(() -> echo(echo));
    }

    @AfterEach
    void close() {
        edges.close();
    }

    @Test
    void bytes_go_through_unchanged_however_slowly_they_are_read() throws Exception {
        mesh("a", edges.tls("a"));
        mesh("b", edges.tls("b"));
        byte[] sent = new byte[8 << 20];
        new Random(1).nextBytes(sent);
        try (Socket door = door()) {
            var writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            door.getOutputStream().write(sent);
                                            door.getOutputStream().flush();
                                        } catch (IOException e) {
                                            throw new AssertionError(e);
                                        }
                                    });
            byte[] received = door.getInputStream().readNBytes(sent.length);
            writer.join();
            assertThat(sha256(received)).isEqualTo(sha256(sent));
        }
        assertThat(connections("outbound", "joined")).isEqualTo(1);
        assertThat(connections("inbound", "joined")).isEqualTo(1);
        assertThat(connections("inbound", "refused")).isZero();
    }

    @Test
    void an_edge_of_another_site_does_not_reach_the_member() throws Exception {
        mesh("b", edges.tls("b"));
        mesh("a", edges.tls(edges.fleet().site("elsewhere"), "edge", "a"));
        assertNothingComesThrough();
    }

    @Test
    void another_role_of_the_same_site_does_not_reach_the_member() throws Exception {
        mesh("b", edges.tls("b"));
        mesh("a", edges.tls(edges.fleet(), "control", "a"));
        assertNothingComesThrough();
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(connections("inbound", "refused")).isEqualTo(1));
    }

    @Test
    void an_edge_of_the_site_that_is_not_a_configured_member_does_not_reach_the_member()
            throws Exception {
        mesh("b", edges.tls("b"));
        mesh("a", edges.tls(edges.fleet(), "edge", "x"));
        assertNothingComesThrough();
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(connections("inbound", "refused")).isEqualTo(1));
    }

    @Test
    void an_edge_of_another_fleet_does_not_reach_the_member() throws Exception {
        TestFleet other = TestPki.fleet(Files.createDirectory(directory.resolve("other")), "lab");
        mesh("b", edges.tls("b"));
        mesh("a", edges.tls(other, "edge", "a"));
        assertNothingComesThrough();
    }

    @Test
    void a_door_leads_to_the_member_it_is_named_after_and_to_no_other_edge() throws Exception {
        mesh("a", edges.tls("a"));
        // Something answers at b's address with a good certificate of this site, but is not b.
        mesh("b", edges.tls(edges.fleet(), "edge", "c"));
        assertDoorEnds();
        // What stands behind is the stranger's own: it may be dialled before our side has refused.
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(connections("outbound", "refused")).isEqualTo(1));
    }

    @Test
    void plain_bytes_at_the_outer_address_do_not_reach_the_member() throws Exception {
        mesh("b", edges.tls("b"));
        try (Socket plain = socket(edges.member("b").address())) {
            plain.getOutputStream().write("HZC hello".getBytes(StandardCharsets.US_ASCII));
            // A TLS alert at most, then the end.
            assertThat(plain.getInputStream().readAllBytes().length).isLessThan(16);
        }
        assertThat(reachedB).hasValue(0);
    }

    @Test
    void a_peer_that_is_away_closes_the_door_again() throws Exception {
        mesh("a", edges.tls("a"));
        assertNothingComesThrough();
        assertThat(connections("outbound", "failed")).isEqualTo(1);
    }

    private void assertNothingComesThrough() throws IOException {
        assertDoorEnds();
        assertThat(reachedB).hasValue(0);
    }

    private void assertDoorEnds() throws IOException {
        try (Socket door = door()) {
            try {
                door.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                assertThat(door.getInputStream().read()).isEqualTo(-1);
            } catch (IOException e) {
                // A reset says the same as an end.
                assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    private void mesh(String as, FleetTls tls) throws Exception {
        var mesh = new MemberMesh(edges.config(as), edges.member(as), tls, meters);
        edges.closing(mesh::close);
        mesh.start();
    }

    /** The door to b at a, which is where a's Hazelcast would go. */
    private Socket door() throws IOException {
        return socket(MemberAddresses.inMesh(edges.config("a"), edges.member("b")));
    }

    private static Socket socket(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout((int) WITHIN.toMillis());
        socket.connect(address);
        return socket;
    }

    private void echo(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                reachedB.incrementAndGet();
                Thread.ofVirtual().start(() -> echo(socket));
            } catch (IOException _) {
                // Closed by the end of the test.
                return;
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException _) {
            // The other end is done.
            return;
        }
    }

    private double connections(String direction, String outcome) {
        return meters.counter(
                        "overt.site.mesh.connections", "direction", direction, "outcome", outcome)
                .count();
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final Duration WITHIN = Duration.ofSeconds(30);
}
