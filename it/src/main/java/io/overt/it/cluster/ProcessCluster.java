package io.overt.it.cluster;

import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A signer, a control plane and the edges of one site as processes of their own, with throw-away
 * identities and a throw-away CA, talking over the loopback address.
 *
 * <p>Not thread-safe. Whoever starts it closes it; closing stops the processes in reverse order.
 */
public final class ProcessCluster implements AutoCloseable {
    /** The one site. */
    public static final String SITE = "demo";

    // A JVM starts in a second; five of them on two busy cores take their time. For the same reason
    // the
    // edges' deadlines below are longer than their defaults: nothing here is about speed.
    private static final Duration START_DEADLINE = Duration.ofMinutes(4);

    private final ClusterPlan plan;
    private final Launcher launcher;
    private final Consumer<String> progress;
    private final Ports ports = new Ports();
    private final List<Child> children = new ArrayList<>();
    private final Map<String, EdgeProcess> edges = new LinkedHashMap<>();
    private final int signerPort;
    private final int signerAdminPort;
    private final int controlPort;

    private ProcessCluster(ClusterPlan plan, Consumer<String> progress) throws IOException {
        this.plan = plan;
        this.progress = progress;
        this.launcher = plan.launcher().with("SOFTHSM2_CONF", file("softhsm2.conf").toString());
        this.signerPort = ports.next();
        this.signerAdminPort = ports.next();
        this.controlPort = ports.next();
    }

    /**
     * One edge.
     *
     * @param name its name
     * @param number its number in the site's cluster
     * @param process while it runs
     * @param connectPort where it is an explicit proxy
     * @param adminPort where it tells about itself
     * @param records its records, one JSON line a connection
     */
    public record EdgeProcess(
            String name, int number, Child process, int connectPort, int adminPort, Path records) {}

    /**
     * Makes everything that a cluster needs, and starts it.
     *
     * @param progress told what is being done, in plain words
     * @throws IOException when a file cannot be written or a program fails
     * @throws IllegalStateException when a process does not become ready
     */
    public static ProcessCluster start(ClusterPlan plan, Consumer<String> progress)
            throws IOException, InterruptedException {
        var cluster = new ProcessCluster(plan, progress);
        try {
            cluster.startAll();
            return cluster;
        } catch (Throwable e) {
            cluster.close();
            throw e;
        }
    }

    /** PEM of the root that clients are to trust. */
    public Path inspectionRoot() {
        return file("ca/root.pem");
    }

    /** PEM of the issuing CA. */
    public Path issuingCa() {
        return file("ca/issuing.pem");
    }

    /** The edges by name, in the plan's order. */
    public EdgeProcess edge(String name) {
        EdgeProcess edge = edges.get(name);
        if (edge == null) {
            throw new IllegalArgumentException(
                    name + ": no such edge (expected: " + edges.keySet());
        }
        return edge;
    }

    /** How often the CA's key was used for a leaf. */
    public double signatures() throws IOException, InterruptedException {
        return new AdminPort(launcher, signerAdminPort).sum("overt_signer_signatures_total");
    }

    /** Publishes a policy and waits until every edge has taken it. */
    public String apply(Path policy) throws IOException, InterruptedException {
        return overtctl("apply", "--wait", "60", policy.toString());
    }

