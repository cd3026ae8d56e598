package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.InProcessCluster.InProcessEdge;
import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import io.overt.testkit.pki.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;

/**
 * A cluster inside this process with web sites behind it and a client in front, and the waiting
 * that tests need. Whoever makes it closes it.
 */
final class OneJvm implements AutoCloseable {
    static final Duration UPSTREAM_HANDSHAKE = Duration.ofSeconds(8);

    final TestPki pki = TestPki.create();
    final Origins origins = new Origins(pki);
    final Visitor visitor = new Visitor();
    final InProcessCluster cluster;
    private final Path directory;
    private final List<String> edges;

    OneJvm(Path directory, String... edges) throws IOException {
        this.directory = directory;
        this.edges = List.of(edges);
        this.cluster =
                new InProcessCluster(
                        new SiteSetting(
                                directory.resolve("cluster"),
                                "Example Corp",
                                pki.writeAnchor(directory.resolve("origin-root.pem")),
                                this.edges,
                                Gateway.NONE,
                                UPSTREAM_HANDSHAKE));
    }

    /** The control plane with this policy, then the edges; not the signer. */
    void startWithoutSigner(String policy) throws Exception {
        cluster.control().start();
        ready(cluster.control());
        cluster.publish(policy(policy));
        for (String edge : edges) {
            cluster.edge(edge).part().start();
        }
    }

    /** The signer, and then waits until the edges have become one site that can forge. */
    void startSigner() throws Exception {
        cluster.signer().start();
        ready(cluster.signer());
        awaitSite();
    }

    /** Waits until every edge is ready and sees all others. */
    void awaitSite() {
        for (String edge : edges) {
            InProcessPart part = cluster.edge(edge).part();
            ready(part);
            patiently(edge + " sees all edges of the site")
                    .untilAsserted(
                            () ->
                                    assertThat(part.sum("overt_site_members"))
                                            .isEqualTo(edges.size()));
        }
    }

    void ready(InProcessPart part) {
        patiently("ready").untilAsserted(() -> assertThat(part.notReady()).isEmpty());
    }

    static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(100));
    }

    /** Visits as a client that trusts the inspection CA alone. */
    Visit visit(String edge, Site site, String host) throws IOException {
        return visit(edge, site.address(), host);
    }

    /** Visits as a client that trusts the inspection CA alone. */
    Visit visit(String edge, InetSocketAddress origin, String host) throws IOException {
        return visitor.visit(
                cluster.edge(edge).connectPort(),
                origin,
                host,
                certificate(cluster.inspectionRoot()));
    }

    /** Visits as a client that trusts the origins' own CA alone. */
    Visit visitTrustingOrigins(String edge, Site site, String host) {
        return visitor.visit(cluster.edge(edge).connectPort(), site.address(), host, pki.anchor());
    }

    Records records(String edge) {
        return new Records(cluster.edge(edge).records());
    }

    /** Waits for the records of all connections to {@code origin} through {@code edge}. */
    void awaitFates(String edge, InetSocketAddress origin, String... fates) {
        patiently("records at " + edge)
                .untilAsserted(
                        () -> assertThat(records(edge).fates(origin)).containsExactly(fates));
    }

    /** The invariant: each connection that was made is in exactly one record, and nothing else. */
    void awaitOneRecordPerConnection() {
        for (String each : edges) {
            InProcessEdge edge = cluster.edge(each);
            int made = visitor.connections(edge.connectPort());
            patiently("records of " + each)
                    .untilAsserted(() -> assertThat(records(each).all()).hasSize(made));
            assertThat(records(each).all())
                    .extracting(line -> line.text("id"))
                    .doesNotHaveDuplicates();
        }
    }

    X509Certificate issuingCa() throws IOException {
        return certificate(cluster.issuingCa());
    }

    private Path policy(String content) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(folder.resolve("policy.yaml"), content);
        return folder;
    }

    private static X509Certificate certificate(Path pem) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
        } catch (CertificateException e) {
            throw new IOException(pem + ": no certificate", e);
        }
    }

    @Override
    public void close() {
        cluster.close();
        origins.close();
    }
}
