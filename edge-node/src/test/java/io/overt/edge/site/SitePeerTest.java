package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.site.KeySource.Fetched;
import io.overt.edge.site.KeySource.Fetching;
import io.overt.edge.site.KeySource.NotFetched;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.edge.site.Standing.Peer;
import io.overt.proto.site.v1.FetchKeysRequest;
import io.overt.proto.site.v1.SitePeerGrpc;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import io.overt.x509.Epoch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets a site's keys, over real mutual TLS. */
class SitePeerTest {
    private final SecureRandom random = new SecureRandom();
    private final Keyring ring =
            Keyring.of(
                    SiteSecret.random(random),
                    List.of(
                            EpochKey.generate(new Epoch(7), random),
                            EpochKey.generate(new Epoch(8), random)));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private volatile Optional<Keyring> held = Optional.of(ring);
    private TestEdges edges;
    private Path directory;

    @BeforeEach
    void makeFleet(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.edges = new TestEdges(directory, MemberNetwork.MESH, "a", "b");
    }

    @AfterEach
    void close() {
        edges.close();
    }

    @Test
    void an_edge_of_the_same_site_gets_them() throws Exception {
        Fetching fetching = fetch(serve(edges.tls("a")), edges.tls("b"));
        assertThat(fetching)
                .isInstanceOfSatisfying(
                        Fetched.class,
                        fetched -> {
                            assertThat(fetched.ring().secret()).isEqualTo(ring.secret());
                            assertThat(fetched.ring().keys().keySet())
                                    .isEqualTo(ring.keys().keySet());
                            assertThat(fetched.ring().key(new Epoch(7)).orElseThrow().privateKey())
                                    .isEqualTo(ring.key(new Epoch(7)).orElseThrow().privateKey());
                        });
        assertThat(handedOver()).isEqualTo(1);
    }

    @Test
    void an_edge_of_another_site_does_not() throws Exception {
        TestFleet elsewhere = edges.fleet().site("elsewhere");
        // A client that does not mind whom it talks to: the server has to.
        SitePeerServer server = serve(edges.tls("a"));
        assertThat(careless(server, edges.tls(elsewhere, "edge", "b")))
                .contains("PERMISSION_DENIED");
        assertThat(handedOver()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"signer", "control", "operator", "security"})
    void no_other_role_of_the_same_site_does(String role) throws Exception {
        assertThat(careless(serve(edges.tls("a")), edges.tls(edges.fleet(), role, "b")))
                .contains("PERMISSION_DENIED");
        assertThat(handedOver()).isZero();
    }

    @Test
    void an_edge_of_another_fleet_does_not() throws Exception {
        TestFleet other = TestPki.fleet(Files.createDirectory(directory.resolve("other")), "lab");
        assertThat(careless(serve(edges.tls("a")), edges.tls(other, "edge", "b")))
                .contains("UNAVAILABLE");
        assertThat(handedOver()).isZero();
    }

    @Test
    void keys_are_not_taken_from_an_edge_of_another_site() throws Exception {
        SitePeerServer foreign = serve(edges.tls(edges.fleet().site("elsewhere"), "edge", "a"));
        assertThat(fetch(foreign, edges.tls("b"))).isInstanceOf(NotFetched.class);
        assertThat(handedOver()).isZero();
    }

    @Test
    void keys_are_not_taken_from_another_role() throws Exception {
        SitePeerServer signer = serve(edges.tls(edges.fleet(), "signer", "a"));
        assertThat(fetch(signer, edges.tls("b"))).isInstanceOf(NotFetched.class);
        assertThat(handedOver()).isZero();
    }

    @Test
    void an_edge_without_keys_says_so() throws Exception {
        held = Optional.empty();
        assertThat(fetch(serve(edges.tls("a")), edges.tls("b")))
                .isInstanceOfSatisfying(
                        NotFetched.class,
                        no -> assertThat(no.detail()).contains("FAILED_PRECONDITION"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nowhere", "127.0.0.1:99999", "127.0.0.1:", "a b:1", "http://x/:1"})
    void an_address_that_is_none_is_not_dialled(String address) throws Exception {
        var client = new SitePeerClient(edges.tls("b"), Duration.ofSeconds(5));
        assertThat(client.fetch(new Peer(new UUID(0, 1), address)))
                .isInstanceOfSatisfying(
                        NotFetched.class, no -> assertThat(no.detail()).contains("not an address"));
    }

    @Test
    void a_peer_that_is_not_there_is_given_up() throws Exception {
        var client = new SitePeerClient(edges.tls("b"), Duration.ofSeconds(5));
        assertThat(client.fetch(new Peer(new UUID(0, 1), "127.0.0.1:" + TestEdges.freePort())))
                .isInstanceOf(NotFetched.class);
    }

    private SitePeerServer serve(FleetTls tls) throws Exception {
        var server =
                new SitePeerServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        tls,
                        () -> held,
                        meters);
        edges.closing(server::close);
        server.start();
        return server;
    }

    private static Fetching fetch(SitePeerServer server, FleetTls tls) {
        return new SitePeerClient(tls, Duration.ofSeconds(20))
                .fetch(new Peer(new UUID(0, 1), "127.0.0.1:" + server.port()));
    }

    private static String careless(SitePeerServer server, FleetTls tls) {
        var channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                        .sslContext(tls.clientContext(ExpectedPeer.of(Role.EDGE)))
                        .build();
        try {
            return "answered: "
                    + SitePeerGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(Duration.ofSeconds(20))
                            .fetchKeys(FetchKeysRequest.getDefaultInstance())
                            .getLeafKeysCount();
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode().toString();
        } finally {
            channel.shutdownNow();
        }
    }

    private double handedOver() {
        return meters.counter("overt.site.peer.requests", "outcome", "handed-over").count();
    }
}
