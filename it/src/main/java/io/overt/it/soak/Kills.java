package io.overt.it.soak;

import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * {@code ./overt soak --kill}: under load ends the first signer, starts it again, ends the second
 * edge, which is the first one's only peer in the site's cluster, and ends the control plane, each
 * as a power cut would. In each phase hosts come that no edge has met. What became of every
 * connection to the first edge must be what the rule names, and clients, records and counters must
 * agree on how many there were.
 */
final class Kills {
    private final Ground ground;
    private final int perMinute;
    private final Duration time;

    Kills(Ground ground, int perMinute, Duration time) {
        this.ground = ground;
        this.perMinute = perMinute;
        this.time = time;
    }

    List<String> run() throws IOException, InterruptedException {
        ProcessCluster cluster = ground.cluster();
        EdgeProcess first = cluster.edge(Ground.FIRST);
        int share = ground.hosts().size() / PHASES;
        var load = new Load(ground.clients(), ground.origin(), hosts(0, share), ground.edges());
        CompletableFuture<Void> running =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                load.run(perMinute, time);
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        Soak.say("all parts run");
        pause();

        Soak.say("the signer is killed");
        cluster.killSigner();
        load.turnTo(hosts(1, share));
        pause();

        Soak.say("the signer is started again");
        cluster.startSignerAgain();
        load.turnTo(hosts(2, share));
        pause();

        Soak.say("the second edge is killed");
        cluster.edge(Ground.SECOND).process().kill();
        load.turnTo(hosts(3, share));
        pause();

        Soak.say("the control plane is killed");
        cluster.killControl();
        load.turnTo(hosts(4, share));
        running.join();
        awaitNoneOpen(first);

        Accounts accounts = Accounts.of(ground, first, load);
        Soak.say("by the clients' account:");
        load.fates().forEach((fate, count) -> System.out.printf("%7d  %s%n", count, fate));
        Soak.say("by the records of " + first.name() + ":");
        accounts.recorded().forEach((fate, count) -> System.out.printf("%7d  %s%n", count, fate));
        System.out.printf(
                "%7d  made by the clients, %d by its counters%n",
                accounts.made(), accounts.counted());
        List<String> faults = new ArrayList<>(accounts.faults());
        long spliced = accounts.recorded().getOrDefault("splice signer-away", 0L);
        if (cluster.signers() == 1 && spliced == 0) {
            faults.add("nothing was spliced while the signer was away: the load was too light");
        }
        if (cluster.signers() > 1 && spliced > 0) {
            faults.add("%d spliced, although another signer was there".formatted(spliced));
        }
        return faults;
    }

    private List<String> hosts(int phase, int share) {
        return ground.hosts().subList(phase * share, (phase + 1) * share);
    }

    private void pause() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos() / PHASES);
    }

    private void awaitNoneOpen(EdgeProcess edge) throws IOException, InterruptedException {
        while (ground.cluster().sum(edge.name(), "overt_edge_connections_open") > 0) {
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static final int PHASES = 5;
}
