package io.overt.it.cluster;

import io.overt.it.cluster.ClusterFiles.EdgeFiles;
import io.overt.it.cluster.ClusterFiles.PartFiles;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.testkit.pki.TwoApprovers;
import java.io.IOException;
import java.net.URI;
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
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Signers, a control plane and the edges of one site as processes of their own, with throw-away
 * identities and a throw-away CA, talking over the loopback address.
 *
 * <p>Not thread-safe. Whoever starts it closes it; closing stops the processes in reverse order.
 */
public final class ProcessCluster implements AutoCloseable {
    /** The one site. */
    public static final String SITE = "demo";

    // A JVM starts in a second; five of them on two busy cores take their time.
    private static final Duration START_DEADLINE = Duration.ofMinutes(4);
    private static final Duration UPSTREAM_HANDSHAKE = Duration.ofSeconds(10);

    private final ClusterPlan plan;
    private final Launcher launcher;
    private final Consumer<String> progress;
    private final ClusterFiles files;
    private final List<Child> children = new ArrayList<>();
    private final Map<String, EdgeProcess> edges = new LinkedHashMap<>();
    private final List<SignerProcess> signers = new ArrayList<>();
    private Optional<Child> control = Optional.empty();

    private ProcessCluster(ClusterPlan plan, Consumer<String> progress) throws IOException {
        this.plan = plan;
        this.progress = progress;
        this.files = new ClusterFiles(plan.setting(UPSTREAM_HANDSHAKE), SITE);
        this.launcher = plan.launcher();
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
     * One signer.
     *
     * @param number from 1
     * @param process while it runs
     * @param files what it is started from
     */
    private record SignerProcess(int number, Child process, PartFiles files) {}

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

    /** PEM of the root that clients are to trust; with several signers, of the first one's. */
    public Path inspectionRoot() {
        return files.inspectionRoot(1);
    }

    /** PEM of the issuing CA; with several signers, of the first one's. */
    public Path issuingCa() {
        return files.issuingCa(1);
    }

    /** Where browsers find the console, in a cluster whose plan has a web listener. */
    public URI console() {
        return files.console();
    }

    /** How many signers there are. */
    public int signers() {
        return signers.size();
    }

    /** PEM of each signer's root: clients are to trust them all. */
    public List<Path> inspectionRoots() {
        return signers.stream().map(each -> files.inspectionRoot(each.number())).toList();
    }

    /** PEM of each signer's issuing CA. */
    public List<Path> issuingCas() {
        return signers.stream().map(each -> files.issuingCa(each.number())).toList();
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

    /** How often a CA's key was used for a leaf, by all signers together. */
    public double signatures() throws IOException, InterruptedException {
        double sum = 0;
        for (SignerProcess each : signers) {
            sum += admin(each).sum("overt_signer_signatures_total");
        }
        return sum;
    }

    /** A metric of an edge, summed over its labels. */
    public double sum(String edge, String metric) throws IOException, InterruptedException {
        return AdminPort.where(launcher, edge(edge).adminPort()).sum(metric);
    }

    /** Ends the first signer as a power cut would. */
    public void killSigner() throws InterruptedException {
        signers.getFirst().process().kill();
    }

    /**
     * Starts the first signer again, from the files and the token that it left; returns when ready.
     */
    public void startSignerAgain() throws IOException, InterruptedException {
        SignerProcess before = signers.getFirst();
        signers.set(0, startSignerProcess(before.number(), before.files()));
    }

    /** Ends the control plane as a power cut would. */
    public void killControl() throws InterruptedException {
        control.orElseThrow().kill();
    }

    /** Publishes a policy and waits until every edge has taken it. */
    public String apply(Path policy) throws IOException, InterruptedException {
        return overtctl("apply", "--wait", "60", policy.toString());
    }

    /** The same, whatever its status. */
    public Command.Result attemptOvertctl(String... arguments)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(launcher.line("overtctl"));
        all.addAll(List.of("--config", files.overtctl().toString()));
        all.addAll(List.of(arguments));
        return launcher.attempt(all.toArray(String[]::new));
    }

    /** Runs overtctl as the site's operator. */
    public String overtctl(String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("--config", files.overtctl().toString()));
        all.addAll(List.of(arguments));
        return launcher.run("overtctl", all.toArray(String[]::new));
    }

    private void startAll() throws IOException, InterruptedException {
        for (int number = 1; number <= files.signers(); number++) {
            startSigner(number);
        }
        startControl();
        List<EdgeFiles> site = files.edges();
        for (EdgeFiles edge : site) {
            startEdge(edge);
        }
        for (EdgeProcess edge : edges.values()) {
            awaitReady(edge.name(), edge.process(), edge.adminPort());
        }
    }

