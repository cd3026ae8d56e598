package io.overt.it.scan;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.ProcessCluster;
import io.overt.testkit.pki.TestIdentity;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is scanned: an edge, and an nginx with OpenSSL's defaults that is the edge's upstream and
 * the reference in one, so that both have the same kind of certificate and the same site behind
 * them.
 *
 * @param reference where nginx listens
 * @param door where the edge's client leg can be met without CONNECT
 * @param edge port of its explicit proxy
 */
record Subjects(InetSocketAddress reference, Door door, int edge) {
    /** The one site. */
    static final String HOST = "www.scan.example";

    /** The domain of the names that the scanner has as a server. */
    static final String SCANNERS = "scanners.example";

    /**
     * Makes and starts all of it.
     *
     * @param open takes over what was opened
     */
    static Subjects start(Path directory, CaKeys keys, Closing open)
            throws IOException, InterruptedException {
        TestPki pki = TestPki.create();
        Path anchors = pki.writeAnchor(directory.resolve("origin-root.pem"));
        InetSocketAddress reference = nginx(directory, pki.leaf(HOST), open);
        Path policy = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(policy.resolve("policy.yaml"), POLICY);
        ProcessCluster cluster =
                open.opened(
                        ProcessCluster.start(
                                new ClusterPlan(
                                        directory,
                                        Launcher.ofBuildTree(),
                                        keys,
                                        "Example Corp",
                                        anchors,
                                        policy,
                                        List.of("edge-a"),
                                        Gateway.NONE),
                                Scan::say));
        int edge = cluster.edge("edge-a").connectPort();
        return new Subjects(reference, open.opened(Door.open(edge, reference)), edge);
    }

    private static InetSocketAddress nginx(Path directory, TestIdentity site, Closing open)
            throws IOException, InterruptedException {
        InetSocketAddress address;
        try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            address = new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
        }
        Path chain = Files.writeString(directory.resolve("site.pem"), site.chainPem());
        Path key = Files.writeString(directory.resolve("site.key"), site.privateKeyPem());
        Path config =
                Files.writeString(
                        directory.resolve("nginx.conf"),
                        """
                        daemon off; worker_processes 1; pid %1$s/nginx.pid; error_log %1$s/nginx-error.log;
                        events { worker_connections 512; }
                        http {
                          access_log off; client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy;
                          fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                          server {
                            listen 127.0.0.1:%2$d ssl; server_name %3$s;
                            ssl_certificate %4$s; ssl_certificate_key %5$s;
                            # Of nginx's own settings for TLS these two hide OpenSSL's.
                            ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers DEFAULT;
                            location / { return 200 "hello\\n"; }
                          }
                        }
                        """
                                .formatted(directory, address.getPort(), HOST, chain, key));
        Child nginx =
                open.opened(
                        Child.start(
                                "nginx",
                                List.of("nginx", "-c", config.toString()),
                                Map.of(),
                                directory.resolve("nginx.log")));
        nginx.await("listening", Duration.ofMinutes(1), () -> listens(address));
        return address;
    }

    private static boolean listens(InetSocketAddress address) {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException _) {
            return false; // not yet
        }
    }

    /**
     * Nothing is spliced, or the upstream would be scanned instead of the edge, and the scanner's
     * own certificates, which no anchor vouches for, are no reason to stop.
     */
    private static final String POLICY =
            """
            policy: scan
            rules:
              - name: scanners
                when: { host: .%s }
                then: inspect
                on: { untrusted: mirror-untrusted, client-cert: inspect, no-ecdsa: block }
              - name: all
                then: inspect
                on: { no-ecdsa: block }
            """
                    .formatted(SCANNERS);
}
