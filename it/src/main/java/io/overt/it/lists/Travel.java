package io.overt.it.lists;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.ControlPlane;
import io.overt.control.cli.Overtctl;
import io.overt.edge.policy.ActivePolicy;
import io.overt.edge.policy.ListShelfConfig;
import io.overt.edge.policy.PolicyFeed;
import io.overt.edge.policy.PolicyFeedConfig;
import io.overt.it.cluster.InProcessControlPlane;
import io.overt.service.identity.FleetFiles;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.Parts;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A list on its way: a web server that has it, a control plane that fetches and compiles it, an
 * edge that fetches its pieces, all of them the real ones over loopback.
 */
final class Travel implements AutoCloseable {
    private final Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicReference<Path> text;
    private final TestFleet fleet;
    private final Path operator;
    private final ControlPlane control;
    private final PolicyFeed feed;

    /** Released whenever a version comes into force. */
    private final AtomicReference<CountDownLatch> next =
            new AtomicReference<>(new CountDownLatch(1));

    /**
     * What a version took on its way to the edge.
     *
     * @param octets of pieces that arrived at the edge
     * @param pieces that arrived
     * @param published the time until the version was published: fetched, compiled, kept
     * @param acknowledged the time from there until it was in force at the edge
     */
    record Leg(long octets, long pieces, Duration published, Duration acknowledged) {}

    /** Starts all but the list. */
    Travel(Path folder, Path text) throws Exception {
        this.folder = Files.createDirectories(folder);
        this.text = new AtomicReference<>(text);
        var pki = TestPki.create();
        fleet = TestPki.fleet(Files.createDirectories(folder.resolve("fleet")), "hq");
        var web = web(pki);
        pki.writeAnchor(folder.resolve("web.pem"));
        var parts = new Parts();
        open.add(parts);
        control =
                InProcessControlPlane.start(
                        folder,
                        fleet,
                        0,
                        """
                        lists:
                          compile-above: 1KiB
                          fetch-deadline: 1h
                          trust-anchors: [ web.pem ]
                          private-networks: [ 127.0.0.0/8, "::1" ]
                        """,
                        parts);
        operator = operator();
        policy(web);
        feed = feed();
    }

    /** The version that is in force at the edge. */
    Optional<ActivePolicy> inForce() {
        return feed.get();
    }

    /** Publishes a policy with the list. */
    Leg publish() throws Exception {
        return leg("apply", folder.resolve("policy").toString());
    }

    /** The same place has another text. */
    Leg change(Path other) throws Exception {
        text.set(other);
        return leg("lists", "refresh", "bad", "--timeout", "36000");
    }

    private Leg leg(String... command) throws Exception {
        var arrived = new CountDownLatch(1);
        next.set(arrived);
        double octets = meters.get("overt.edge.policy.list.received").counter().count();
        double pieces = meters.get("overt.edge.policy.list.pieces").counter().count();
        long start = System.nanoTime();
        overtctl(command);
        long published = System.nanoTime();
        if (!arrived.await(10, TimeUnit.HOURS)) {
            throw new TimeoutException("the edge has not taken the version");
        }
        return new Leg(
                (long) (meters.get("overt.edge.policy.list.received").counter().count() - octets),
                (long) (meters.get("overt.edge.policy.list.pieces").counter().count() - pieces),
                Duration.ofNanos(published - start),
                Duration.ofNanos(Math.max(0, System.nanoTime() - published)));
    }

    /** What the command printed. */
    String overtctl(String... command) {
        var printed = new StringWriter();
        var arguments = new ArrayList<>(List.of("--config", operator.toString()));
        arguments.addAll(List.of(command));
        int exit =
                Overtctl.run(
                        Map.of(),
                        new PrintWriter(printed, true),
                        new PrintWriter(printed, true),
                        arguments.toArray(String[]::new));
        if (exit != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + ": " + exit + "\n" + printed);
        }
        return printed.toString();
    }

    private String web(TestPki pki) throws Exception {
        var password = "x".toCharArray();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(pki.leaf("localhost").keyStore(password), password);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        var server = HttpsServer.create(loopback(), 50);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, Files.size(text.get()));
                        Files.copy(text.get(), exchange.getResponseBody());
                    }
                });
        server.start();
        open.add(threads);
        open.add(() -> server.stop(0));
        return "https://localhost:" + server.getAddress().getPort() + "/bad.txt";
    }

    private void policy(String url) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("policy")).resolve("policy.yaml"),
                """
                policy: corporate
                rules:
                  - { name: bad, when: { list: bad }, then: block }
                  - { name: default, then: splice }
                lists:
                  bad: { url: "%s", format: names, every: 30d, max-size: 1024MiB, public-suffixes: warn }
                """
                        .formatted(url));
    }

    private Path operator() throws IOException {
        var files = fleet.issue("operator", "alice");
        return Files.writeString(
                folder.resolve("overtctl.yaml"),
                "control: 127.0.0.1:%d\nidentity: {certificate: %s, key: %s, trust-anchors: %s}\ntimeout: 10h\n"
                        .formatted(
                                control.rpcAddress().getPort(),
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors()));
    }

    private PolicyFeed feed() throws Exception {
        var files = fleet.issue("edge", "edge-1");
        var tls =
                new FleetTls(
                        new FleetFiles(
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors()));
        open.add(tls);
        var started =
                PolicyFeed.start(
                        new PolicyFeedConfig(
                                control.rpcAddress(),
                                List.of(InProcessControlPlane.pinned(folder)),
                                1 << 20,
                                new ListShelfConfig(1L << 30, 1L << 34, Duration.ofHours(10)),
                                PolicyFeedConfig.Terms.DEFAULT),
                        tls,
                        folder.resolve("edge"),
                        meters,
                        _ -> Objects.requireNonNull(next.get()).countDown());
        open.add(started);
        return started;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public void close() {
        try {
            for (var each : open.reversed()) {
                each.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
