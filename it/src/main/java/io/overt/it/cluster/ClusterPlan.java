package io.overt.it.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a cluster of processes on this machine is made of.
 *
 * @param directory that everything goes into: keys, databases, logs, records
 * @param launcher how programs are started
 * @param keys where the CA's keys are
 * @param organisation named by the CA
 * @param upstreamAnchors PEM file of the CAs that vouch for upstreams
 * @param policy folder of the first policy: {@code policy.yaml} and its lists
 * @param edges names of the edges, of the one site; {@code SITE/NAME} for another
 * @param signers how many, each with a token and issuing CAs of its own
 * @param gateway what the first edge does for a gateway beside being an explicit proxy
 * @param room for connections, of each edge
 * @param further what is configured beside that
 */
public record ClusterPlan(
        Path directory,
        Launcher launcher,
        CaKeys keys,
        String organisation,
        Path upstreamAnchors,
        Path policy,
        List<String> edges,
        int signers,
        Gateway gateway,
        EdgeRoom room,
        FurtherSettings further) {
    /** Nothing configured beside that. */
    public ClusterPlan(
            Path directory,
            Launcher launcher,
            CaKeys keys,
            String organisation,
            Path upstreamAnchors,
            Path policy,
            List<String> edges,
            int signers,
            Gateway gateway,
            EdgeRoom room) {
        this(
                directory,
                launcher,
                keys,
                organisation,
                upstreamAnchors,
                policy,
                edges,
                signers,
                gateway,
                room,
                FurtherSettings.NONE);
    }

    /** One signer, and edges with the room that they have by default. */
    public ClusterPlan(
            Path directory,
            Launcher launcher,
            CaKeys keys,
            String organisation,
            Path upstreamAnchors,
            Path policy,
            List<String> edges,
            Gateway gateway) {
        this(
                directory,
                launcher,
                keys,
                organisation,
                upstreamAnchors,
                policy,
                edges,
                1,
                gateway,
                EdgeRoom.DEFAULT);
    }

    public ClusterPlan {
        edges = List.copyOf(edges);
        if (edges.isEmpty()) {
            throw new IllegalArgumentException("edges: none (expected: at least one)");
        }
        if (signers < 1) {
            throw new IllegalArgumentException("signers: " + signers + " (expected: at least one)");
        }
        if (signers > 1 && keys instanceof CaKeys.Made) {
            throw new IllegalArgumentException(
                    "signers: " + signers + " (expected: 1, whose CA is in the folder)");
        }
    }

    /** The part of it that does not depend on how programs are started. */
    SiteSetting setting(Duration upstreamHandshake) {
        return new SiteSetting(
                directory,
                organisation,
                upstreamAnchors,
                edges,
                signers,
                gateway,
                upstreamHandshake,
                room,
                further);
    }

    /** Where the CA's keys are. */
    public sealed interface CaKeys {
        /** Made with the cluster, and thrown away with it. */
        enum Fresh implements CaKeys {
            /** In a SoftHSM token of this cluster's own. */
            SOFTHSM,
            /** In a file, under the name that warns. For machines without SoftHSM. */
            INSECURE_FILE
        }

        /**
         * In a SoftHSM token that is there, with the CA: nothing is made, and nothing is changed.
         *
         * @param folder the signer's as docs/ceremonies.md makes it: softhsm2.conf, token.pin, and
         *     in ca root.pem, issuing.pem, untrusted.pem and log.pem; the token is called overt
         */
        record Made(Path folder) implements CaKeys {
            public Made {
                folder = folder.toAbsolutePath().normalize();
                for (String each :
                        List.of(
                                "softhsm2.conf",
                                "token.pin",
                                "ca/root.pem",
                                "ca/issuing.pem",
                                "ca/untrusted.pem",
                                "ca/log.pem")) {
                    if (!Files.isReadable(folder.resolve(each))) {
                        throw new IllegalArgumentException(
                                folder.resolve(each)
                                        + ": not there (expected: a signer's folder as docs/ceremonies.md makes it)");
                    }
                }
            }
        }

        /** Where SoftHSM's configuration is; of a cluster's own unless there is another. */
        default Path softHsm(Path own) {
            return switch (this) {
                case Fresh _ -> own;
                case Made(Path folder) -> folder.resolve("softhsm2.conf");
            };
        }
    }

    /** Listeners for a gateway's diverted connections. */
    public enum Gateway {
        /** None: clients ask the edges by CONNECT. */
        NONE,
        /**
         * Port 15443 for TPROXY and 15444 for REDIRECT at the first edge, as the namespace lab
         * diverts them; upstreams see the second edge's clients and not itself.
         */
        LAB
    }
}
