package io.overt.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.overt.control.store.StoreConfig;
import io.overt.control.store.TestStores;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.ForgetEdgeRequest;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.ListEdgesResponse;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.service.config.ConfigFile;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Parts;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.postgres.TestPostgres;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of them in a process of its own, to be killed; both on one PostgreSQL. */
class TwoControlPlanesTest {
    @TempDir Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private TestControlConfig config;
    private TestFleet fleet;

    @BeforeEach
    void make() throws Exception {
        config = new TestControlConfig(folder, TestStores.POSTGRESQL).withPostgresql("poll: 500ms");
        fleet = config.fleet();
    }

    @AfterEach
    void end() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
        config.close();
    }

    @Test
    void what_is_published_at_one_reaches_the_edges_of_the_other_and_either_may_die()
            throws Exception {
        var child = opened(Child.start(Alone.class, config.write("one").toString()));
        var one = address(Integer.parseInt(child.next("listening").orElseThrow()));
        var parts = opened(new Parts());
        var two = start(config.write("two"), parts);
        var ofOne = opened(edge(fleet.issue("edge", "a"), List.of(one)));
        var ofTwo = opened(edge(fleet.issue("edge", "b"), List.of(two)));
        var adminOfOne = admin(one);
        var adminOfTwo = admin(two);

        assertThat(publish(adminOfOne, "block")).isEqualTo(1);
        assertThat(ofOne.next()).isEqualTo(1);
        assertThat(ofTwo.next()).as("published at the other").isEqualTo(1);
        assertThat(publish(adminOfTwo, "splice")).isEqualTo(2);
        assertThat(ofOne.next()).as("published at the other").isEqualTo(2);
        assertThat(ofTwo.next()).isEqualTo(2);
        // Each shows the edges of both, and what they run.
        for (var admin : List.of(adminOfOne, adminOfTwo)) {
            await().atMost(60, TimeUnit.SECONDS)
                    .untilAsserted(
                            () ->
                                    assertThat(
                                                    admin.listEdges(
                                                                    ListEdgesRequest
                                                                            .getDefaultInstance())
                                                            .getEdgesList())
                                            .allMatch(edge -> edge.getConnected())
                                            .allMatch(edge -> edge.getActiveVersion() == 2)
                                            .hasSize(2));
        }

        child.kill();
        assertThat(publish(adminOfTwo, "inspect")).isEqualTo(3);
        assertThat(ofTwo.next()).isEqualTo(3);
    }

    @Test
    void an_edge_that_knows_both_goes_to_the_other_when_its_own_is_killed() throws Exception {
        var child = opened(Child.start(Alone.class, config.write("one").toString()));
        var one = address(Integer.parseInt(child.next("listening").orElseThrow()));
        var parts = new Parts();
        var two = start(config.write("two"), opened(parts));
        // Three more than two: whichever each begins with, some meet the one that dies.
        var edges = new ArrayList<Edge>();
        for (var name : List.of("a", "b", "c", "d", "e")) {
            edges.add(opened(edge(fleet.issue("edge", name), List.of(one, two))));
        }
        assertThat(publish(admin(two), "block")).isEqualTo(1);
        for (var edge : edges) {
            assertThat(edge.next()).isEqualTo(1);
        }

        child.kill();
        assertThat(publish(admin(two), "splice")).isEqualTo(2);
        for (var edge : edges) {
            assertThat(edge.next()).isEqualTo(2);
        }
    }

    @Test
    void an_edge_is_forgotten_by_both_and_by_neither_while_it_is_connected_to_one()
            throws Exception {
        var one = admin(start(config.write("one"), opened(new Parts())));
        var two = start(config.write("two"), opened(new Parts()));
        var forget = ForgetEdgeRequest.newBuilder().setSite("hq").setName("a").build();
        try (var edge = edge(fleet.issue("edge", "a"), List.of(two))) {
            assertThat(publish(one, "block")).isEqualTo(1);
            assertThat(edge.next()).isEqualTo(1);
            await().atMost(60, TimeUnit.SECONDS)
                    .until(
                            () ->
                                    listed(one).getEdgesList().stream()
                                            .anyMatch(each -> each.getConnected()));
            assertThatThrownBy(() -> one.forgetEdge(forget))
                    .hasMessageContaining("overt://hq/edge/a is connected");
        }
        await().atMost(60, TimeUnit.SECONDS)
                .until(
                        () ->
                                listed(one).getEdgesList().stream()
                                        .noneMatch(each -> each.getConnected()));

        var ofTwo = admin(two);
        assertThat(one.forgetEdge(forget).getEdge().getActiveVersion()).isEqualTo(1);

        assertThat(listed(one).getEdgesList()).isEmpty();
        await().atMost(60, TimeUnit.SECONDS).until(() -> listed(ofTwo).getEdgesCount() == 0);
    }

    @Test
    void one_that_ends_in_good_order_leaves_everything_to_the_other() throws Exception {
        var first = new Parts();
        var one = start(config.write("one"), first);
        assertThat(publish(admin(one), "block")).isEqualTo(1);
        var second = opened(new Parts());
        var two = start(config.write("two"), second);
        first.close();

        var edge = opened(edge(fleet.issue("edge", "a"), List.of(two)));
        assertThat(edge.next()).isEqualTo(1);
        assertThat(publish(admin(two), "splice")).isEqualTo(2);
        assertThat(edge.next()).isEqualTo(2);
    }

    @Test
    void while_the_database_is_away_edges_stay_and_nothing_is_promised() throws Exception {
        var parts = opened(new Parts());
        // A call and a look each wait so long for the database.
        config.withPostgresql("deadline: 2s");
        var control = ControlPlane.start(config.read(), Clock.systemUTC(), parts);
        var admin = admin(control.rpcAddress());
        var edge = opened(edge(fleet.issue("edge", "a"), List.of(control.rpcAddress())));
        assertThat(publish(admin, "block")).isEqualTo(1);
        assertThat(edge.next()).isEqualTo(1);
        var name = ((StoreConfig.InPostgres) config.store().config()).place().database();

        TestPostgres.shared()
                .execute(
                        "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false",
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                                + name
                                + "'");
        await().atMost(60, TimeUnit.SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(ready(control))
                                        .contains("503")
                                        .contains("store")
                                        .contains("does not answer"));
        assertThatThrownBy(() -> publish(admin, "splice"))
                .isInstanceOf(StatusRuntimeException.class);

        TestPostgres.shared().execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
        await().atMost(60, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(ready(control)).startsWith("200"));
        assertThat(publish(admin, "splice")).isEqualTo(2);
        assertThat(edge.next()).isEqualTo(2);
        assertThat(edge.streams).as("it was never hung up on").hasValue(1);
    }

    private static String ready(ControlPlane control) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:"
                                                            + control.adminAddress().getPort()
                                                            + "/health/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }

    private static InetSocketAddress start(Path config, Parts parts) throws Exception {
        return ControlPlane.start(
                        ControlConfig.read(ConfigFile.read(config)), Clock.systemUTC(), parts)
                .rpcAddress();
    }

    private static long publish(PolicyAdminGrpc.PolicyAdminBlockingStub admin, String then) {
        var answer =
                admin.publish(
                        PublishRequest.newBuilder()
                                .addFiles(
                                        BundleFile.newBuilder()
                                                .setPath("policy.yaml")
                                                .setContent(
                                                        ByteString.copyFromUtf8(
                                                                "policy: corporate\nrules:\n  - name: default\n    then: "
                                                                        + then
                                                                        + "\n")))
                                .build());
        assertThat(answer.getProblemsList()).isEmpty();
        return answer.getVersion();
    }

    private static ListEdgesResponse listed(PolicyAdminGrpc.PolicyAdminBlockingStub admin) {
        return admin.listEdges(ListEdgesRequest.getDefaultInstance());
    }

    private PolicyAdminGrpc.PolicyAdminBlockingStub admin(InetSocketAddress control)
            throws Exception {
        var files = fleet.issue("operator", "alice");
        var tls =
                opened(
                        new FleetTls(
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors()));
        var channel = FleetChannel.to(control, tls, ExpectedPeer.of(Role.CONTROL), 4 << 20);
        open.add(channel::shutdownNow);
        return PolicyAdminGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    private static Edge edge(PemFiles files, List<InetSocketAddress> controls) throws Exception {
        var edge = new Edge(files, controls);
        edge.begin();
        return edge;
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private <T extends AutoCloseable> T opened(T each) {
        open.add(each);
        return each;
    }

    /** Takes whatever it is offered, and comes again when its stream ends. */
    private static final class Edge implements StreamObserver<ControlMessage>, AutoCloseable {
        private final FleetTls tls;
        private final ManagedChannel channel;
        private final BlockingQueue<Long> taken = new LinkedBlockingQueue<>();
        private final AtomicLong highest = new AtomicLong();
        private final AtomicInteger streams = new AtomicInteger();
        private volatile Optional<StreamObserver<EdgeMessage>> toControl = Optional.empty();

        Edge(PemFiles files, List<InetSocketAddress> controls) throws Exception {
            tls = new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
            channel = FleetChannel.toAny(controls, tls, ExpectedPeer.of(Role.CONTROL), 4 << 20);
        }

        void begin() {
            // Before the greeting: the answer to it finds it.
            var stream = EdgeControlGrpc.newStub(channel).withWaitForReady().sync(this);
            toControl = Optional.of(stream);
            streams.incrementAndGet();
            stream.onNext(EdgeMessage.newBuilder().setHello(Hello.getDefaultInstance()).build());
        }

        /** The next version that it did not have. */
        long next() throws InterruptedException {
            var version = taken.poll(60, TimeUnit.SECONDS);
            assertThat(version).as("a version within a minute").isNotNull();
            return version;
        }

        @Override
        public void onNext(ControlMessage message) {
            try {
                var offer = message.getOffer();
                long version =
                        BundleManifest.parseFrom(offer.getBundle().getManifest()).getVersion();
                toControl
                        .orElseThrow()
                        .onNext(
                                EdgeMessage.newBuilder()
                                        .setAck(
                                                Ack.newBuilder()
                                                        .setNonce(offer.getNonce())
                                                        .setActiveVersion(version))
                                        .build());
                if (highest.getAndAccumulate(version, Math::max) < version) {
                    taken.add(version);
                }
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (!channel.isShutdown()) {
                begin();
            }
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("went away in good order"));
        }

        @Override
        public void close() {
            channel.shutdownNow();
            tls.close();
        }
    }

    /** A control plane that says where it listens. */
    static final class Alone {
        public static void main(String[] args) throws Exception {
            try (var parts = new Parts()) {
                System.out.println("listening " + start(Path.of(args[0]), parts).getPort());
                // Until it is killed.
                new java.util.concurrent.CountDownLatch(1).await();
            }
        }
    }
}