    private void startSigner(int number) throws IOException, InterruptedException {
        PartFiles signer = files.signer(number, keys(number));
        switch (plan.keys()) {
            case CaKeys.Fresh.SOFTHSM -> {
                progress.accept("making a CA whose keys stay in a SoftHSM token");
                createCa(
                        number,
                        signer.config(),
                        "--init-token",
                        "--so-pin-file",
                        files.ofSigner(number, "so-pin").toString());
            }
            case CaKeys.Fresh.INSECURE_FILE -> {
                progress.accept("making a CA whose keys are in a file (no SoftHSM here)");
                createCa(number, signer.config());
            }
            case CaKeys.Made(Path folder) -> {
                progress.accept("taking the CA that is in " + folder);
                for (String each : List.of("root", "issuing", "untrusted", "log")) {
                    String file = "ca/" + each + ".pem";
                    Files.copy(folder.resolve(file), files.ofSigner(number, file));
                }
            }
        }
        progress.accept("starting the " + signer.name());
        signers.add(startSignerProcess(number, signer));
    }

    private void createCa(int number, Path config, String... more)
            throws IOException, InterruptedException {
        var createCa =
                new ArrayList<>(
                        List.of(
                                "create-ca",
                                "--config",
                                config.toString(),
                                "--organisation",
                                plan.organisation(),
                                "--root",
                                files.inspectionRoot(number).toString(),
                                "--issuing-days",
                                "1825"));
        createCa.addAll(List.of(more));
        launcher(number).run("overt-signer", createCa.toArray(String[]::new));
        launcher(number)
                .run(
                        "overt-signer",
                        "create-untrusted-ca",
                        "--config",
                        config.toString(),
                        "--organisation",
                        plan.organisation());
    }

    private SignerProcess startSignerProcess(int number, PartFiles files)
            throws IOException, InterruptedException {
        Child process = start(launcher(number), files.name(), "overt-signer", files.config());
        awaitReady(files.name(), process, files.adminPort());
        return new SignerProcess(number, process, files);
    }

    private AdminPort admin(SignerProcess signer) {
        return AdminPort.where(launcher, signer.files().adminPort());
    }

    /** Each signer's process sees a directory of tokens of its own. */
    private Launcher launcher(int signer) {
        return launcher.with(
                "SOFTHSM2_CONF",
                plan.keys().softHsm(files.ofSigner(signer, "softhsm2.conf")).toString());
    }

    /** Makes what a signer's keys are to be kept in; returns the section that says where. */
    private String keys(int number) throws IOException {
        return switch (plan.keys()) {
            case CaKeys.Fresh.SOFTHSM -> {
                Path tokens = Files.createDirectories(files.ofSigner(number, "tokens"));
                Files.writeString(
                        files.ofSigner(number, "softhsm2.conf"),
                        """
                        directories.tokendir = %s
                        objectstore.backend = file
                        log.level = ERROR
                        """
                                .formatted(tokens));
                secret(files.ofSigner(number, "pin"));
                secret(files.ofSigner(number, "so-pin"));
                yield """
                        token:
                          module: %s
                          label: overt-demo
                          pin-file: pin
                        """
                        .formatted(softHsmModule());
            }
            case CaKeys.Fresh.INSECURE_FILE -> {
                secret(files.ofSigner(number, "issuing.password"));
                yield """
                        insecure-file:
                          pkcs12: issuing.p12
                          password-file: issuing.password
                        """;
            }
            case CaKeys.Made(Path folder) ->
                    """
                    token:
                      module: %s
                      label: overt
                      pin-file: %s
                    """
                            .formatted(softHsmModule(), folder.resolve("token.pin"));
        };
    }

    private void startControl() throws IOException, InterruptedException {
        PartFiles plane = files.control();
        launcher.run("overt-control", "create-policy-key", "--out", files.policyKey().toString());
        progress.accept("starting the control plane, and publishing the first policy");
        Child process = start(launcher, "control", "overt-control", plane.config());
        control = Optional.of(process);
        awaitReady("control plane", process, plane.adminPort());
        overtctl("apply", plan.policy().toString());
        if (plan.further().approvers().isPresent()) {
            for (String person : TwoApprovers.NAMES) {
                approve(1, person, plan.further().approvers().get());
            }
        }
    }

    /** Has a person sign what approving a version comes to, and hands the signature in. */
    public String approve(long version, String person, TwoApprovers people)
            throws IOException, InterruptedException {
        Path statement = files.file("statement-" + version);
        overtctl("statement", Long.toString(version), "--out", statement.toString());
        people.approve(statement, person);
        return overtctl(
                "approve",
                Long.toString(version),
                "--signature",
                statement
                        .resolveSibling(statement.getFileName() + "." + person + ".sig")
                        .toString());
    }

    private void startEdge(EdgeFiles edge) throws IOException {
        String name = edge.part().name();
        progress.accept("starting " + name);
        edges.put(
                name,
                new EdgeProcess(
                        name,
                        edge.number(),
                        start(launcher, name, "overt-edge", edge.part().config()),
                        edge.connectPort(),
                        edge.part().adminPort(),
                        edge.records()));
    }

    private Child start(Launcher by, String name, String program, Path config) throws IOException {
        Child child =
                by.start(
                        name,
                        files.file(name.replace('/', '-') + ".log"),
                        program,
                        "--config",
                        config.toString());
        children.add(child);
        return child;
    }

    private void awaitReady(String name, Child child, int adminPort) throws InterruptedException {
        child.await("ready", START_DEADLINE, AdminPort.where(launcher, adminPort)::ready);
        progress.accept(name + " is ready");
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

    private static void secret(Path file) throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(random) + "\n");
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
}
