package io.overt.it.soak;

import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Connections by {@link Clients} to the edges in turn, for hosts in turn, counted. Not thread-safe
 * but for the counting.
 */
final class Load {
    private final Clients clients;
    private final InetSocketAddress origin;
    private volatile List<String> hosts;
    private final List<EdgeProcess> edges;
    private final Map<String, LongAdder> made = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> fates = new ConcurrentHashMap<>();
    private final Semaphore opening = new Semaphore(AT_ONCE);
    private final AtomicInteger next = new AtomicInteger();

    Load(Clients clients, InetSocketAddress origin, List<String> hosts, List<EdgeProcess> edges) {
        this.clients = clients;
        this.origin = origin;
        this.hosts = List.copyOf(hosts);
        this.edges = List.copyOf(edges);
        edges.forEach(edge -> made.put(edge.name(), new LongAdder()));
    }

    /** From now on asks for these hosts. */
    void turnTo(List<String> others) {
        hosts = List.copyOf(others);
    }

    /** Opens so many connections, as fast as the edges answer, and leaves them open and idle. */
    List<Call> open(int count) throws InterruptedException {
        List<CompletableFuture<Call>> calls = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            calls.add(ask());
        }
        return calls.stream().map(CompletableFuture::join).toList();
    }

    /**
     * Opens a connection every so often, each closed after its answer, until the time is over and
     * the last one is.
     */
    void run(int perMinute, Duration time) throws InterruptedException {
        long interval = TimeUnit.MINUTES.toNanos(1) / perMinute;
        long rounds = time.toNanos() / interval;
        var left = new AtomicInteger((int) rounds);
        try (var ticks = Executors.newSingleThreadScheduledExecutor()) {
            var all = new CompletableFuture<Void>();
            List<CompletableFuture<?>> calls = new ArrayList<>();
            var ticking =
                    ticks.scheduleAtFixedRate(
                            () -> {
                                if (left.getAndDecrement() <= 0) {
                                    all.complete(null);
                                    return;
                                }
                                try {
                                    calls.add(ask().thenAccept(Call::close));
                                } catch (InterruptedException _) {
                                    Thread.currentThread().interrupt();
                                }
                            },
                            0,
                            interval,
                            TimeUnit.NANOSECONDS);
            all.join();
            ticking.cancel(false);
            CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
        }
    }

    /** Connections that an edge's kernel has taken from us. */
    long made(String edge) {
        return made.getOrDefault(edge, new LongAdder()).sum();
    }

    /** What became of all of them so far, by edge, in words. */
    Map<String, Long> fates() {
        Map<String, Long> sums = new TreeMap<>();
        fates.forEach((fate, count) -> sums.put(fate, count.sum()));
        return sums;
    }

    private CompletableFuture<Call> ask() throws InterruptedException {
        int n = next.getAndIncrement();
        EdgeProcess edge = edges.get(n % edges.size());
        // Each host at one edge after the other, so that they share what they forge.
        List<String> now = hosts;
        String host = now.get(n / edges.size() % now.size());
        opening.acquire();
        return clients.ask(
                        edge.connectPort(),
                        origin,
                        host,
                        () -> made.computeIfAbsent(edge.name(), _ -> new LongAdder()).increment())
                .whenComplete(
                        (call, _) -> {
                            opening.release();
                            fates.computeIfAbsent(fate(edge, call), _ -> new LongAdder())
                                    .increment();
                        });
    }

    private static String fate(EdgeProcess edge, Call call) {
        return edge.name()
                + switch (call.met()) {
                    case FORGED -> " inspected";
                    case ORIGINAL -> " spliced";
                    case NOBODY -> " no answer: " + call.detail();
                };
    }

    /** Handshakes under way; more would only wait for the same processors. */
    private static final int AT_ONCE = 64;
}
