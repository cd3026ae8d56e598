package io.overt.edge.policy;

import io.overt.service.approval.Approvers;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where policy comes from, and what this edge makes of it.
 *
 * @param control the control plane's address
 * @param signingKeys files of the pinned public keys; two during a change of key
 * @param maxBytes bound of all files of a policy together
 * @param furtherControls addresses of control planes that share a store with that one
 * @param lists how compiled lists are fetched and kept
 * @param terms what may change while the edge runs
 */
public record PolicyFeedConfig(
        InetSocketAddress control,
        List<Path> signingKeys,
        long maxBytes,
        List<InetSocketAddress> furtherControls,
        ListShelfConfig lists,
        Terms terms) {

    /**
     * What may change while the edge runs.
     *
     * @param approvers file of those whose approval a version takes; empty where nobody's does
     * @param labels by which waves of a rollout choose this edge
     * @param healthEvery how often the control plane is told how connections fare
     * @param reconnectWithin of a lost stream, when the control plane is called again at the latest
     */
    public record Terms(
            Optional<Path> approvers,
            List<String> labels,
            Duration healthEvery,
            Duration reconnectWithin) {
        /** Nobody approves, nothing is said of this edge. */
        public static final Terms DEFAULT =
                new Terms(
                        Optional.empty(),
                        List.of(),
                        Duration.ofSeconds(5),
                        // A restarted control plane meets 400 of 2,000 edges in a second.
                        Duration.ofSeconds(5));

        public Terms {
            labels = List.copyOf(labels);
        }

        /**
         * Those whose approval a version takes.
         *
         * @throws ConfigException if their file cannot be read; the message names it
         */
        public Optional<Approvers> readApprovers() throws ConfigException {
            return approvers.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Approvers.readForPolicy(approvers.get()));
        }
    }

    public PolicyFeedConfig {
        signingKeys = List.copyOf(signingKeys);
        furtherControls = List.copyOf(furtherControls);
    }

    /** Of one control plane. */
    public PolicyFeedConfig(InetSocketAddress control, List<Path> signingKeys, long maxBytes) {
        this(control, signingKeys, maxBytes, Terms.DEFAULT);
    }

    /** Every control plane, all of them as good. */
    List<InetSocketAddress> controls() {
        return Stream.concat(Stream.of(control), furtherControls.stream()).toList();
    }

    /** Of one control plane, with lists as by default. */
    public PolicyFeedConfig(
            InetSocketAddress control, List<Path> signingKeys, long maxBytes, Terms terms) {
        this(control, signingKeys, maxBytes, List.of(), ListShelfConfig.DEFAULTS, terms);
    }

    /** Of one control plane. */
    public PolicyFeedConfig(
            InetSocketAddress control,
            List<Path> signingKeys,
            long maxBytes,
            ListShelfConfig lists,
            Terms terms) {
        this(control, signingKeys, maxBytes, List.of(), lists, terms);
    }

    /** This with all that {@code next} may change while the edge runs. */
    public PolicyFeedConfig taking(PolicyFeedConfig next) {
        return new PolicyFeedConfig(
                control, signingKeys, maxBytes, furtherControls, lists, next.terms);
    }

    /**
     * Reads {@code control} (host:port, required), {@code signing-keys} (at least one, required),
     * {@code further-controls} (host:port each; none), {@code max-size} (default 64MiB), {@code
     * approvers} (default none), {@code health-every} and {@code reconnect-within} (default 5s
     * each) and {@code lists} of the section {@code policy}, and the file's {@code labels} (default
     * none).
     */
    public static PolicyFeedConfig from(ConfigNode root) {
        var section = root.section("policy");
        var control = section.address("control");
        var keys = section.paths("signing-keys");
        if (keys.isEmpty()) {
            section.problem(
                    "signing-keys",
                    "missing (expected: the files of one or two pinned policy keys)");
        }
        var labels = root.list("labels", PolicyFeedConfig::label);
        if (labels.size() > MOST_LABELS || labels.stream().distinct().count() < labels.size()) {
            root.problem(
                    "labels", labels + " (expected: at most " + MOST_LABELS + ", each different)");
        }
        return new PolicyFeedConfig(
                control,
                keys,
                section.size("max-size", 64L << 20, 1L << 10, 1L << 30),
                section.addresses("further-controls"),
                ListShelfConfig.read(section.sectionOrDefaults("lists")),
                new Terms(
                        section.optionalPath("approvers"),
                        labels,
                        section.duration(
                                "health-every",
                                Terms.DEFAULT.healthEvery(),
                                Duration.ofMillis(100),
                                Duration.ofMinutes(1)),
                        section.duration(
                                "reconnect-within",
                                Terms.DEFAULT.reconnectWithin(),
                                Duration.ofMillis(100),
                                Duration.ofMinutes(5))));
    }

    private static String label(String text) {
        if (!LABEL.matcher(text).matches()) {
            throw new IllegalArgumentException("1 to 63 of a-z 0-9 -, a letter or digit first");
        }
        return text;
    }

    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private static final int MOST_LABELS = 16;
}
