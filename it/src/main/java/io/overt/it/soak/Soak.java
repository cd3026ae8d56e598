package io.overt.it.soak;

import io.netty.channel.Channel;
import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.EdgeRoom;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./overt soak}: keeps many inspected connections open and idle, makes new ones at a rate
 * meanwhile, and measures what the edges hold before, during and after. Ends with status 1 when
 * something is left that should not be.
 *
 * <p>Arguments: the folder to work in, {@code softhsm} or {@code file} for the CA's keys, idle
 * connections, new ones a minute, minutes, signers; {@code --kill} at the end for {@link Kills}
 * instead.
 */
public final class Soak {
    private final Ground ground;
    private final int idle;
    private final int perMinute;
    private final Duration time;
    private final List<String> faults = new ArrayList<>();

    private Soak(Ground ground, int idle, int perMinute, Duration time) {
        this.ground = ground;
        this.idle = idle;
        this.perMinute = perMinute;
        this.time = time;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        CaKeys keys =
                arguments[1].equals("softhsm") ? CaKeys.Fresh.SOFTHSM : CaKeys.Fresh.INSECURE_FILE;
        int idle = Integer.parseInt(arguments[2]);
        int perMinute = Integer.parseInt(arguments[3]);
        Duration time = Duration.ofMinutes(Integer.parseInt(arguments[4]));
        int signers = Integer.parseInt(arguments[5]);
        boolean kill = arguments.length > 6 && arguments[6].equals("--kill");
        var room = new EdgeRoom(2 * (idle + 5_000), 2 * (idle + 5_000), Duration.ofHours(6));
        List<String> faults;
        try (var open = Closing.atTheLatestOnSignal()) {
            Ground ground =
                    Ground.prepare(
                            directory, keys, kill ? 400 : 100, signers, room, open, Soak::say);
            faults =
                    kill
                            ? new Kills(ground, perMinute, time).run()
                            : new Soak(ground, idle, perMinute, time).run();
        }
        System.out.println();
        faults.forEach(fault -> System.out.println("FAIL " + fault));
        System.out.println(faults.isEmpty() ? "passed" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    static void say(String what) {
        System.out.println("--- " + what);
    }

    private List<String> run() throws IOException, InterruptedException {
        var load = new Load(ground.clients(), ground.origin(), ground.hosts(), ground.edges());
        say("warming up: each host at each edge, then 2000 connections, each closed again");
        for (int i = 0; i < 2 * ground.hosts().size(); i += GENTLY) {
            closeAll(
                    load.open(GENTLY)); // cold edges and hosts that nobody has met: a few at a time
        }
        closeAll(load.open(2_000));
        awaitOpen(0);
        Map<String, Long> warmUp = load.fates();
        Map<String, Footing> before = measure("before");

        say("opening " + idle + " connections to leave idle");
        long began = System.nanoTime();
        List<Call> kept = load.open(idle);
        say("open after " + seconds(began) + " s");
        awaitOpen(idle);
        Map<String, Footing> full = measure("idle");
        costOfIdle(before, full);

        say("%d new connections a minute for %d minutes".formatted(perMinute, time.toMinutes()));
        began = System.nanoTime();
        load.run(perMinute, time);
        say("done after " + seconds(began) + " s (expected: " + time.toSeconds() + ")");
        awaitOpen(idle);
        long alive =
                kept.stream()
                        .flatMap(call -> call.channel().stream())
                        .filter(Channel::isActive)
                        .count();
        if (alive != idle) {
            faults.add("of %d idle connections %d are still open".formatted(idle, alive));
        }
        Map<String, Footing> loaded = measure("idle and load");
        judge("after the load, with the idle ones open", full, loaded, Footing.Margin.OF_LOAD);

        say("closing all");
        closeAll(kept);
        awaitOpen(0);
        Map<String, Footing> after = measure("after");
        judge("after all were closed", before, after, Footing.Margin.OF_POOLS);

        say("the same once more, with half as many: what is left now is no reserve");
        closeAll(load.open(idle / 2));
        awaitOpen(0);
        Map<String, Footing> again = measure("after again");
        judge("after all were closed again", after, again, Footing.Margin.OF_LEAKS);

        load.fates()
                .forEach(
                        (fate, count) -> {
                            long since = count - warmUp.getOrDefault(fate, 0L);
                            say(fate + ": " + count + ", of these " + since + " after warming up");
                            if (since > 0 && !fate.endsWith(" inspected")) {
                                faults.add(
                                        "%d connections of a warm edge: %s".formatted(since, fate));
                            }
                        });
        for (EdgeProcess edge : ground.edges()) {
            faults.addAll(Accounts.of(ground, edge, load).faults());
        }
        return faults;
    }

    private void closeAll(List<Call> calls) {
        calls.forEach(Call::close);
    }

    /** Waits until the edges together count so many open connections. */
    private void awaitOpen(int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + SETTLING.toNanos();
        int open = -1;
        while (System.nanoTime() - end < 0) {
            open = 0;
            for (EdgeProcess edge : ground.edges()) {
                open += (int) ground.cluster().sum(edge.name(), "overt_edge_connections_open");
            }
            if (open == count) {
                return;
            }
            TimeUnit.SECONDS.sleep(1);
        }
        faults.add(
                "%d connections are open after %d s (expected: %d)"
                        .formatted(open, SETTLING.toSeconds(), count));
    }

    private Map<String, Footing> measure(String when) throws IOException, InterruptedException {
        // What is closed is freed on the event loops a moment later, and pools trim now and then.
        TimeUnit.SECONDS.sleep(5);
        Map<String, Footing> measured = new LinkedHashMap<>();
        for (EdgeProcess edge : ground.edges()) {
            Footing footing = Footing.of(ground.cluster(), edge);
            measured.put(edge.name(), footing);
            System.out.printf(
                    "%-14s %-7s heap %7.1f MB  direct %7.1f MB  resident %7.1f MB  descriptors %6d  threads %4d  open %6d%n",
                    when,
                    edge.name(),
                    footing.heap() / 1e6,
                    footing.direct() / 1e6,
                    footing.resident() / 1e6,
                    footing.descriptors(),
                    footing.threads(),
                    footing.open());
        }
        return measured;
    }

    private static void costOfIdle(Map<String, Footing> before, Map<String, Footing> full) {
        full.forEach(
                (edge, footing) -> {
                    Footing empty = before.getOrDefault(edge, footing);
                    int open = Math.max(1, footing.open());
                    System.out.printf(
                            "an idle inspected connection at %s: heap %.1f kB, direct %.1f kB, resident %.1f kB%n",
                            edge,
                            (footing.heap() - empty.heap()) / 1e3 / open,
                            (footing.direct() - empty.direct()) / 1e3 / open,
                            (footing.resident() - empty.resident()) / 1e3 / open);
                });
    }

    private void judge(
            String when,
            Map<String, Footing> before,
            Map<String, Footing> after,
            Footing.Margin margin) {
        after.forEach(
                (edge, footing) ->
                        footing.grownSince(before.getOrDefault(edge, footing), margin)
                                .forEach(grown -> faults.add(when + ", " + edge + ": " + grown)));
    }

    private static long seconds(long since) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
    }

    private static final int GENTLY = 8;

    private static final Duration SETTLING = Duration.ofMinutes(2);
}
