package io.overt.edge.policy;

import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Where policy comes from.
 *
 * @param control the control plane's address
 * @param signingKeys files of the pinned public keys; two during a change of key
 * @param maxBytes bound of all files of a policy together
 * @param lists how compiled lists are fetched and kept
 */
public record PolicyFeedConfig(
        InetSocketAddress control, List<Path> signingKeys, long maxBytes, ListShelfConfig lists) {

    public PolicyFeedConfig {
        signingKeys = List.copyOf(signingKeys);
    }

    /**
     * Reads {@code control} (host:port, required), {@code signing-keys} (at least one, required)
     * {@code max-size} (default 64MiB) and the section {@code lists} of the section {@code policy}.
     */
    public static PolicyFeedConfig read(ConfigNode section) {
        var control = section.address("control");
        var keys = section.paths("signing-keys");
        if (keys.isEmpty()) {
            section.problem(
                    "signing-keys",
                    "missing (expected: the files of one or two pinned policy keys)");
        }
        return new PolicyFeedConfig(
                control,
                keys,
                section.size("max-size", 64L << 20, 1L << 10, 1L << 30),
                ListShelfConfig.read(section.sectionOrDefaults("lists")));
    }
}