    /** Runs overtctl as the site's operator. */
    public String overtctl(String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("--config", file("overtctl.yaml").toString()));
        all.addAll(List.of(arguments));
        return launcher.run("overtctl", all.toArray(String[]::new));
    }

    private void startAll() throws IOException, InterruptedException {
        Files.createDirectories(plan.directory());
        TestFleet fleet = TestPki.fleet(Files.createDirectories(file("identity")), SITE);
        startSigner(fleet.issue("signer", "signer"));
        startControl(fleet.issue("control", "control"), fleet.issue("operator", "demo"));
        List<EdgePlan> plans = new ArrayList<>();
        for (String name : plan.edges()) {
            plans.add(
                    new EdgePlan(
                            name,
                            plans.size() + 1,
                            fleet.issue("edge", name),
                            ports.next(),
                            ports.next(),
                            ports.next(),
                            ports.next()));
        }
        for (EdgePlan edge : plans) {
            startEdge(edge, plans);
        }
        for (EdgeProcess edge : edges.values()) {
            awaitReady(edge.name(), edge.process(), edge.adminPort());
        }
    }

    private void startSigner(PemFiles identity) throws IOException, InterruptedException {
        Files.createDirectories(file("ca"));
        String keys =
                switch (plan.keys()) {
                    case SOFTHSM -> {
                        Files.createDirectories(file("tokens"));
                        write(
                                "softhsm2.conf",
                                """
                                directories.tokendir = %s
                                objectstore.backend = file
                                log.level = ERROR
                                """
                                        .formatted(file("tokens")));
                        secret("pin");
                        secret("so-pin");
                        yield """
                                token:
                                  module: %s
                                  label: overt-demo
                                  pin-file: pin
                                """
                                .formatted(softHsmModule());
                    }
                    case INSECURE_FILE -> {
                        secret("issuing.password");
                        yield """
                                insecure-file:
                                  pkcs12: issuing.p12
                                  password-file: issuing.password
                                """;
                    }
                };
        Path config =
                write(
                        "signer.yaml",
                        """
                        listen: 127.0.0.1:%d
                        admin:
                          listen: 127.0.0.1:%d
                        %s%sissuers:
                          - certificate: ca/issuing.pem
                        profiles:
                          - organisation: %s
                            notice-url: https://inspection.example/notice
                        upstream:
                          trust-anchors: [%s]
                        """
                                .formatted(
                                        signerPort,
                                        signerAdminPort,
                                        identity(identity),
                                        keys,
                                        plan.organisation(),
                                        plan.upstreamAnchors()));
        progress.accept(
                switch (plan.keys()) {
                    case SOFTHSM -> "making a CA whose keys stay in a SoftHSM token";
                    case INSECURE_FILE -> "making a CA whose keys are in a file (no SoftHSM here)";
                });
        var createCa =
                new ArrayList<>(
                        List.of(
                                "create-ca",
                                "--config",
                                config.toString(),
                                "--organisation",
                                plan.organisation(),
                                "--root",
                                inspectionRoot().toString(),
                                "--issuing-days",
                                "1825"));
        if (plan.keys() == CaKeys.SOFTHSM) {
            createCa.addAll(List.of("--init-token", "--so-pin-file", file("so-pin").toString()));
        }
        launcher.run("overt-signer", createCa.toArray(String[]::new));
        progress.accept("starting the signer");
        awaitReady("signer", start("signer", "overt-signer", config), signerAdminPort);
    }

    private void startControl(PemFiles identity, PemFiles operator)
            throws IOException, InterruptedException {
        launcher.run("overt-control", "create-policy-key", "--out", file("policy.key").toString());
        int adminPort = ports.next();
        Path config =
                write(
                        "control.yaml",
                        """
                        listen: 127.0.0.1:%d
                        admin:
                          listen: 127.0.0.1:%d
                        %sstore:
                          file: control.db
                        policy:
                          signing-key: policy.key
                        """
                                .formatted(controlPort, adminPort, identity(identity)));
        write(
                "overtctl.yaml",
                """
                control: 127.0.0.1:%d
                %s"""
                        .formatted(controlPort, identity(operator)));
        progress.accept("starting the control plane, and publishing the first policy");
        awaitReady("control plane", start("control", "overt-control", config), adminPort);
        overtctl("apply", plan.policy().toString());
    }

    private record EdgePlan(
            String name,
            int number,
            PemFiles identity,
            int connectPort,
            int adminPort,
            int meshPort,
            int peerPort) {}

    private void startEdge(EdgePlan edge, List<EdgePlan> site) throws IOException {
        Path records = file(edge.name() + "-records.jsonl");
        Files.createDirectories(file(edge.name()));
        Path config =
                write(
                        edge.name() + ".yaml",
                        """
                        admin:
                          listen: 127.0.0.1:%d
                        %slisteners:
                          - name: proxy
                            kind: connect
                            listen: "%s:%d"
                            local-destinations: allowed
                        %spolicy:
                          control: 127.0.0.1:%d
                          signing-keys: [policy.key.pub]
                        signers:
                          targets:
                            - address: 127.0.0.1:%d
                          call-deadline: 15s
                          forge-deadline: 25s
                        deadlines:
                          upstream-handshake: 30s
                          verify: 30s
                          forge: 30s
                          client-handshake: 60s
                        upstream:
                          trust-anchors: [%s]
                          own-cas: [ca/root.pem]
                        notice:
                          organisation: %s
                          url: https://inspection.example/notice
                        state: %s
                        records:
                          file: %s
                        site-cluster:
                          peer-listen: 127.0.0.1:%d
                          alone-after: 2m
                          members:
                        %s"""
                                .formatted(
                                        edge.adminPort(),
                                        identity(edge.identity()),
                                        plan.gateway() == Gateway.LAB ? "[::]" : "127.0.0.1",
                                        edge.connectPort(),
                                        edge.number() == 1 && plan.gateway() == Gateway.LAB
                                                ? LAB_LISTENERS
                                                : "",
                                        controlPort,
                                        signerPort,
                                        plan.upstreamAnchors(),
                                        plan.organisation(),
                                        edge.name(),
                                        records,
                                        edge.peerPort(),
                                        site.stream()
                                                .map(
                                                        member ->
                                                                """
                                                                    - name: %s
                                                                      number: %d
                                                                      address: 127.0.0.1:%d
                                                                """
                                                                        .formatted(
                                                                                member.name(),
                                                                                member.number(),
                                                                                member.meshPort()))
                                                .collect(Collectors.joining())));
        progress.accept("starting " + edge.name());
        edges.put(
                edge.name(),
                new EdgeProcess(
                        edge.name(),
                        edge.number(),
                        start(edge.name(), "overt-edge", config),
                        edge.connectPort(),
                        edge.adminPort(),
                        records));
    }

    private Child start(String name, String program, Path config) throws IOException {
        Child child =
                launcher.start(name, file(name + ".log"), program, "--config", config.toString());
        children.add(child);
        return child;
    }

    private void awaitReady(String name, Child child, int adminPort) throws InterruptedException {
        child.await("ready", START_DEADLINE, new AdminPort(launcher, adminPort)::ready);
        progress.accept(name + " is ready");
    }

    private static String identity(PemFiles files) {
        return """
               identity:
                 certificate: %s
                 key: %s
                 trust-anchors: %s
               """
                .formatted(files.certificateChain(), files.privateKey(), files.trustAnchors());
    }

    private static Path softHsmModule() throws IOException {
        for (String place : SOFTHSM_MODULES) {
            if (Files.exists(Path.of(place))) {
                return Path.of(place);
            }
        }
        throw new IOException(
                "no libsofthsm2.so in "
                        + SOFTHSM_MODULES
                        + " (expected: the package softhsm2 is installed)");
    }

    private void secret(String name) throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        Path file = file(name);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(file(name), content);
    }

    private Path file(String name) {
        return plan.directory().resolve(name);
    }

    @Override
    public void close() {
        // Edges first: they drain while signer and control plane still answer.
        IntStream.iterate(children.size() - 1, i -> i >= 0, i -> i - 1)
                .forEach(i -> children.get(i).close());
        children.clear();
    }

    private static final List<String> SOFTHSM_MODULES =
            List.of(
                    "/usr/lib/softhsm/libsofthsm2.so",
                    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
                    "/usr/lib64/pkcs11/libsofthsm2.so");

    private static final String LAB_LISTENERS =
            """
              - name: lan
                kind: divert
                listen: "[::]:15443"
              - name: nat
                kind: redirect
                listen: "[::]:15444"
            """;
}
