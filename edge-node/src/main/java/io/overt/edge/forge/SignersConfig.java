package io.overt.edge.forge;

import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The section {@code signers}: who signs forged leaves, and how long it may take.
 *
 * @param addresses of every signer that this edge may ask
 * @param profile the name of the signers' profile that leaves are forged by
 * @param callDeadline of one call of one signer
 * @param forgeDeadline of one leaf, all tiers and signers together
 * @param describeEvery how often the signers' issuers and profiles are looked at anew
 * @param probeEvery how often each signer is asked whether it can sign
 * @param retryEvery how often a signer that does not answer is tried again, at the latest
 * @param maxForging how many leaves may be in the making at once; more are refused as unavailable
 */
public record SignersConfig(
        List<InetSocketAddress> addresses,
        String profile,
        Duration callDeadline,
        Duration forgeDeadline,
        Duration describeEvery,
        Duration probeEvery,
        Duration retryEvery,
        int maxForging) {

    public SignersConfig {
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads {@code signers} of the edge's file. Problems are noted in {@code root}; use the answer
     * after its {@code finish()}.
     */
    public static SignersConfig from(ConfigNode root) {
        ConfigNode node = root.section("signers");
        List<InetSocketAddress> addresses =
                node.sections("targets").stream().map(target -> target.address("address")).toList();
        if (addresses.isEmpty()) {
            node.problem("targets", "none (expected: at least one, as \"- address: host:port\")");
        }
        return new SignersConfig(
                addresses,
                node.text("profile", "mirror"),
                // A token signs in milliseconds; a signer that takes longer than this is worth less
                // than another one.
                node.duration(
                        "call-deadline",
                        Duration.ofSeconds(2),
                        Duration.ofMillis(50),
                        Duration.ofMinutes(1)),
                // Browsers wait longer than this for a handshake, people do not.
                node.duration(
                        "forge-deadline",
                        Duration.ofSeconds(5),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1)),
                // A signer says within probe-every when its issuers have changed; this is for what
                // it forgot to say, and for signers that are older than that.
                node.duration(
                        "describe-every",
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1)),
                // So long, at most, a signer that cannot sign looks to an idle edge like one that
                // can; each is a small call, answered from memory.
                node.duration(
                        "probe-every",
                        Duration.ofSeconds(1),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1)),
                // An outage of the signers is over this long after they are back; each attempt is
                // one connection of each edge.
                node.duration(
                        "retry-every",
                        Duration.ofSeconds(4),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(2)),
                // Each is a virtual thread and one call: this bounds what an outage of the signers
                // can pile up here.
                node.integer("max-forging", 1024, 1, 100_000));
    }
}
