package io.overt.it.demo;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.NetworkLab;
import io.overt.it.cluster.ProcessCluster.EdgeProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Where the demonstration plays, and how its client comes to an edge. */
sealed interface Scene {
    /** How the cluster's programs are started. */
    Launcher cluster();

    /** What the first edge listens for. */
    Gateway gateway();

    /** Starts the origin where it belongs. */
    Child startOrigin(Path store, Path log) throws IOException, InterruptedException;

    /** A client's command line. */
    List<String> client(String program, List<String> words);

    /** What a URL of one of the origin's hosts begins with. */
    String url(String host);

    /** curl's options for the way through an edge to the origin. */
    List<String> way(EdgeProcess edge);

    /** openssl s_client's options for the way through an edge to one of the origin's hosts. */
    List<String> openSslWay(EdgeProcess edge, String host);

    /** How a browser would come through. */
    String browserHint(EdgeProcess edge, Path root);

    /**
     * All on 127.0.0.1; the client asks the edges by CONNECT, and the edges know no hosts but
     * these.
     *
     * @param hosts of the origin
     * @param file that is written with them
     */
    static Scene loopback(Launcher launcher, List<String> hosts, Path file) throws IOException {
        Files.writeString(
                file,
                hosts.stream()
                        .map(host -> "127.0.0.1 " + host + "\n")
                        .collect(Collectors.joining()));
        String more = System.getenv().getOrDefault("OVERT_JAVA_OPTS", "");
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Loopback(
                    launcher.with(
                            "OVERT_JAVA_OPTS", "-Djdk.net.hosts.file=" + file + " " + more.strip()),
                    probe.getLocalPort());
        }
    }

    /** In network namespaces; the gateway diverts the client's connections to the first edge. */
    static Scene divert(NetworkLab lab) {
        return new Diverted(lab);
    }

    /**
     * The loopback address.
     *
     * @param cluster how programs are started
     * @param originPort of the origin
     */
    record Loopback(Launcher cluster, int originPort) implements Scene {
        @Override
        public Gateway gateway() {
            return Gateway.NONE;
        }

        @Override
        public Child startOrigin(Path store, Path log) throws IOException {
            return Child.start(
                    "origin", Scene.origin("127.0.0.1", originPort, store), Map.of(), log);
        }

        @Override
        public List<String> client(String program, List<String> words) {
            return Scene.join(List.of(program), words);
        }

        @Override
        public String url(String host) {
            return "https://" + host + ":" + originPort;
        }

        @Override
        public List<String> way(EdgeProcess edge) {
            return List.of("--proxy", "http://127.0.0.1:" + edge.connectPort());
        }

        @Override
        public List<String> openSslWay(EdgeProcess edge, String host) {
            return List.of(
                    "-proxy",
                    "127.0.0.1:" + edge.connectPort(),
                    "-connect",
                    host + ":" + originPort);
        }

        @Override
        public String browserHint(EdgeProcess edge, Path root) {
            return """
                   A browser: set its HTTPS proxy to 127.0.0.1 port %d, trust %s in a profile of its own, and open %s/.
                   """
                    .formatted(edge.connectPort(), root, url(Demo.HOST));
        }
    }

    /**
     * The namespace lab.
     *
     * @param lab where all of it is
     */
    record Diverted(NetworkLab lab) implements Scene {
        @Override
        public Launcher cluster() {
            return lab.onGateway();
        }

        @Override
        public Gateway gateway() {
            return Gateway.LAB;
        }

        @Override
        public Child startOrigin(Path store, Path log) throws IOException {
            return Child.start(
                    "origin",
                    lab.within(
                            "origin", Scene.origin("10.91.2.2", 443, store).toArray(String[]::new)),
                    Map.of(),
                    log);
        }

        @Override
        public List<String> client(String program, List<String> words) {
            return lab.within("client", Scene.join(List.of(program), words).toArray(String[]::new));
        }

        @Override
        public String url(String host) {
            return "https://" + host;
        }

        @Override
        public List<String> way(EdgeProcess edge) {
            List<String> toOrigin = List.of("--connect-to", "::10.91.2.2:443");
            // The gateway diverts to the first edge; the second is asked by CONNECT.
            return edge.number() == 1
                    ? toOrigin
                    : Scene.join(
                            List.of("--proxy", "http://10.91.1.1:" + edge.connectPort()), toOrigin);
        }

        @Override
        public List<String> openSslWay(EdgeProcess edge, String host) {
            return List.of("-connect", "10.91.2.2:443");
        }

        @Override
        public String browserHint(EdgeProcess edge, Path root) {
            return "";
        }
    }

    private static List<String> origin(String address, int port, Path store) {
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                Origin.class.getName(),
                address,
                Integer.toString(port),
                store.toString());
    }

    private static List<String> join(List<String> first, List<String> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
