package io.overt.it.cluster;

import io.overt.testkit.softhsm.SoftHsmToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A signer with a SoftHSM token, a control plane and the edges of one site inside this process,
 * talking over the loopback address as processes of their own would. Nothing runs until it is
 * started, part by part; closing stops what runs, edges first.
 *
 * <p>The environment must have SOFTHSM2_CONF, as the build gives it to tests (ADR 0021). Not
 * thread-safe. Whoever makes it closes it.
 */
public final class InProcessCluster implements AutoCloseable {
    /** The one site. */
    public static final String SITE = "onejvm";

    private final ClusterFiles files;
    private final SoftHsmToken token;
    private final InProcessPart signer;
    private final InProcessSite site;

    /**
     * One edge.
     *
     * @param part to start and stop
     * @param connectPort where it is an explicit proxy
     * @param records its records, one JSON line a connection; goes on when the edge is restarted
     */
    public record InProcessEdge(InProcessPart part, int connectPort, Path records) {}

    /** Makes everything that the cluster needs, the CA in its token included. */
    public InProcessCluster(SiteSetting setting) throws IOException {
        if (setting.signers() != 1) {
            throw new IllegalArgumentException(
                    "signers: %d (expected: 1; several need processes of their own)"
                            .formatted(setting.signers()));
        }
        this.files = new ClusterFiles(setting, SITE);
        TokenSigner made = TokenSigner.make(files, 1, setting.organisation());
        this.token = made.token();
        this.signer = new InProcessPart(made.program(), made.files());
        this.site = new InProcessSite(files);
    }

    public InProcessPart signer() {
        return signer;
    }

    public InProcessPart control() {
        return site.control();
    }

    /** The edges by name, in the setting's order. */
    public Map<String, InProcessEdge> edges() {
        return site.edges();
    }

    /** The edge of that name. */
    public InProcessEdge edge(String name) {
        return site.edge(name);
    }

    /** PEM of the root that clients are to trust. */
    public Path inspectionRoot() {
        return files.inspectionRoot(1);
    }

    /** PEM of the issuing CA. */
    public Path issuingCa() {
        return files.issuingCa(1);
    }

    /** A further issuing CA in the signer's token, below the same root; PEM. */
    public Path anotherIssuingCa(String name) {
        return token.anotherIssuing(files.file("ca/" + name + ".pem"));
    }

    /** A file of the cluster, there or not. */
    public Path file(String name) {
        return files.file(name);
    }

    /** How often the CA's key was used for a leaf since the signer was started. */
    public double signatures() throws IOException, InterruptedException {
        return signer.sum("overt_signer_signatures_total");
    }

    /**
     * Publishes a policy by overtctl; edges take it when they take it.
     *
     * @param policy folder with {@code policy.yaml} and its lists
     * @throws IOException when overtctl does not end with 0; the message has what it printed
     */
    public void publish(Path policy) throws IOException {
        site.publish(policy);
    }

    /**
     * What overtctl came to.
     *
     * @param printed on both of its streams
     */
    public record Answer(int status, String printed) {}

    /** Runs overtctl as the site's operator. */
    public Answer overtctl(String... arguments) {
        return site.overtctl(arguments);
    }

    @Override
    public void close() {
        // Edges first: they drain while signer and control plane still answer.
        site.close();
        signer.close();
    }
}
