package io.overt.it.cluster;

import io.overt.it.cluster.ClusterPlan.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the configurations of a cluster say, however its parts are started.
 *
 * @param directory that everything goes into: keys, databases, records
 * @param organisation named by the CA
 * @param upstreamAnchors PEM file of the CAs that vouch for upstreams
 * @param edges names of the site's edges
 * @param signers how many, each with issuing CAs of its own
 * @param gateway what the first edge does for a gateway beside being an explicit proxy
 * @param upstreamHandshake how long an edge waits for an upstream's part of a handshake
 * @param room for connections, of each edge
 * @param further what is configured beside that
 */
public record SiteSetting(
        Path directory,
        String organisation,
        Path upstreamAnchors,
        List<String> edges,
        int signers,
        Gateway gateway,
        Duration upstreamHandshake,
        EdgeRoom room,
        FurtherSettings further) {
    /** One signer, and edges with the room that they have by default. */
    public SiteSetting(
            Path directory,
            String organisation,
            Path upstreamAnchors,
            List<String> edges,
            Gateway gateway,
            Duration upstreamHandshake) {
        this(
                directory,
                organisation,
                upstreamAnchors,
                edges,
                1,
                gateway,
                upstreamHandshake,
                EdgeRoom.DEFAULT,
                FurtherSettings.NONE);
    }

    public SiteSetting {
        edges = List.copyOf(edges);
        if (edges.isEmpty()) {
            throw new IllegalArgumentException("edges: none (expected: at least one)");
        }
        if (signers < 1) {
            throw new IllegalArgumentException("signers: " + signers + " (expected: at least one)");
        }
    }
}
