package io.overt.it.rollout;

import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.EdgeRoom;
import io.overt.it.cluster.FurtherSettings;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.Origins;
import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.Records;
import io.overt.it.cluster.Visitor;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.pki.TwoApprovers;
import io.overt.testkit.upstream.TlsManner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Three sites of three edges, a signer and a control plane, each a process of its own; two people
 * whose approvals count; and clients that go through all edges all the while, without which no gate
 * has anything to judge. What edges decide by is asked of the edges themselves, so that a test's
 * tool is not its own witness.
 *
 * <p>Confined to the test's thread, but for the clients, which have threads of their own. Whoever
 * starts it closes it.
 */
final class ThreeSites implements AutoCloseable {
    /** Their names. */
    static final List<String> SITES = List.of("north", "south", "west");

    /** The one edge of the first wave; the second is the rest of its site. */
    static final String CANARY = "north/edge-a";

    /** What a client met. */
    enum Met {
        /** A certificate of ours, and the origin's answer. */
        INSPECTED,
        /** The origin's own certificate, and its answer. */
        SPLICED,
        /** No answer. */
        NOTHING
    }

    private final Path directory;
    private final Closing open = Closing.atTheLatestOnSignal();
    private final TwoApprovers people;
    private final TestPki internet = TestPki.create();
    private final Visitor visitor = new Visitor();
    private final Map<String, Site> hosts = new LinkedHashMap<>();
    private final ProcessCluster cluster;
    private final X509Certificate inspectionRoot;

    /**
     * Starts all of it; returns when the first policy is in force everywhere.
     *
     * @param directory that everything goes into
     * @param control sections of the control plane's configuration
     * @param web what browsers are shown at its web listener; without it there is none
     */
    static ThreeSites start(Path directory, String control, Optional<PemFiles> web)
            throws IOException, InterruptedException {
        return new ThreeSites(directory, control, web);
    }

    private ThreeSites(Path directory, String control, Optional<PemFiles> web)
            throws IOException, InterruptedException {
        this.directory = directory;
        this.people = new TwoApprovers(directory);
        var origins = open.opened(new Origins(internet));
        for (String each : List.of("news.example", "games.example")) {
            hosts.put(each, origins.of(each));
        }
        // curl and browsers have this group, and the engine that inspects has not.
        TestIdentity odd = internet.leaf("odd.example");
        hosts.put(
                "odd.example",
                origins.that(
                        odd,
                        TlsManner.with(odd)
                                .versions("TLSv1.3")
                                .groups("secp521r1")
                                .speaking(Origins.ANSWERS)));
        try {
            cluster = open.opened(ProcessCluster.start(plan(control, web), System.out::println));
            inspectionRoot = certificate(cluster.inspectionRoot());
            // The first version goes its way in waves, too, while edges come up.
            cluster.overtctl("rollout", "watch");
            browse();
        } catch (Throwable e) {
            open.close();
            throw e;
        }
    }

    private ClusterPlan plan(String control, Optional<PemFiles> web) throws IOException {
        return new ClusterPlan(
                directory.resolve("cluster"),
                // Compiled once and quickly: eleven of them share what cores there are.
                Launcher.ofBuildTree()
                        .with("OVERT_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"),
                CaKeys.Fresh.SOFTHSM,
                "Example Corp",
                internet.writeAnchor(directory.resolve("internet.pem")),
                write(Policies.FIRST),
                edges(),
                1,
                Gateway.NONE,
                EdgeRoom.DEFAULT,
                new FurtherSettings(
                        """
                        rollout:
                          approvers: %s
                          wait-after-start: 1s
                          plan:
                            waves:
                              - { name: canary, labels: [canary], bake: 15s }
                              - { name: north, sites: [north], bake: 5s }
                              - { name: everywhere, bake: 5s }
                            gates:
                              handshake-failures: { at-most: 10%%, connections: 6, action: roll-back }
                              nacks: { at-most: 0, action: roll-back }
                        %s"""
                                .formatted(people.file(), control),
                        web,
                        """
                          approvers: %s
                          health-every: 1s
                        """
                                .formatted(people.file()),
                        Map.of(CANARY, List.of("canary")),
                        Optional.of(people)));
    }

