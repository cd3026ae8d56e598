package io.overt.it.cluster;

import io.overt.control.ControlMain;
import io.overt.control.cli.Overtctl;
import io.overt.control.publish.PolicySigningKey;
import io.overt.edge.EdgeMain;
import io.overt.it.cluster.ClusterFiles.EdgeFiles;
import io.overt.it.cluster.ClusterFiles.PartFiles;
import io.overt.signer.SignerMain;
import io.overt.testkit.softhsm.SoftHsmToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

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
    private final InProcessPart control;
    private final Map<String, InProcessEdge> edges = new LinkedHashMap<>();

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
        this.files = new ClusterFiles(setting, SITE);
        token = SoftHsmToken.create(files.file("token"));
        Files.copy(token.rootPem(), files.inspectionRoot());
        Files.copy(token.issuingPem(), files.issuingCa());
        PolicySigningKey.create(files.policyKey());
        SignerMain program = new SignerMain(Clock.systemUTC());
        PartFiles signerFiles =
                files.signer(
                        """
                                token:
                                  module: %s
                                  label: %s
                                  pin-file: %s
                                """
                                .formatted(token.module(), token.label(), token.pinFile()));
        String config = signerFiles.config().toString();
        run(
                program,
                "create-untrusted-ca",
                "--config",
                config,
                "--organisation",
                setting.organisation());
        run(program, "create-log-key", "--config", config);
        this.signer = new InProcessPart(program, signerFiles);
        this.control = new InProcessPart(new ControlMain(), files.control());
        for (EdgeFiles edge : files.edges()) {
            edges.put(
                    edge.part().name(),
                    new InProcessEdge(
                            new InProcessPart(new EdgeMain(), edge.part()),
                            edge.connectPort(),
                            edge.records()));
        }
    }

    /** A command of the signer, in the token that is there already. */
    private static void run(SignerMain program, String name, String... arguments)
            throws IOException {
        for (Object command : program.commands()) {
            var line = new CommandLine(command);
            if (line.getCommandName().equals(name)) {
                int status = line.execute(arguments);
                if (status != 0) {
                    throw new IOException(name + ": status " + status + " (expected: 0)");
                }
                return;
            }
        }
        throw new IllegalStateException("the signer has no command " + name);
    }

    public InProcessPart signer() {
        return signer;
    }

    public InProcessPart control() {
        return control;
    }

    /** The edges by name, in the setting's order. */
    public Map<String, InProcessEdge> edges() {
        return Map.copyOf(edges);
    }

    /** The edge of that name. */
    public InProcessEdge edge(String name) {
        InProcessEdge edge = edges.get(name);
        if (edge == null) {
            throw new IllegalArgumentException(
                    name + ": no such edge (expected: one of " + edges.keySet() + ")");
        }
        return edge;
    }

    /** PEM of the root that clients are to trust. */
    public Path inspectionRoot() {
        return files.inspectionRoot();
    }

    /** PEM of the issuing CA. */
    public Path issuingCa() {
        return files.issuingCa();
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
        var answer = overtctl("apply", policy.toString());
        if (answer.status() != 0) {
            throw new IOException(
                    "overtctl apply %s: status %d (expected: 0)%n%s"
                            .formatted(policy, answer.status(), answer.printed()));
        }
    }

    /**
     * What overtctl came to.
     *
     * @param printed on both of its streams
     */
    public record Answer(int status, String printed) {}

    /** Runs overtctl as the site's operator. */
    public Answer overtctl(String... arguments) {
        var printed = new StringWriter();
        var writer = new PrintWriter(printed, true);
        int status =
                Overtctl.run(
                        Map.of("OVERTCTL_CONFIG", files.overtctl().toString()),
                        writer,
                        writer,
                        arguments);
        return new Answer(status, printed.toString());
    }

    @Override
    public void close() {
        // Edges first: they drain while signer and control plane still answer.
        edges.values().forEach(edge -> edge.part().close());
        control.close();
        signer.close();
    }
}
