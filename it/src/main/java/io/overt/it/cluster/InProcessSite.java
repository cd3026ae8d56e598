package io.overt.it.cluster;

import io.overt.control.ControlMain;
import io.overt.control.cli.Overtctl;
import io.overt.control.publish.PolicySigningKey;
import io.overt.edge.EdgeMain;
import io.overt.it.cluster.ClusterFiles.EdgeFiles;
import io.overt.it.cluster.InProcessCluster.Answer;
import io.overt.it.cluster.InProcessCluster.InProcessEdge;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A control plane and the edges of one site inside this process, for signers wherever those are.
 * Nothing runs until it is started, part by part. Not thread-safe. Whoever makes it closes it.
 */
final class InProcessSite implements AutoCloseable {
    private final ClusterFiles files;
    private final InProcessPart control;
    private final Map<String, InProcessEdge> edges = new LinkedHashMap<>();

    /** Writes their files; the signers' have been written. */
    InProcessSite(ClusterFiles files) throws IOException {
        this.files = files;
        PolicySigningKey.create(files.policyKey());
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

    InProcessPart control() {
        return control;
    }

    Map<String, InProcessEdge> edges() {
        return Map.copyOf(edges);
    }

    InProcessEdge edge(String name) {
        InProcessEdge edge = edges.get(name);
        if (edge == null) {
            throw new IllegalArgumentException(
                    name + ": no such edge (expected: one of " + edges.keySet() + ")");
        }
        return edge;
    }

    void publish(Path policy) throws IOException {
        var answer = overtctl("apply", policy.toString());
        if (answer.status() != 0) {
            throw new IOException(
                    "overtctl apply %s: status %d (expected: 0)%n%s"
                            .formatted(policy, answer.status(), answer.printed()));
        }
    }

    Answer overtctl(String... arguments) {
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
        edges.values().forEach(edge -> edge.part().close());
        control.close();
    }
}
