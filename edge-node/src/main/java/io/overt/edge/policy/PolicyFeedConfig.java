package io.overt.edge.policy;

import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where policy comes from.
 *
 * @param control the control plane's address
 * @param signingKeys files of the pinned public keys; two during a change of key
 * @param maxBytes bound of all files of a policy together
 * @param furtherControls addresses of control planes that share a store with that one
 */
public record PolicyFeedConfig(
        InetSocketAddress control,
        List<Path> signingKeys,
        long maxBytes,
        List<InetSocketAddress> furtherControls) {

    public PolicyFeedConfig {
        signingKeys = List.copyOf(signingKeys);
        furtherControls = List.copyOf(furtherControls);
    }

    /** Of one control plane. */
    public PolicyFeedConfig(InetSocketAddress control, List<Path> signingKeys, long maxBytes) {
        this(control, signingKeys, maxBytes, List.of());
    }

    /** Every control plane, all of them as good. */
    List<InetSocketAddress> controls() {
        return Stream.concat(Stream.of(control), furtherControls.stream()).toList();
    }

    /**
     * Reads {@code control} (host:port, required), {@code further-controls} (host:port each; none),
     * {@code signing-keys} (at least one, required) and {@code max-size} (default 64MiB) of the
     * section {@code policy}.
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
                section.addresses("further-controls"));
    }
}
