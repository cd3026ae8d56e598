package io.overt.it.demo;

import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.Command;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * {@code ./overt demo}: a whole cluster on the loopback address of this machine, one real request
 * through it, and what became of it.
 *
 * <p>Arguments: the folder to work in, then {@code softhsm} or {@code file} for the CA's keys, then
 * optionally {@code --stay}. Ends with status 1 when a step does not come out as it should.
 */
public final class Demo {
    private static final String HOST = "www.shop.example";
    private static final String SPLICED = "www.hospital.example";

    private final Path directory;
    private final ProcessCluster cluster;
    private final Origin origin;
    private final Path originRoot;

    private Demo(Path directory, ProcessCluster cluster, Origin origin, Path originRoot) {
        this.directory = directory;
        this.cluster = cluster;
        this.origin = origin;
        this.originRoot = originRoot;
    }

    /** Runs the demonstration. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        CaKeys keys = arguments[1].equals("softhsm") ? CaKeys.SOFTHSM : CaKeys.INSECURE_FILE;
        boolean stay = arguments.length > 2 && arguments[2].equals("--stay");

        TestPki pki = TestPki.create();
        TestIdentity site =
                pki.issue(
                        CertificateSpec.leaf(HOST, "shop.example", SPLICED)
                                .subject("C=IS,O=Example Shop Ltd,CN=" + HOST)
                                .policies("2.23.140.1.1")
                                .scts(2));
        Path originRoot = pki.writeAnchor(directory.resolve("origin-root.pem"));
        say("starting a web site of its own CA as the origin");
        try (var origin =
                new Origin(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        site.chain(),
                        site.privateKey())) {
            Files.writeString(directory.resolve("origin.pem"), site.chainPem());
            var plan =
                    new ClusterPlan(
                            directory,
                            Launcher.ofBuildTree(),
                            keys,
                            "Example Corp",
                            originRoot,
                            policy(directory),
                            List.of("edge-a", "edge-b"),
                            Gateway.NONE);
            try (var cluster = ProcessCluster.start(plan, Demo::say)) {
                // Ctrl-C: the processes end before this one does.
                Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "demo-stop"));
                var demo = new Demo(directory, cluster, origin, originRoot);
                demo.show();
                if (stay) {
                    demo.howToGoOn();
                    new CountDownLatch(1).await();
                }
            }
        }
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
        print(
                command(
                        "curl",
                        "--silent",
                        "--show-error",
                        "--proxy",
                        "http://127.0.0.1:" + first.connectPort(),
                        "--cacert",
                        cluster.inspectionRoot().toString(),
                        "--connect-to",
                        "::127.0.0.1:" + origin.port(),
                        "--write-out",
                        "[status %{response_code}, connections opened %{num_connects}]\\n",
                        "--request",
                        "POST",
                        "https://" + HOST + "/chat/room",
                        "--next",
                        "--silent",
                        "--show-error",
                        "--proxy",
                        "http://127.0.0.1:" + first.connectPort(),
                        "--cacert",
                        cluster.inspectionRoot().toString(),
                        "--connect-to",
                        "::127.0.0.1:" + origin.port(),
                        "--write-out",
                        "[status %{response_code}, connections opened %{num_connects}]\\n",
                        "https://" + HOST + "/after"));

        title("A host that the policy splices: the client meets the real certificate");
        print(curl(first, SPLICED, "/", originRoot));

        title("The records, one line a connection");
        for (EdgeProcess edge : List.of(first, second)) {
            System.out.println(edge.name() + ":");
            try (Stream<String> lines = Files.lines(edge.records())) {
                lines.forEach(System.out::println);
            }
        }
        title("Done");
    }

    private void howToGoOn() {
        EdgeProcess edge = cluster.edge("edge-a");
        System.out.printf(
                """

                The cluster goes on running. Ctrl-C stops it.

                  curl --proxy http://127.0.0.1:%d --cacert %s \\
                    --connect-to ::127.0.0.1:%d https://%s/

                A browser: set the HTTP proxy for HTTPS to 127.0.0.1 port %d, and trust %s
                in a profile of its own. Everything is in %s: configurations, records (edge-*-records.jsonl), logs.
                Change policy/policy.yaml there, then:

                  ansible/bundle/bin/overtctl --config %s apply %s
                """,
                edge.connectPort(),
                cluster.inspectionRoot(),
                origin.port(),
                HOST,
                edge.connectPort(),
                cluster.inspectionRoot(),
                directory,
                directory.resolve("overtctl.yaml"),
                directory.resolve("policy"));
    }

    private String curl(EdgeProcess edge, String host, String path, Path trusted)
            throws IOException, InterruptedException {
        return command(
                "curl",
                "--silent",
                "--show-error",
                "--fail",
                "--proxy",
                "http://127.0.0.1:" + edge.connectPort(),
                "--cacert",
                trusted.toString(),
                "--connect-to",
                "::127.0.0.1:" + origin.port(),
                "https://" + host + path);
    }

    /** The chain that a client meets at an edge, in PEM. */
    private String presented(EdgeProcess edge) throws IOException, InterruptedException {
        return Command.run(
                "openssl",
                "s_client",
                "-proxy",
                "127.0.0.1:" + edge.connectPort(),
                "-connect",
                "127.0.0.1:" + origin.port(),
                "-servername",
                HOST,
                "-CAfile",
                cluster.inspectionRoot().toString(),
                "-verify_return_error",
                "-showcerts");
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

    private static String command(String... words) throws IOException, InterruptedException {
        System.out.println("$ " + String.join(" ", words));
        return Command.run(words);
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
