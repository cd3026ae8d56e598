package io.overt.it.fleet;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.overt.control.publish.PolicySigningKey;
import io.overt.it.cluster.Child;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * {@code ./overt bench-fleet}: thousands of edges, each with a stream of its own over mutual TLS,
 * at one control plane. How long a new version takes to be in force everywhere and acknowledged,
 * what that costs, and how the fleet comes back when the control plane is killed and started again.
 * All processes share this machine's cores.
 */
public final class FleetBench implements AutoCloseable {
    private static final int VERSIONS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Path work;
    private final int edges;
    private final TestFleet fleet;
    private final int port;
    private final FleetTls operatorTls;
    private final ManagedChannel channel;
    private Child control;
    private Optional<EdgesProcess> edgesProcess = Optional.empty();

    private FleetBench(Path work, int edges) throws Exception {
        this.work = work;
        this.edges = edges;
        this.fleet = TestPki.fleet(Files.createDirectories(work.resolve("identity")), "hq");
        this.port = freePort();
        PolicySigningKey.create(work.resolve("policy.key"));
        var operator = fleet.issue("operator", "bench");
        this.operatorTls =
                new FleetTls(
                        operator.certificateChain(),
                        operator.privateKey(),
                        operator.trustAnchors());
        this.channel =
                FleetChannel.to(address(), operatorTls, ExpectedPeer.of(Role.CONTROL), 64 << 20);
        writeControl(fleet.issue("control", "control"));
        this.control = startControl();
    }

    /**
     * @param args an empty folder, and how many edges
     */
    public static void main(String[] args) throws Exception {
        try (var bench = new FleetBench(Path.of(args[0]), Integer.parseInt(args[1]))) {
            bench.run();
        }
    }

    private void run() throws Exception {
        say("making %d identities".formatted(edges));
        for (int number = 1; number <= edges; number++) {
            fleet.issue("edge", Integer.toString(number));
        }
        say("starting %d edges".formatted(edges));
        long started = System.currentTimeMillis();
        var fleetProcess =
                EdgesProcess.start(
                        work, port, PolicySigningKey.publicHalf(work.resolve("policy.key")), edges);
        edgesProcess = Optional.of(fleetProcess);
        await("connected", () -> fleetProcess.connected() == edges);
        row("| %d edges at one control plane | |".formatted(edges));
        row("|---|---|");
        row("| all connected, one started after the other | %s |".formatted(since(started)));
        for (long version = 1; version <= VERSIONS; version++) {
            publish(fleetProcess, version);
        }
        restart(fleetProcess);
    }

    private void publish(EdgesProcess fleetProcess, long version) throws Exception {
        var cpu = cpu(control.pid());
        long written = written(control.pid());
        long start = System.currentTimeMillis();
        var answer =
                PolicyAdminGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(1, TimeUnit.MINUTES)
                        .publish(
                                PublishRequest.newBuilder()
                                        .addFiles(file("policy.yaml", document(version)))
                                        .build());
        if (answer.getVersion() != version) {
            throw new IllegalStateException("published as " + answer);
        }
        long published = System.currentTimeMillis();
        await("acknowledged", () -> acknowledged(version) == edges);
        long all = System.currentTimeMillis();
        await("told", () -> fleetProcess.inForce(version).isPresent());
        var times = fleetProcess.inForce(version).orElseThrow();
        row(
                "| version %d: publish answered after | %s |"
                        .formatted(version, text(published - start)));
        row(
                "| in force at an edge after: half of them, 99 %%, all | %s, %s, %s |"
                        .formatted(
                                text(times.get(edges / 2) - start),
                                text(times.get(Math.min(edges - 1, edges * 99 / 100)) - start),
                                text(times.getLast() - start)));
        row(
                "| acknowledged by all, as the control plane lists them, after | %s |"
                        .formatted(text(all - start)));
        row(
                "| the control plane meanwhile: CPU, written to sockets and files | %s, %s |"
                        .formatted(
                                text(cpu(control.pid()).minus(cpu).toMillis()),
                                megabytes(written(control.pid()) - written)));
    }

