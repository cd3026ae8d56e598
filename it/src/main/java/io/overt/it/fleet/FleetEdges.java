package io.overt.it.fleet;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.policy.ActivePolicy;
import io.overt.edge.policy.PolicyFeed;
import io.overt.edge.policy.PolicyFeedConfig;
import io.overt.service.identity.FleetTls;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Many edges in one process: the policy feed of each with its own identity, TLS and folder, and
 * without a data path. What they do is told on standard output, ten times a second. It ends with
 * its standard input.
 */
final class FleetEdges {
    private static final int STARTERS = 4;

    private final List<SimpleMeterRegistry> meters = new ArrayList<>();
    private final Map<Long, ConcurrentLinkedQueue<Long>> inForce = new ConcurrentHashMap<>();
    private final int edges;

    private FleetEdges(int edges) {
        this.edges = edges;
    }

    /**
     * @param args folder of identities, folder for state, port of the control plane, the policy's
     *     public key, and how many
     */
    public static void main(String[] args) throws Exception {
        var fleet = new FleetEdges(Integer.parseInt(args[4]));
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("watch").start(() -> fleet.tell(out));
        try (var starters = Executors.newFixedThreadPool(STARTERS)) {
            for (int number = 1; number <= fleet.edges; number++) {
                int each = number;
                var _ =
                        starters.submit(
                                () -> {
                                    fleet.start(
                                            Path.of(args[0]),
                                            Path.of(args[1]),
                                            Integer.parseInt(args[2]),
                                            Path.of(args[3]),
                                            each);
                                    return each;
                                });
            }
        }
        // The bench closes it when it is done, or dies.
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private void start(Path identities, Path state, int port, Path key, int number)
            throws Exception {
        var own = new SimpleMeterRegistry();
        var file = identities.resolve("hq-edge-" + number).toString();
        var tls =
                new FleetTls(
                        Path.of(file + ".crt"), Path.of(file + ".key"), Path.of(file + "-ca.crt"));
        var _ =
                PolicyFeed.start(
                        new PolicyFeedConfig(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                                List.of(key),
                                1 << 20),
                        tls,
                        state.resolve("edge-" + number),
                        own,
                        this::activated);
        synchronized (meters) {
            meters.add(own);
        }
    }

    private void activated(ActivePolicy policy) {
        var times = inForce.computeIfAbsent(policy.version(), _ -> new ConcurrentLinkedQueue<>());
        times.add(System.currentTimeMillis());
    }

    private void tell(PrintStream out) {
        var told = new ArrayList<Long>();
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(100);
                List<SimpleMeterRegistry> now;
                synchronized (meters) {
                    now = List.copyOf(meters);
                }
                double connected = 0;
                double ended = 0;
                for (var each : now) {
                    connected += each.get("overt.edge.policy.connected").gauge().value();
                    ended += each.get("overt.edge.policy.stream.ends").counter().count();
                }
                // In one piece: the log goes there too.
                out.println(
                        "#at "
                                + System.currentTimeMillis()
                                + " "
                                + (long) connected
                                + " "
                                + (long) ended);
                inForce.forEach(
                        (version, times) -> {
                            if (times.size() >= edges && !told.contains(version)) {
                                told.add(version);
                                out.println(
                                        "#version "
                                                + version
                                                + times.stream()
                                                        .sorted()
                                                        .map(time -> " " + time)
                                                        .collect(Collectors.joining()));
                            }
                        });
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
