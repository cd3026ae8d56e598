package io.overt.it.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.overt.control.ControlConfig;
import io.overt.control.ControlPlane;
import io.overt.control.publish.PolicySigningKey;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.testkit.pki.TestFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** A control plane alone, inside this process. Its files, its store too, are in one folder. */
public final class InProcessControlPlane {
    /**
     * Starts it, or starts it again.
     *
     * @param fleet who vouches for it
     * @param port where edges and operators connect; 0: the system's choice
     * @param sections what is configured further, in YAML; relative paths are in the folder
     * @param parts whoever closes them stops it
     */
    public static ControlPlane start(
            Path folder, TestFleet fleet, int port, String sections, Parts parts)
            throws IOException, ConfigException, StartException {
        if (!Files.exists(folder.resolve(SIGNING_KEY))) {
            PolicySigningKey.create(folder.resolve(SIGNING_KEY));
        }
        var files = fleet.issue("control", "control-1");
        var config =
                Files.writeString(
                        folder.resolve("control.yaml"),
                        """
                        listen: 127.0.0.1:%d
                        admin: { listen: "127.0.0.1:0" }
                        identity: { certificate: %s, key: %s, trust-anchors: %s }
                        policy: { signing-key: %s }
                        """
                                        .formatted(
                                                port,
                                                files.certificateChain(),
                                                files.privateKey(),
                                                files.trustAnchors(),
                                                SIGNING_KEY)
                                + sections,
                        UTF_8);
        return ControlPlane.start(
                ControlConfig.read(ConfigFile.read(config)), Clock.systemUTC(), parts);
    }

    /** What edges pin of the one in that folder. */
    public static Path pinned(Path folder) {
        return PolicySigningKey.publicHalf(folder.resolve(SIGNING_KEY));
    }

    private static final String SIGNING_KEY = "policy.key";

    private InProcessControlPlane() {}
}
