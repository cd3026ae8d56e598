package io.overt.it.cluster;

import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Clients that open connections to hosts which nobody has met, one after the other, for as long as
 * this is open, and what became of each. Phases are named by the thread that made it.
 */
final class BusyClients implements AutoCloseable {
    private final SplitCluster cluster;
    private final Queue<Done> done = new ConcurrentLinkedQueue<>();
    private final AtomicInteger hosts = new AtomicInteger();
    private final List<Thread> clients = new ArrayList<>();
    private volatile String phase = "starting";
    private volatile boolean over;

    /**
     * A visit that is over.
     *
     * @param phase in which it began
     */
    private record Done(
            String phase, long began, int client, String host, Duration took, Visit visit) {}

    BusyClients(SplitCluster cluster) {
        this.cluster = cluster;
        for (int number = 0; number < CLIENTS; number++) {
            int client = number;
            clients.add(
                    Thread.ofVirtual().name("client-" + number).start(() -> keepVisiting(client)));
        }
    }

    /** From now on it is this. */
    void phase(String name) {
        phase = name;
    }

    /** Lets the last visits end. */
    void finish() throws InterruptedException {
        over = true;
        for (Thread each : clients) {
            each.join();
        }
    }

    /** Visits that were not answered by a host behind a forged leaf. */
    List<String> failures() {
        return done.stream()
                .filter(each -> each.visit().failure().isPresent())
                .map(
                        each ->
                                each.phase()
                                        + ": "
                                        + each.host()
                                        + ": "
                                        + each.visit().failure().get())
                .toList();
    }

    /** Of the visits that began in a phase. */
    Duration longest(String name) {
        return in(name).stream().map(Done::took).max(Comparator.naturalOrder()).orElseThrow();
    }

    /** A line a phase, for people. */
    String report() {
        Map<String, List<Done>> phases =
                done.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Done::phase, LinkedHashMap::new, Collectors.toList()));
        return phases.entrySet().stream()
                .map(
                        entry ->
                                "%-18s %5d visits in %5d ms, %d failed, %d over %d ms, median %d ms, longest %d ms"
                                        .formatted(
                                                entry.getKey(),
                                                entry.getValue().size(),
                                                lasted(entry.getValue()).toMillis(),
                                                entry.getValue().stream()
                                                        .filter(
                                                                each ->
                                                                        each.visit()
                                                                                .failure()
                                                                                .isPresent())
                                                        .count(),
                                                entry.getValue().stream()
                                                        .filter(
                                                                each ->
                                                                        each.took().compareTo(SLOW)
                                                                                > 0)
                                                        .count(),
                                                SLOW.toMillis(),
                                                median(entry.getValue()).toMillis(),
                                                longest(entry.getKey()).toMillis()))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static Duration lasted(List<Done> visits) {
        var began = visits.stream().mapToLong(Done::began).summaryStatistics();
        return Duration.ofNanos(began.getMax() - began.getMin());
    }

    private static Duration median(List<Done> visits) {
        return visits.stream().map(Done::took).sorted().toList().get(visits.size() / 2);
    }

    private List<Done> in(String name) {
        return done.stream().filter(each -> each.phase().equals(name)).toList();
    }

    private void keepVisiting(int client) {
        while (!over) {
            String host = "new-" + hosts.incrementAndGet() + ".example";
            String when = phase;
            Site site = cluster.origins.of(host);
            long began = System.nanoTime();
            Visit visit = cluster.visit(SplitCluster.EDGES.get(client % 2), site, host);
            done.add(
                    new Done(
                            when,
                            began,
                            client,
                            host,
                            Duration.ofNanos(System.nanoTime() - began),
                            visit));
            site.server().close();
        }
    }

    @Override
    public void close() {
        over = true;
    }

    static final int CLIENTS = 4;

    /** No visit takes so long that no deadline made wait. */
    private static final Duration SLOW = Duration.ofMillis(1500);
}
