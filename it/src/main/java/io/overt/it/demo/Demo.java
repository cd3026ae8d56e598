package io.overt.it.demo;

import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.Command;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.NetworkLab;
import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code ./overt demo}: a whole cluster on this machine, one real request through it, and what
 * became of it.
 *
 * <p>Arguments: the folder to work in, then {@code softhsm} or {@code file} for the CA's keys, or
 * {@code ca=DIR} for a CA that is there, then optionally {@code --divert}, and {@code --stay} or
 * {@code --start}: the cluster alone, without the request. On loopback a cluster that stays has its
 * paths and ports in a file {@code env}, which is there when the cluster is ready. Ends with status
 * 1 when a step does not come out as it should.
 */
public final class Demo {
    static final String HOST = "www.shop.example";
    private static final String SPLICED = "www.hospital.example";

    /** What the origin is called; for policies of one's own there is more than is shown. */
    private static final List<String> HOSTS =
            List.of(HOST, "shop.example", SPLICED, "www.bank.example", "www.casino.example");

    private final Path directory;
    private final Scene scene;
    private final ProcessCluster cluster;

    private Demo(Path directory, Scene scene, ProcessCluster cluster) {
        this.directory = directory;
        this.scene = scene;
        this.cluster = cluster;
    }

    /** Runs the demonstration. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
        CaKeys keys = keys(arguments[1]);
        Set<String> options =
                Set.of(arguments).stream()
                        .filter(each -> each.startsWith("--"))
                        .collect(Collectors.toSet());
        try (var open = Closing.atTheLatestOnSignal()) {
            Scene scene =
                    options.contains("--divert")
                            ? Scene.divert(open.opened(NetworkLab.up(Launcher.ofBuildTree())))
                            : Scene.loopback(
                                    Launcher.ofBuildTree(), HOSTS, directory.resolve("hosts"));
            Demo demo = start(directory, keys, scene, open);
            if (!options.contains("--start")) {
                demo.show();
            }
            if (options.contains("--start") || options.contains("--stay")) {
                demo.writeEnvironment();
                demo.howToGoOn();
                new CountDownLatch(1).await();
            }
        }
    }

    private void writeEnvironment() throws IOException {
        switch (scene) {
            case Scene.Loopback(var launcher, int originPort) ->
                    new ShellEnvironment(directory, launcher, cluster, originPort).write();
            case Scene.Diverted _ -> {}
        }
    }

    private static CaKeys keys(String argument) {
        if (argument.startsWith("ca=")) {
            return new CaKeys.Made(Path.of(argument.substring("ca=".length())));
        }
        return argument.equals("softhsm") ? CaKeys.Fresh.SOFTHSM : CaKeys.Fresh.INSECURE_FILE;
    }

    private static Demo start(Path directory, CaKeys keys, Scene scene, Closing open)
            throws IOException, InterruptedException {
        TestPki pki = TestPki.create();
        TestIdentity site =
                pki.issue(
                        CertificateSpec.leaf(HOSTS.toArray(String[]::new))
                                .subject("C=IS,O=Example Shop Ltd,CN=" + HOST)
                                .policies("2.23.140.1.1")
                                .scts(2));
        Path originRoot = pki.writeAnchor(directory.resolve("origin-root.pem"));
        Files.writeString(directory.resolve("origin.pem"), site.chainPem());
        Path store = directory.resolve("origin.p12");
        try (OutputStream file = Files.newOutputStream(store)) {
            site.keyStore(new char[0]).store(file, new char[0]);
        } catch (GeneralSecurityException e) {
            throw new IOException(store + ": cannot be written", e);
        }
        say("starting a web site of its own CA as the origin");
        open.opened(scene.startOrigin(store, directory.resolve("origin.log")));
        return new Demo(
                directory,
                scene,
                open.opened(
                        ProcessCluster.start(
                                new ClusterPlan(
                                        directory,
                                        scene.cluster(),
                                        keys,
                                        "Example Corp",
                                        originRoot,
                                        policy(directory),
                                        List.of("edge-a", "edge-b"),
                                        scene.gateway()),
                                Demo::say)));
    }

    private void show() throws IOException, InterruptedException {
        EdgeProcess first = cluster.edge("edge-a");
        EdgeProcess second = cluster.edge("edge-b");

        title("A request through edge-a, trusting only the inspection CA");
        print(curl(first, HOST, "/", cluster.inspectionRoot()));

        title("The original certificate, and what the client met");
        sideBySide(
                certificate(Files.readString(directory.resolve("origin.pem"))),
                certificate(presented(first)));

        double before = cluster.signatures();
        title("The same host through edge-b: taken from the site's cache, not signed again");
        print(curl(second, HOST, "/", cluster.inspectionRoot()));
        double after = cluster.signatures();
        expect("signatures by the CA's key before and after", (int) before + "", (int) after + "");

        title("A URL that the policy blocks, and the next request on the same connection");
        String status = "[status %{response_code}, connections opened %{num_connects}]\\n";
        var words = new ArrayList<>(request(first, HOST, "/chat/room", cluster.inspectionRoot()));
        words.addAll(List.of("--request", "POST", "--write-out", status, "--next"));
        words.addAll(request(first, HOST, "/after", cluster.inspectionRoot()));
        words.addAll(List.of("--write-out", status));
        print(client("curl", words));

        title("A host that the policy splices: the client meets the real certificate");
        print(curl(first, SPLICED, "/", directory.resolve("origin-root.pem")));

        title("The records, one line a connection");
        printRecords(first, 4);
        printRecords(second, 1);
        title("Done");
    }

    /** A record is written when its connection is over, which a client hears before we do. */
    private static void printRecords(EdgeProcess edge, int connections)
            throws InterruptedException {
        System.out.println(edge.name() + ":");
        edge.process()
                .await(
                        "done with " + connections + " connections",
                        Duration.ofSeconds(30),
                        () -> lines(edge.records()).size() >= connections);
        lines(edge.records()).forEach(System.out::println);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read", e);
        }
    }

    private void howToGoOn() {
        EdgeProcess edge = cluster.edge("edge-a");
        System.out.printf(
                """

                The cluster goes on running. Ctrl-C stops it.

                  %s

                %sEverything is in %s: configurations, records (edge-*-records.jsonl), logs.
                Change policy/policy.yaml there, then:

                  %s --config %s apply %s
                %s""",
                String.join(
                        " ",
                        scene.client("curl", request(edge, HOST, "/", cluster.inspectionRoot()))),
                scene.browserHint(edge, cluster.inspectionRoot()),
                directory,
                String.join(" ", scene.cluster().line("overtctl")),
                directory.resolve("overtctl.yaml"),
                directory.resolve("policy"),
                switch (scene) {
                    case Scene.Loopback _ ->
                            """

                            Paths and ports for another shell:

                              . %s
                            """
                                    .formatted(directory.resolve(ShellEnvironment.FILE));
                    case Scene.Diverted _ -> "";
                });
    }

    private String curl(EdgeProcess edge, String host, String path, Path trusted)
            throws IOException, InterruptedException {
        var words = new ArrayList<>(request(edge, host, path, trusted));
        words.add("--fail");
        return client("curl", words);
    }

    private List<String> request(EdgeProcess edge, String host, String path, Path trusted) {
        var words =
                new ArrayList<>(
                        List.of("--silent", "--show-error", "--cacert", trusted.toString()));
        words.addAll(scene.way(edge));
        words.add(scene.url(host) + path);
        return words;
    }

    /** The chain that a client meets at an edge, in PEM. */
    private String presented(EdgeProcess edge) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("s_client"));
        words.addAll(scene.openSslWay(edge, HOST));
        words.addAll(
                List.of(
                        "-servername",
                        HOST,
                        "-CAfile",
                        cluster.inspectionRoot().toString(),
                        "-verify_return_error",
                        "-showcerts"));
        return Command.run(Map.of(), scene.client("openssl", words));
    }

    private String client(String program, List<String> words)
            throws IOException, InterruptedException {
        List<String> line = scene.client(program, words);
        System.out.println(
                "$ "
                        + line.stream()
                                .map(word -> word.contains(" ") ? "'" + word + "'" : word)
                                .collect(Collectors.joining(" ")));
        return Command.run(Map.of(), line);
    }

    private String certificate(String pem) throws IOException, InterruptedException {
        Path file = directory.resolve("shown.pem");
        Files.writeString(file, pem);
        return Command.run(
                "openssl",
                "x509",
                "-in",
                file.toString(),
                "-noout",
                "-subject",
                "-issuer",
                "-serial",
                "-dates",
                "-ext",
                "subjectAltName,extendedKeyUsage,certificatePolicies,authorityKeyIdentifier");
    }

    private static Path policy(Path directory) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(
                folder.resolve("policy.yaml"),
                """
                policy: demo
                rules:
                  - name: health
                    when: { host: ["*.hospital.example"] }
                    then: splice
                    because: "Health services are never inspected."
                  - name: default
                    then: inspect
                    on: { untrusted: splice, client-cert: splice, unreachable: block, signer-away: splice }
                http:
                  - name: no-chat
                    when: { url: "www.shop.example/chat/*", method: [POST] }
                    then: block
                    label: "Get back to work!"
                """);
        return folder;
    }

    private static void sideBySide(String original, String forged) {
        List<String> left = Stream.concat(Stream.of("original"), original.lines()).toList();
        List<String> right = Stream.concat(Stream.of("forged"), forged.lines()).toList();
        int width = left.stream().mapToInt(String::length).max().orElseThrow();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String cell = i < left.size() ? left.get(i) : "";
            String other = i < right.size() ? right.get(i) : "";
            System.out.println(cell + " ".repeat(width + 3 - cell.length()) + other);
        }
    }

    private static void expect(String what, String expected, String actual) {
        System.out.println(what + ": " + expected + ", " + actual);
        if (!expected.equals(actual)) {
            throw new IllegalStateException(
                    "%s: %s (expected: %s)".formatted(what, actual, expected));
        }
    }

    private static void print(String text) {
        System.out.println(text.stripTrailing());
    }

    private static void title(String text) {
        System.out.println();
        System.out.println("--- " + text);
    }

    private static void say(String what) {
        System.out.println("    " + what);
    }
}
