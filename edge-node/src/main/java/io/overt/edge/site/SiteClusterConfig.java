package io.overt.edge.site;

import io.overt.service.config.ConfigNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The section {@code site-cluster}: whether and how this edge shares with the other edges of its
 * site.
 */
public sealed interface SiteClusterConfig {

    /**
     * No sharing: this edge makes its own leaf key and remembers for itself. What holds when the
     * section is absent.
     *
     * @param mapMemory how many bytes each map that would be shared may take in this process
     */
    record Off(long mapMemory) implements SiteClusterConfig {}

    /**
     * An embedded member.
     *
     * @param network how member traffic is protected
     * @param members every edge of the site, this one included, by the name in its fleet identity
     * @param generation part of the cluster's name; raised when a new Hazelcast version cannot join
     *     the old one
     * @param meshPort the loopback port that members reach each other on inside the mesh; the same
     *     at every edge of the site
     * @param peerListen where SitePeer is served
     * @param peerAddress where other edges are told to find it
     * @param callDeadline how long a read or write of a shared map may take before it is given up
     * @param aloneAfter after which time without a cluster this edge makes its own keys
     */
    record Embedded(
            MemberNetwork network,
            List<Member> members,
            int generation,
            int meshPort,
            InetSocketAddress peerListen,
            InetSocketAddress peerAddress,
            Duration callDeadline,
            Duration aloneAfter)
            implements SiteClusterConfig {

        public Embedded {
            members = List.copyOf(members);
        }

        /** The entry for the edge of this name, if the list has one. */
        Optional<Member> member(String name) {
            return members.stream().filter(member -> member.name().equals(name)).findFirst();
        }
    }

    /**
     * One edge of the site.
     *
     * @param name as in its fleet identity
     * @param number 1 to 254, its own for ever: names its loopback address inside the mesh
     * @param address where member traffic reaches it: the mesh's mutual TLS, or Hazelcast itself in
     *     an external network
     */
    record Member(String name, int number, InetSocketAddress address) {}

    /**
     * Who protects member traffic. Hazelcast's community edition has neither TLS nor
     * authentication.
     */
    enum MemberNetwork {
        /**
         * Mutual TLS between the edges, in this process; Hazelcast itself listens on loopback only.
         */
        MESH,
        /**
         * The organisation does, e.g. by WireGuard: Hazelcast listens on the member's address as it
         * is.
         */
        EXTERNAL
    }

    /**
     * Reads {@code site-cluster} of the edge's file. Problems are noted in {@code root}; use the
     * answer after its {@code finish()}.
     *
     * @param self this edge's name, which must be among the members; empty when its certificate
     *     could not be read, which is a problem of its own
     */
    static SiteClusterConfig from(ConfigNode root, Optional<String> self) {
        return root.optionalSection("site-cluster")
                .map(node -> read(node, self))
                .orElseGet(() -> new Off(MAP_MEMORY));
    }

    private static SiteClusterConfig read(ConfigNode node, Optional<String> self) {
        // "off" keeps the other keys valid, so that the one word can be turned on the day a hole in
        // Hazelcast is published.
        Mode mode = node.choice("mode", Mode.class, Mode.EMBEDDED);
        // Sealed leaves of about a kilobyte each: 64 MiB remember 60,000 hosts.
        long mapMemory = node.size("map-memory", MAP_MEMORY, 1 << 20, 1L << 40);
        if (mode == Mode.OFF && !node.has("members")) {
            return new Off(mapMemory);
        }
        MemberNetwork network =
                node.choice("member-network", MemberNetwork.class, MemberNetwork.MESH);
        List<Member> members = members(node, mode == Mode.EMBEDDED ? self : Optional.empty());
        int generation = node.integer("generation", 1, 1, 1_000_000);
        int meshPort = node.integer("mesh-port", 5701, 1, 65_535);
        // No default address: only the operator knows the interface that faces the other edges.
        InetSocketAddress peerListen = node.listenAddress("peer-listen");
        InetSocketAddress peerAddress = node.optionalAddress("peer-address").orElse(peerListen);
        // A local read takes 0.03 ms and a remote one 0.1 ms; a frozen member would hold its
        // partitions for the heartbeat's 5 s.
        Duration callDeadline =
                node.duration(
                        "call-deadline",
                        Duration.ofMillis(30),
                        Duration.ofMillis(1),
                        Duration.ofSeconds(1));
        // A member starts in 3 to 6 s, more on a busy machine; past that, own keys beat no keys.
        Duration aloneAfter =
                node.duration(
                        "alone-after",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10));
        return switch (mode) {
            case OFF -> new Off(mapMemory);
            case EMBEDDED ->
                    new Embedded(
                            network,
                            members,
                            generation,
                            meshPort,
                            peerListen,
                            peerAddress,
                            callDeadline,
                            aloneAfter);
        };
    }

    private static List<Member> members(ConfigNode node, Optional<String> self) {
        List<ConfigNode> sections = node.sections("members");
        if (sections.isEmpty()) {
            node.problem("members", "none (expected: every edge of the site, this one included)");
        }
        Set<String> names = new LinkedHashSet<>();
        Set<Integer> numbers = new HashSet<>();
        List<Member> members =
                sections.stream()
                        .map(
                                section -> {
                                    // No default: a number that followed the order of the list
                                    // would change
                                    // under running members.
                                    int number =
                                            section.required(
                                                    "number", 1, SiteClusterConfig::number);
                                    var member =
                                            new Member(
                                                    section.text("name"),
                                                    number,
                                                    section.address("address"));
                                    if (!names.add(member.name())) {
                                        section.problem("name", member.name() + ": given twice");
                                    }
                                    if (!numbers.add(number)) {
                                        section.problem("number", number + ": given twice");
                                    }
                                    return member;
                                })
                        .toList();
        if (!sections.isEmpty() && self.filter(name -> !names.contains(name)).isPresent()) {
            node.problem(
                    "members",
                    String.join(", ", names)
                            + " (expected: an entry for this edge, "
                            + self.get()
                            + ", as its certificate names it)");
        }
        return members;
    }

    private static int number(String text) {
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("1 to 254");
        }
        if (number < 1 || number > 254) {
            throw new IllegalArgumentException("1 to 254");
        }
        return number;
    }

    /** The default of {@code map-memory}, in bytes. */
    long MAP_MEMORY = 64L << 20;

    /** Whether there is a member at all. */
    enum Mode {
        /** In this process. */
        EMBEDDED,
        /** None. */
        OFF
    }
}
