package io.overt.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.Origins.Site;
import io.overt.it.cluster.Visitor.Visit;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two edges and their control plane in this process, in front of signers that are processes of
 * their own: those are to be killed. Whoever makes it closes it.
 */
final class SplitCluster implements AutoCloseable {
    static final List<String> EDGES = List.of("edge-a", "edge-b");

    final TestPki pki = TestPki.create();
    final Origins origins = new Origins(pki);
    final Visitor visitor = new Visitor();
    private final Path directory;
    private final InProcessSite site;
    private final List<SignerChild> signers = new ArrayList<>();
    private final X509Certificate[] roots;

    SplitCluster(Path directory, int count) throws IOException {
        this.directory = directory;
        var files =
                new ClusterFiles(
                        new SiteSetting(
                                Files.createDirectories(directory.resolve("cluster")),
                                "Example Corp",
                                pki.writeAnchor(directory.resolve("origin-root.pem")),
                                EDGES,
                                count,
                                Gateway.NONE,
                                Duration.ofSeconds(8),
                                EdgeRoom.DEFAULT,
                                FurtherSettings.NONE),
                        "split");
        for (int number = 1; number <= count; number++) {
            signers.add(SignerChild.make(files, number));
        }
        this.roots = signers.stream().map(SignerChild::root).toArray(X509Certificate[]::new);
        this.site = new InProcessSite(files);
    }

    /** Starts all of it, and waits until the edges are one site that can forge. */
    void start(String policy) throws Exception {
        for (SignerChild signer : signers) {
            signer.start();
        }
        site.control().start();
        OneJvm.patiently("control plane")
                .untilAsserted(() -> assertThat(site.control().notReady()).isEmpty());
        Path folder = Files.createDirectories(directory.resolve("policy"));
        Files.writeString(folder.resolve("policy.yaml"), policy);
        site.publish(folder);
        for (SignerChild signer : signers) {
            signer.awaitReady();
        }
        for (String edge : EDGES) {
            site.edge(edge).part().start();
        }
        for (String edge : EDGES) {
            InProcessPart part = site.edge(edge).part();
            OneJvm.patiently(edge)
                    .untilAsserted(
                            () -> {
                                assertThat(part.notReady()).isEmpty();
                                assertThat(part.sum("overt_site_members")).isEqualTo(EDGES.size());
                            });
        }
        awaitHealthy(signers.size());
    }

    /** The signer with this number, from 1. */
    SignerChild signer(int number) {
        return signers.get(number - 1);
    }

    InProcessPart edge(String name) {
        return site.edge(name).part();
    }

    /** Waits until every edge thinks that so many signers sign. */
    void awaitHealthy(int count) {
        for (String edge : EDGES) {
            OneJvm.patiently(count + " healthy signers at " + edge)
                    .pollInterval(Duration.ofMillis(20))
                    .untilAsserted(
                            () ->
                                    assertThat(edge(edge).sum("overt_signer_healthy"))
                                            .isEqualTo(count));
        }
    }

    /** Visits as a client that trusts the roots of all signers, and nothing else. */
    Visit visit(String edge, Site origin, String host) {
        return visitor.visit(site.edge(edge).connectPort(), origin.address(), host, roots);
    }

    Records records(String edge) {
        return new Records(site.edge(edge).records());
    }

    /** Forge calls of both edges that no signer answered. */
    double unanswered() throws IOException, InterruptedException {
        double sum = 0;
        for (String edge : EDGES) {
            sum += edge(edge).sum("overt_signer_forge_calls_total", "outcome=\"unanswered\"");
        }
        return sum;
    }

    /** How often the CAs' keys were used for a leaf, by the signers' own count. */
    double signatures() throws IOException, InterruptedException {
        double sum = 0;
        for (SignerChild signer : signers) {
            sum += signer.sum("overt_signer_signatures_total");
        }
        return sum;
    }

    @Override
    public void close() {
        site.close();
        signers.forEach(SignerChild::close);
        origins.close();
    }
}
