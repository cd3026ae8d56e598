package io.overt.edge.site;

import com.github.benmanes.caffeine.cache.Ticker;
import com.hazelcast.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.site.KeyDuty.Times;
import io.overt.edge.site.SiteClusterConfig.Embedded;
import io.overt.edge.site.SiteClusterConfig.Member;
import io.overt.edge.site.SiteClusterConfig.MemberNetwork;
import io.overt.edge.site.SiteClusterConfig.Off;
import io.overt.edge.site.Standing.Apart;
import io.overt.service.identity.FleetTls;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * All that this edge shares with the other edges of its site, wired together: keys, maps, and the
 * member and mesh that carry them. Made, started and closed once.
 */
public final class Site implements AutoCloseable {
    private final SiteKeys keys;
    private final Optional<Cluster> cluster;
    private final Function<String, SiteMap> carriers;
    private final SecureRandom random;
    private final Map<String, SealedMap> maps = new ConcurrentHashMap<>();
    private final Deque<Runnable> closers = new ArrayDeque<>();

    /** The parts that only exist where there is a cluster. */
    private record Cluster(Optional<MemberMesh> mesh, SitePeerServer peers, SiteCluster member) {}

    /**
     * Wires the parts; nothing runs yet.
     *
     * @param tls this edge's identity: its site is the one that is shared with. The caller closes
     *     it, after this
     * @param enrolment the signers
     * @param clock says which epoch it is
     * @param ticker for waiting times
     * @throws IllegalArgumentException if {@code config} does not list this edge as a member; the
     *     message names the key
     */
    public Site(
            SiteClusterConfig config,
            FleetTls tls,
            LeafKeyEnrolment enrolment,
            InstantSource clock,
            Ticker ticker,
            SecureRandom random,
            MeterRegistry meters) {
        this.random = random;
        switch (config) {
            case Off off -> {
                this.cluster = Optional.empty();
                this.carriers = name -> new MemorySiteMap(name, off.mapMemory(), ticker, meters);
                this.keys =
                        new SiteKeys(
                                () -> new Apart("site-cluster is off"),
                                enrolment,
                                peer -> new KeySource.NotFetched("site-cluster is off"),
                                clock,
                                random,
                                new Times(REFRESH, REFRESH),
                                meters);
            }
            case Embedded embedded -> {
                Member self = self(embedded, tls);
                MemberAddresses addresses = MemberAddresses.of(embedded, self);
                Config member =
                        MemberConfig.of(
                                "overt-" + tls.self().site() + "-g" + embedded.generation(),
                                addresses,
                                embedded.peerAddress());
                // The keys are woken by a member that is made after them, and ask it where they
                // stand.
                Wake wake = new Wake();
                SiteCluster siteCluster =
                        new SiteCluster(
                                member,
                                addresses,
                                embedded.callDeadline(),
                                embedded.aloneAfter(),
                                ticker,
                                meters,
                                wake);
                this.keys =
                        new SiteKeys(
                                siteCluster::standing,
                                enrolment,
                                new SitePeerClient(tls, FETCH_WITHIN),
                                clock,
                                random,
                                new Times(REFRESH, embedded.aloneAfter()),
                                meters);
                wake.keys = Optional.of(keys);
                this.carriers = siteCluster::map;
                Optional<MemberMesh> mesh =
                        embedded.network() == MemberNetwork.MESH
                                ? Optional.of(new MemberMesh(embedded, self, tls, meters))
                                : Optional.empty();
                this.cluster =
                        Optional.of(
                                new Cluster(
                                        mesh,
                                        new SitePeerServer(
                                                embedded.peerListen(), tls, keys::ring, meters),
                                        siteCluster));
            }
        }
    }

    /**
     * Starts all parts and returns; joining the cluster and getting keys goes on behind.
     *
     * @throws IOException if an address cannot be bound; what was started is closed again
     */
    public void start() throws IOException {
        try {
            if (cluster.isPresent()) {
                Cluster parts = cluster.get();
                if (parts.mesh().isPresent()) {
                    closers.push(parts.mesh().get()::close);
                    parts.mesh().get().start();
                }
                closers.push(parts.peers()::close);
                parts.peers().start();
                closers.push(parts.member()::close);
                parts.member().start();
            }
            closers.push(keys::close);
            keys.start();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The leaf keys. */
    public SiteKeys keys() {
        return keys;
    }

    /** The shared map of that name. */
    public SealedMap map(String name) {
        return maps.computeIfAbsent(
                name, _ -> new SealedMap(name, carriers.apply(name), keys::secret, random));
    }

    /** The member; for tests that break it. */
    Optional<SiteCluster> member() {
        return cluster.map(Cluster::member);
    }

    /** Closes what was started, in reverse. */
    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }

    private static Member self(Embedded config, FleetTls tls) {
        String name = tls.self().name();
        return config.member(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "site-cluster.members: "
                                                + config.members().stream()
                                                        .map(Member::name)
                                                        .toList()
                                                + " (expected: an entry for this edge, "
                                                + name
                                                + ", as its certificate names it)"));
    }

    /** Wakes the keys. */
    private static final class Wake implements Runnable {
        /** Set once, while wiring. */
        private volatile Optional<SiteKeys> keys = Optional.empty();

        @Override
        public void run() {
            keys.ifPresent(SiteKeys::wake);
        }
    }

    /**
     * How often keys are compared with the oldest edge's although nothing seems to have changed.
     */
    private static final Duration REFRESH = Duration.ofMinutes(5);

    /** Of one fetch, connecting included: a healthy peer answers in milliseconds. */
    private static final Duration FETCH_WITHIN = Duration.ofSeconds(3);
}