    private long acknowledged(long version) {
        return PolicyAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(1, TimeUnit.MINUTES)
                .listEdges(ListEdgesRequest.getDefaultInstance())
                .getEdgesList()
                .stream()
                .filter(edge -> edge.getActiveVersion() == version)
                .count();
    }

    private void restart(EdgesProcess fleetProcess) throws Exception {
        control.kill();
        long killed = System.nanoTime();
        // Nobody is there to wait with.
        while (fleetProcess.connected() > 0) {
            if (System.nanoTime() - killed > PATIENCE.toNanos()) {
                throw new IllegalStateException(
                        fleetProcess.connected() + " edges still have a stream");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        fleetProcess.forgetAttempts();
        long start = System.currentTimeMillis();
        control = startControl();
        long up = System.currentTimeMillis();
        await("connected again", () -> fleetProcess.connected() == edges);
        var attempts = fleetProcess.attempts();
        row("| killed and started again: serves after | %s |".formatted(text(up - start)));
        row("| all edges back, counted from the start | %s |".formatted(since(start)));
        row(
                "| attempts of edges meanwhile, and of these in the worst 100 ms | %d, %d |"
                        .formatted(
                                attempts.stream().mapToLong(Long::longValue).sum(),
                                attempts.stream().mapToLong(Long::longValue).max().orElse(0)));
        row(
                "| CPU of the control plane until then | %s |"
                        .formatted(text(cpu(control.pid()).toMillis())));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        control.await(what, PATIENCE, condition);
    }

    // ---- the control plane

    private void writeControl(PemFiles identity) throws IOException {
        Files.writeString(
                work.resolve("control.yaml"),
                """
                listen: 127.0.0.1:%d
                admin:
                  listen: 127.0.0.1:%d
                identity:
                  certificate: %s
                  key: %s
                  trust-anchors: %s
                store:
                  file: control.db
                policy:
                  signing-key: policy.key
                log:
                  level: warn
                """
                        .formatted(
                                port,
                                freePort(),
                                identity.certificateChain().toAbsolutePath(),
                                identity.privateKey().toAbsolutePath(),
                                identity.trustAnchors().toAbsolutePath()));
    }

    private Child startControl() throws IOException, InterruptedException {
        var child =
                Child.start(
                        "overt-control",
                        java(
                                "-Xmx512m",
                                "io.overt.control.ControlMain",
                                "--config",
                                work.resolve("control.yaml").toString()),
                        Map.of(),
                        work.resolve("control.log"));
        child.await("listening", PATIENCE, this::listens);
        return child;
    }

    private boolean listens() {
        try (var socket = new Socket()) {
            socket.connect(address(), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Of another content each time. Short: what it costs to compile is each edge's own, and here
     * they all share two cores.
     */
    private static String document(long version) {
        var rules = new StringBuilder("policy: corporate\nrules:\n");
        for (int rule = 0; rule < 5; rule++) {
            rules.append(
                    "  - {name: r%d, when: {host: \"*.h%d-%d.example\"}, then: splice}\n"
                            .formatted(rule, rule, version));
        }
        return rules + "  - {name: default, then: block}\n";
    }

    private static BundleFile file(String path, String content) {
        return BundleFile.newBuilder()
                .setPath(path)
                .setContent(ByteString.copyFromUtf8(content))
                .build();
    }

    // ---- processes

    static List<String> java(String heap, String main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        heap,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    /** Bytes that a process has handed to write calls, sockets and files alike. */
    private static long written(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/io"), StandardCharsets.US_ASCII)
                .stream()
                .filter(line -> line.startsWith("wchar: "))
                .mapToLong(line -> Long.parseLong(line.substring("wchar: ".length())))
                .findFirst()
                .orElse(0);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String since(long start) {
        return text(System.currentTimeMillis() - start);
    }

    private static String text(long millis) {
        return String.format(Locale.ROOT, "%.2f s", millis / 1e3);
    }

    private static void row(String line) {
        System.out.println(line);
    }

    private static void say(String line) {
        System.err.println("==> " + line);
    }

    @Override
    public void close() throws IOException {
        if (edgesProcess.isPresent()) {
            edgesProcess.get().close();
        }
        channel.shutdownNow();
        operatorTls.close();
        control.close();
    }
}
