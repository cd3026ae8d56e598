package io.overt.it.soak;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.EdgeRoom;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.ProcessCluster;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What a soak happens on: a cluster of two edges, an origin with many hosts, and clients.
 *
 * @param cluster whose first policy inspects everything, and splices when no signer answers
 * @param clients that trust the inspection root and the hosts' own
 * @param origin of all hosts
 * @param hosts each with a certificate of its own
 */
record Ground(
        ProcessCluster cluster, Clients clients, InetSocketAddress origin, List<String> hosts) {

    static final String FIRST = "edge-a";
    static final String SECOND = "edge-b";

    /**
     * Makes and starts all of it.
     *
     * @param signers how many
     * @param room of each edge
     * @param open takes over what was opened
     */
    static Ground prepare(
            Path directory,
            CaKeys keys,
            int hostCount,
            int signers,
            EdgeRoom room,
            Closing open,
            Consumer<String> progress)
            throws IOException, InterruptedException, GeneralSecurityException {
        TestPki pki = TestPki.create();
        List<String> hosts =
                IntStream.range(0, hostCount).mapToObj("host%d.soak.example"::formatted).toList();
        Path store = store(directory.resolve("origin.p12"), pki, hosts);
        Path anchors = pki.writeAnchor(directory.resolve("origin-root.pem"));
        progress.accept("starting an origin of " + hostCount + " hosts");
        InetSocketAddress origin = startOrigin(directory, store, open);
        Path policy = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(policy.resolve("policy.yaml"), POLICY);
        ProcessCluster cluster =
                open.opened(
                        ProcessCluster.start(
                                new ClusterPlan(
                                        directory,
                                        Launcher.ofBuildTree()
                                                .with(
                                                        "OVERT_JAVA_OPTS",
                                                        "-XX:NativeMemoryTracking=summary"),
                                        keys,
                                        "Example Corp",
                                        anchors,
                                        policy,
                                        List.of(FIRST, SECOND),
                                        signers,
                                        Gateway.NONE,
                                        room),
                                progress));
        return new Ground(
                cluster,
                open.opened(
                        new Clients(
                                certificates(cluster.inspectionRoots()),
                                certificates(cluster.issuingCas()),
                                pki.anchor())),
                origin,
                hosts);
    }

    List<EdgeProcess> edges() {
        return List.of(cluster.edge(FIRST), cluster.edge(SECOND));
    }

    /** What the rule of {@link #POLICY} names, as records have it: outcome and reason. */
    static boolean named(String fate) {
        return NAMED.contains(fate);
    }

    private static Path store(Path file, TestPki pki, List<String> hosts)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String host : hosts) {
            TestIdentity identity = pki.leaf(host);
            store.setKeyEntry(
                    host,
                    identity.privateKey(),
                    new char[0],
                    identity.chain().toArray(X509Certificate[]::new));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, new char[0]);
        }
        return file;
    }

    private static InetSocketAddress startOrigin(Path directory, Path store, Closing open)
            throws IOException, InterruptedException {
        InetSocketAddress address;
        try (var probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            address = new InetSocketAddress(probe.getInetAddress(), probe.getLocalPort());
        }
        Child origin =
                open.opened(
                        Child.start(
                                "origin",
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString(),
                                        "--enable-native-access=ALL-UNNAMED",
                                        "--sun-misc-unsafe-memory-access=allow",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        QuietOrigin.class.getName(),
                                        "127.0.0.1",
                                        address.getPort() + "",
                                        store.toString()),
                                Map.of(),
                                directory.resolve("origin.log")));
        origin.await("listening", Duration.ofMinutes(4), () -> listens(address));
        return address;
    }

    private static boolean listens(InetSocketAddress address) {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException _) {
            return false; // not yet
        }
    }

    private static List<X509Certificate> certificates(List<Path> pems)
            throws IOException, CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Path pem : pems) {
            certificates.add(certificate(pem));
        }
        return certificates;
    }

    private static X509Certificate certificate(Path pem) throws IOException, CertificateException {
        try (InputStream file = Files.newInputStream(pem)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(file);
        }
    }

    private static final String POLICY =
            """
            policy: soak
            rules:
              - name: all
                then: inspect
                on:
                  signer-away: splice
                  untrusted: block
                  client-cert: splice
                  unreachable: block
                  handshake-failed: block
                  overload: block
            """;

    private static final List<String> NAMED =
            List.of(
                    "inspect rule",
                    "splice signer-away",
                    "block untrusted",
                    "splice client-cert",
                    "block unreachable",
                    "block handshake-failed",
                    "block overload");
}
