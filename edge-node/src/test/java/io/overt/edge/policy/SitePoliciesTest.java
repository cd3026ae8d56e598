package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.policy.site.SitePolicies;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.LeafKeyEnrolment;
import io.overt.edge.site.SealedMap;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.edge.site.TestEdges;
import io.overt.edge.site.TestMaps;
import io.overt.proto.policy.v1.PolicyBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edges of a site whose control plane is away, and what a new one of them runs. */
class SitePoliciesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long MAX_BYTES = 4 << 20;

    @TempDir Path folder;
    private EdgeAndControl edges;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, TestMaps.Carrier> carriers = new ConcurrentHashMap<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeEach
    void startControlPlane() throws Exception {
        edges = new EdgeAndControl(folder);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
        edges.close();
    }

    @Test
    void a_new_edge_takes_what_the_others_run_through_the_sites_hazelcast() throws Exception {
        var site =
                new TestEdges(
                        Files.createDirectory(folder.resolve("site")),
                        MemberNetwork.MESH,
                        "a",
                        "b");
        open.add(site);
        var a = site.start("a", new Signers());
        var b = site.start("b", new Signers());
        share("a", a::map, edge("a", 7));
        edges.control.close();

        var late = edges.startIn(folder.resolve("b"));
        share("b", b::map, late);

        await().atMost(PATIENCE).until(() -> version(late) == 7);
        assertThat(folder.resolve("b/last-good.bundle"))
                .hasSameBinaryContentAs(folder.resolve("a/last-good.bundle"));
    }

    @Test
    void a_policy_of_many_pieces_arrives_whole() throws Exception {
        var large = TestBundles.BLOCK_ALL + "# " + "x".repeat(700_000) + "\n";
        share("a", this::map, edge("a", edges.bundles.bundle(7, large)));
        edges.control.close();
        var late = edges.startIn(folder.resolve("late"));

        share("late", this::map, late);

        await().atMost(PATIENCE).until(() -> version(late) == 7);
        await().atMost(PATIENCE).until(() -> events("taken") == 1);
    }

    @Test
    void it_takes_what_most_edges_run_and_not_the_newest() throws Exception {
        share("a", this::map, edge("a", 7));
        share("b", this::map, edge("b", 7));
        share("canary", this::map, edge("canary", 8));
        await().atMost(PATIENCE).until(() -> events("shared") == 3);
        edges.control.close();
        var late = edges.startIn(folder.resolve("late"));

        share("late", this::map, late);

        await().atMost(PATIENCE).until(() -> version(late) != 0);
        assertThat(version(late)).isEqualTo(7);
    }

    @Test
    void an_edge_that_has_a_version_takes_no_other_from_its_site() throws Exception {
        var old = edge("a", 7);
        share("canary", this::map, edge("canary", 8));
        share("a", this::map, old);

        // Once it has said what it runs, it has looked.
        await().atMost(PATIENCE).until(() -> events("shared") == 2);
        assertThat(version(old)).isEqualTo(7);
        assertThat(events("taken")).isZero();
    }

    @Test
    void what_no_pinned_key_signed_is_not_taken_from_there_either() throws Exception {
        var foreign = new EdgeAndControl(Files.createDirectory(folder.resolve("foreign")));
        open.add(foreign);
        var theirs = foreign.start();
        foreign.control.offer(foreign.bundles.withList(7));
        share("theirs", this::map, theirs);
        await().atMost(PATIENCE).until(() -> events("shared") == 1);
        var late = edges.startIn(folder.resolve("late"));

        share("late", this::map, late);

        await().atMost(PATIENCE).until(() -> events("refused") >= 1);
        assertThat(late.get()).isEmpty();
    }

    @Test
    void pieces_that_were_lost_leave_the_edge_waiting() throws Exception {
        share("a", this::map, edge("a", 7));
        await().atMost(PATIENCE).until(() -> events("shared") == 1);
        edges.control.close();
        carriers.put("policy-pieces", new TestMaps.Carrier());
        var late = edges.startIn(folder.resolve("late"));

        share("late", this::map, late);

        await().atMost(PATIENCE).until(() -> events("refused") >= 1);
        assertThat(late.get()).isEmpty();
    }

    @Test
    void a_site_that_is_away_is_asked_again() throws Exception {
        share("a", this::map, edge("a", 7));
        await().atMost(PATIENCE).until(() -> events("shared") == 1);
        edges.control.close();
        carriers.values().forEach(each -> each.away(true));
        var late = edges.startIn(folder.resolve("late"));
        share("late", this::map, late);
        await().atMost(PATIENCE).until(() -> events("away") >= 1);

        carriers.values().forEach(each -> each.away(false));

        await().atMost(PATIENCE).until(() -> version(late) == 7);
    }

    // ---- edges

    private PolicyFeed edge(String name, long version) throws Exception {
        return edge(name, edges.bundles.withList(version));
    }

    private PolicyFeed edge(String name, PolicyBundle bundle) throws Exception {
        var feed = edges.startIn(folder.resolve(name));
        edges.control.hear();
        if (!edges.control.offer(bundle).hasAck()) {
            throw new AssertionError("not taken");
        }
        return feed;
    }

    private void share(String name, Function<String, SealedMap> maps, PolicyFeed feed) {
        open.add(SitePolicies.start(name, maps, feed, MAX_BYTES, InstantSource.system(), meters));
    }

    private SealedMap map(String name) {
        return TestMaps.sealed(name, carriers.computeIfAbsent(name, _ -> new TestMaps.Carrier()));
    }

    private double events(String event) {
        return meters.get("overt.edge.policy.site").tag("event", event).counter().count();
    }

    private static long version(PolicyFeed feed) {
        return feed.get().map(ActivePolicy::version).orElse(0L);
    }

    /** They take every key. */
    private static final class Signers implements LeafKeyEnrolment {
        @Override
        public Optional<Duration> epochLength() {
            return Optional.of(Duration.ofDays(7));
        }

        @Override
        public Enrolment enrol(EpochKey key) {
            return new Enrolled();
        }
    }
}
