package io.overt.edge.site;

import com.github.benmanes.caffeine.cache.Ticker;
import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.site.Standing.Apart;
import io.overt.edge.site.Standing.Joining;
import io.overt.edge.site.Standing.Oldest;
import io.overt.edge.site.Standing.Peer;
import io.overt.edge.site.Standing.Younger;
import io.overt.service.process.ThreadBackstop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This edge's member of the site's Hazelcast cluster. Starting takes seconds and joining may take
 * longer, so a thread of its own does both, and starts the member again should it go down: nobody
 * waits for the cluster. Thread-safe.
 */
final class SiteCluster implements AutoCloseable {
    private final Config config;
    private final InetSocketAddress bind;
    private final Duration callDeadline;
    private final Ticker ticker;
    private final long aloneFrom;
    private final MeterRegistry meters;
    private final Runnable changed;
    private final Thread keeper;
    private final ThreadBackstop backstop;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, SiteMap> maps = new ConcurrentHashMap<>();

    /** Written by the keeper; null while no member runs. */
    private volatile @Nullable HazelcastInstance member;

    /** Whether a member has ever run; a member that went down is not one that is still starting. */
    private volatile boolean joinedOnce;

    /**
     * A member that is not started yet.
     *
     * @param config from {@link MemberConfig}
     * @param addresses the ones in {@code config}
     * @param callDeadline of map calls
     * @param aloneAfter after which time without a member this edge is {@link Apart}
     * @param ticker for {@code aloneAfter}
     * @param changed called on any thread, briefly, whenever the standing may have changed
     */
    SiteCluster(
            Config config,
            MemberAddresses addresses,
            Duration callDeadline,
            Duration aloneAfter,
            Ticker ticker,
            MeterRegistry meters,
            Runnable changed) {
        this.config = config;
        this.bind = addresses.bind();
        this.callDeadline = callDeadline;
        this.ticker = ticker;
        this.aloneFrom = ticker.read() + aloneAfter.toNanos();
        this.meters = meters;
        this.changed = changed;
        this.keeper =
                Thread.ofPlatform().name("site-cluster").daemon(true).unstarted(this::keepMember);
        this.backstop = new ThreadBackstop("site-cluster", meters);
        Gauge.builder("overt.site.members", this, SiteCluster::members)
                .description(
                        "Edges in this site's cluster as this one sees it; 0 while its own member does not run.")
                .register(meters);
    }

    /**
     * Begins to start the member and returns.
     *
     * @throws IOException if its address cannot be bound, which no retry would cure
     */
    void start() throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(bind);
        } catch (IOException e) {
            throw new IOException(
                    "site-cluster: member address "
                            + bind.getHostString()
                            + ":"
                            + bind.getPort()
                            + ": "
                            + e.getMessage(),
                    e);
        }
        keeper.start();
    }

    /** Where this edge stands now; cheap. */
    Standing standing() {
        HazelcastInstance running = member;
        if (running == null) {
            return joinedOnce || ticker.read() - aloneFrom >= 0
                    ? new Apart("the member does not run")
                    : new Joining();
        }
        try {
            Cluster cluster = running.getCluster();
            // Hazelcast keeps its member list in the order of joining: the first is the oldest.
            Iterator<Member> members = cluster.getMembers().iterator();
            Member oldest = members.next();
            return oldest.localMember()
                    ? new Oldest(cluster.getMembers().size())
                    : new Younger(
                            new Peer(
                                    oldest.getUuid(),
                                    Objects.requireNonNullElse(
                                            oldest.getAttribute(MemberConfig.SITE_PEER), "")));
        } catch (RuntimeException e) {
            // A member that is going down throws; the keeper sees it too and starts another.
            return new Apart("the member is going down: " + e);
        }
    }

    /** The shared map of that name. */
    SiteMap map(String name) {
        return maps.computeIfAbsent(
                name,
                _ ->
                        new HazelcastSiteMap(
                                () -> running().map(hz -> hz.getMap(name)),
                                name,
                                callDeadline,
                                meters));
    }

    /** The running member; for tests that break it. */
    Optional<HazelcastInstance> running() {
        return Optional.ofNullable(member);
    }

    /** Leaves the cluster, handing over partitions, for at most a few seconds. */
    @Override
    public void close() {
        closing.countDown();
        keeper.interrupt();
        try {
            keeper.join(CLOSE_WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepMember() {
        Duration pause = FIRST_PAUSE;
        try {
            while (closing.getCount() > 0) {
                CountDownLatch down = new CountDownLatch(1);
                try {
                    run(down);
                    pause = FIRST_PAUSE;
                    down.await();
                    LOG.warn("site cluster member went down; starting another");
                } catch (RuntimeException e) {
                    // Hazelcast says so too that its environment is broken. The site goes on
                    // without sharing; the operator sees the gauge, the counter and the line.
                    backstop.caught(e);
                }
                member = null;
                backstop.around(changed).run();
                closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
                pause =
                        pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0
                                ? pause.multipliedBy(2)
                                : LAST_PAUSE;
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        } finally {
            stop();
        }
    }

    private void run(CountDownLatch down) {
        HazelcastInstance started = Hazelcast.newHazelcastInstance(config);
        started.getLifecycleService()
                .addLifecycleListener(
                        event -> {
                            if (event.getState() == LifecycleState.SHUTDOWN) {
                                down.countDown();
                            }
                            changed.run();
                        });
        started.getCluster().addMembershipListener(new Watcher());
        member = started;
        joinedOnce = true;
        if (!started.getLifecycleService().isRunning()) {
            down.countDown();
        }
        changed.run();
    }

    private void stop() {
        HazelcastInstance last = member;
        member = null;
        // shutdown() waits for hand-over and gives up when interrupted.
        boolean interrupted = Thread.interrupted();
        if (last != null) {
            last.shutdown();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private double members() {
        HazelcastInstance running = member;
        try {
            return running == null ? 0 : running.getCluster().getMembers().size();
        } catch (RuntimeException _) {
            // Going down between the two calls: no members, which the next scrape sees as well.
            return 0;
        }
    }

    private final class Watcher implements MembershipListener {
        @Override
        public void memberAdded(MembershipEvent event) {
            changed.run();
        }

        @Override
        public void memberRemoved(MembershipEvent event) {
            changed.run();
        }
    }

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(30);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(15);
    private static final Logger LOG = LoggerFactory.getLogger(SiteCluster.class);
}