    /** The edges, as {@code SITE/NAME}. */
    static List<String> edges() {
        return SITES.stream().flatMap(site -> edges(site).stream()).toList();
    }

    private static List<String> edges(String site) {
        return List.of(site + "/edge-a", site + "/edge-b", site + "/edge-c");
    }

    ProcessCluster cluster() {
        return cluster;
    }

    TwoApprovers people() {
        return people;
    }

    /** Puts a policy into the author's folder, which it returns. */
    Path write(String policy) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(folder.resolve("policy.yaml"), policy);
        return folder;
    }

    /** What a client meets that goes to a host through an edge. */
    Met meets(String edge, String host) {
        Site site = hosts.get(host);
        if (site == null) {
            throw new IllegalArgumentException(
                    host + ": no such host (expected: " + hosts.keySet());
        }
        Visitor.Visit visit =
                visitor.visit(
                        cluster.edge(edge).connectPort(),
                        site.address(),
                        host,
                        inspectionRoot,
                        internet.anchor());
        if (visit.answer().isEmpty()) {
            return Met.NOTHING;
        }
        return visit.leaf().equals(site.identity().certificate()) ? Met.SPLICED : Met.INSPECTED;
    }

    /** What each edge decides by now, as it says itself, by site. */
    Map<String, List<Long>> versions() throws IOException, InterruptedException {
        Map<String, List<Long>> versions = new LinkedHashMap<>();
        for (String site : SITES) {
            List<Long> ofSite = new ArrayList<>();
            for (String edge : edges(site)) {
                ofSite.add((long) cluster.sum(edge, "overt_edge_policy_version"));
            }
            versions.put(site, ofSite);
        }
        return versions;
    }

    /** The same version at all nine. */
    static Map<String, List<Long>> everywhere(long version) {
        return SITES.stream()
                .collect(Collectors.toMap(site -> site, _ -> List.of(version, version, version)));
    }

    /** One version at the canary, another at the eight others. */
    static Map<String, List<Long>> atTheCanary(long version, long others) {
        Map<String, List<Long>> versions = new LinkedHashMap<>(everywhere(others));
        versions.put("north", List.of(version, others, others));
        return versions;
    }

    /** An edge's records, one JSON line a connection that is over. */
    Path records(String edge) {
        return cluster.edge(edge).records();
    }

    /** The versions that have decided a connection at an edge that is over. */
    Set<String> decidedBy(String edge) {
        return new Records(records(edge))
                .all().stream()
                        .map(each -> each.text("policy_version"))
                        .collect(Collectors.toSet());
    }

    /** The hosts of connections that are over at an edge. */
    Set<String> visitedAt(String edge) {
        return new Records(records(edge))
                .all().stream().map(each -> each.text("server_name")).collect(Collectors.toSet());
    }

    /** A client at each site goes to one host after the other, through one edge after the other. */
    private void browse() {
        ScheduledExecutorService clients =
                open.opened(Executors.newScheduledThreadPool(SITES.size()));
        for (String site : SITES) {
            var visits = new AtomicInteger();
            var names = List.copyOf(hosts.keySet());
            var _ =
                    clients.scheduleWithFixedDelay(
                            () -> {
                                int next = visits.getAndIncrement();
                                String edge = edges(site).get(next % 3);
                                meets(edge, names.get(next / 3 % names.size()));
                            },
                            0,
                            PACE_MILLISECONDS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private static X509Certificate certificate(Path pem) throws IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + ": no certificate", e);
        }
    }

    @Override
    public void close() {
        open.close();
    }

    /** Each edge is visited every 0.6 s: the canary alone has what its gate wants in four. */
    private static final int PACE_MILLISECONDS = 200;
}
