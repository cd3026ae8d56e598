package io.overt.edge.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.hazelcast.core.HazelcastInstance;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Testimony.Refused;
import io.overt.edge.exclusion.site.SiteExclusions;
import io.overt.edge.site.SealedMap.Value;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.edge.site.Standing.Oldest;
import io.overt.edge.site.Standing.Younger;
import io.overt.policy.FailureAction;
import io.overt.policy.Pinned;
import io.overt.x509.Epoch;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two real members with a real mesh between them. Starting members takes seconds, so the tests are
 * steps of one life.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoEdgesTest {
    private final FakeEnrolment enrolment = new FakeEnrolment();
    private final SimpleMeterRegistry metersOfB = new SimpleMeterRegistry();
    private TestEdges edges;
    private Site a;
    private Site b;
    private SiteExclusions exclusionsOfA;
    private SiteExclusions exclusionsOfB;
    private Path directory;

    @BeforeAll
    void startBoth(@TempDir Path folder) throws Exception {
        directory = folder;
        edges = new TestEdges(directory, MemberNetwork.MESH, "a", "b");
        a = edges.start("a", enrolment);
        await().atMost(WITHIN).untilAsserted(() -> assertThat(a.keys().key(epoch())).isPresent());
        b = edges.start("b", enrolment, metersOfB);
        await().atMost(WITHIN).untilAsserted(() -> assertThat(b.keys().key(epoch())).isPresent());
        exclusionsOfA = exclusions("a", a);
        exclusionsOfB = exclusions("b", b);
    }

    @AfterAll
    void close() {
        edges.close();
    }

    @Test
    @Order(1)
    void the_members_find_each_other_through_the_mesh_in_the_order_of_their_starts() {
        assertThat(a.member().orElseThrow().standing()).isEqualTo(new Oldest(2));
        assertThat(b.member().orElseThrow().standing())
                .isInstanceOfSatisfying(
                        Younger.class,
                        younger ->
                                assertThat(younger.oldest().address()).isEqualTo(hostAndPort("a")));
    }

    @Test
    @Order(2)
    void hazelcast_itself_listens_on_loopback_only() {
        assertThat(
                        hazelcast(a)
                                .getCluster()
                                .getLocalMember()
                                .getSocketAddress()
                                .getAddress()
                                .getHostAddress())
                .isEqualTo("127.77.0.1");
    }

    @Test
    @Order(3)
    void the_oldest_made_the_key_and_the_other_fetched_it() {
        assertThat(enrolment.keys()).hasSize(1);
        EpochKey made = a.keys().key(epoch()).orElseThrow();
        EpochKey fetched = b.keys().key(epoch()).orElseThrow();
        assertThat(fetched.publicKey()).isEqualTo(made.publicKey());
        assertThat(fetched.privateKey()).isEqualTo(made.privateKey());
        assertThat(b.keys().secret()).isEqualTo(a.keys().secret());
        assertThat(metersOfB.counter("overt.site.key.events", "event", "fetched").count())
                .isEqualTo(1);
        assertThat(metersOfB.counter("overt.site.key.events", "event", "made").count()).isZero();
    }

    @Test
    @Order(4)
    void what_one_writes_the_other_reads_and_the_carrier_sees_neither_key_nor_value() {
        byte[] key = "www.hospital.example".getBytes(StandardCharsets.UTF_8);
        byte[] value = "a certificate".getBytes(StandardCharsets.UTF_8);
        assertThat(
                        a.map("leaves")
                                .write(key, value, Duration.ofMinutes(5))
                                .toCompletableFuture()
                                .join())
                .isEqualTo(new SiteMap.Stored());

        assertThat(b.map("leaves").read(key).toCompletableFuture().join())
                .isEqualTo(new Value(ByteString.copyFrom(value)));
        assertThat(b.map("other").read(key).toCompletableFuture().join())
                .isEqualTo(new SealedMap.Nothing());
        hazelcast(b)
                .<byte[], byte[]>getMap("leaves")
                .forEach(
                        (carriedKey, carriedValue) -> {
                            assertThat(new String(carriedKey, StandardCharsets.ISO_8859_1))
                                    .doesNotContain("hospital");
                            assertThat(new String(carriedValue, StandardCharsets.ISO_8859_1))
                                    .doesNotContain("certificate");
                        });
    }

    @Test
    @Order(5)
    void what_clients_refuse_at_one_edge_excludes_at_the_other() {
        refuse(exclusionsOfA, "app.example", 3);
        await().atMost(WITHIN).until(() -> excluded(exclusionsOfB, "app.example"));
    }

    @Test
    @Order(6)
    void a_member_that_goes_down_under_use_is_unavailable_and_then_back_with_the_same_keys() {
        EpochKey before = b.keys().key(epoch()).orElseThrow();
        HazelcastInstance first = hazelcast(b);
        first.getLifecycleService().terminate();

        assertThat(b.keys().key(epoch())).contains(before);
        await().atMost(WITHIN)
                .untilAsserted(
                        () -> {
                            assertThat(b.member().orElseThrow().running()).isPresent();
                            assertThat(hazelcast(b)).isNotSameAs(first);
                            assertThat(hazelcast(b).getCluster().getMembers()).hasSize(2);
                        });
        assertThat(b.keys().key(epoch()).orElseThrow().publicKey()).isEqualTo(before.publicKey());
        assertThat(enrolment.keys()).hasSize(1);
    }

    @Test
    @Order(7)
    void exclusions_are_heard_of_at_the_new_member_too() {
        refuse(exclusionsOfA, "later.example", 3);
        await().atMost(WITHIN).until(() -> excluded(exclusionsOfB, "later.example"));
        assertThat(excluded(exclusionsOfB, "app.example")).isTrue();
        refuse(exclusionsOfB, "from-b.example", 3);
        await().atMost(WITHIN).until(() -> excluded(exclusionsOfA, "from-b.example"));
    }

    @Test
    @Order(8)
    void when_the_oldest_leaves_the_next_one_already_has_the_keys() {
        EpochKey before = b.keys().key(epoch()).orElseThrow();
        exclusionsOfA.close();
        a.close();
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(b.member().orElseThrow().standing())
                                        .isEqualTo(new Oldest(1)));
        assertThat(b.keys().key(epoch())).contains(before);
        assertThat(enrolment.keys()).hasSize(1);
    }

    @Test
    @Order(9)
    void an_edge_that_comes_back_fetches_the_keys_that_it_once_made() throws Exception {
        Site again = edges.start("a", enrolment);
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(again.keys().key(epoch())).isPresent());
        assertThat(again.keys().key(epoch()).orElseThrow().publicKey())
                .isEqualTo(b.keys().key(epoch()).orElseThrow().publicKey());
        assertThat(enrolment.keys()).hasSize(1);

        SiteExclusions knowing = exclusions("again", again);
        await().atMost(WITHIN).until(() -> excluded(knowing, "app.example"));
    }

    private SiteExclusions exclusions(String edge, Site site) throws IOException {
        SiteExclusions exclusions =
                new SiteExclusions(
                        edge,
                        site.map(SiteExclusions.MAP),
                        Files.createDirectories(directory.resolve("state-" + edge)),
                        InstantSource.system(),
                        new SecureRandom(),
                        new SimpleMeterRegistry());
        edges.closing(exclusions::close);
        return exclusions.start();
    }

    private static void refuse(SiteExclusions at, String host, int times) {
        for (int i = 0; i < times; i++) {
            at.exclusions()
                    .hear(
                            host,
                            CLIENT,
                            new Refused(RefusalKind.ALERT),
                            Optional.of(PINNED),
                            Instant.now());
        }
    }

    private static boolean excluded(SiteExclusions at, String host) {
        return at.exclusions().of(host, CLIENT, PINNED).isPresent();
    }

    private static final Client CLIENT = Client.of(InetAddress.ofLiteral("192.0.2.7"));
    private static final Pinned PINNED = new Pinned(3, Duration.ofHours(1), FailureAction.SPLICE);

    private String hostAndPort(String name) {
        return edges.peer(name).getHostString() + ":" + edges.peer(name).getPort();
    }

    private static HazelcastInstance hazelcast(Site site) {
        return site.member().orElseThrow().running().orElseThrow();
    }

    private static Epoch epoch() {
        return Epoch.at(Instant.now(), FakeEnrolment.EPOCH_LENGTH);
    }

    private static final Duration WITHIN = Duration.ofSeconds(90);
}
