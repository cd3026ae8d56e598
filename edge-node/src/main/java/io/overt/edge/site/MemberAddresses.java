package io.overt.edge.site;

import io.overt.edge.site.SiteClusterConfig.Embedded;
import io.overt.edge.site.SiteClusterConfig.Member;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The addresses that Hazelcast works with at one member.
 *
 * @param bind what its socket is bound to
 * @param announced what the others know it by
 * @param members what it looks for the others at, itself included
 */
record MemberAddresses(
        InetSocketAddress bind, InetSocketAddress announced, List<InetSocketAddress> members) {

    static MemberAddresses of(Embedded config, Member self) {
        return switch (config.network()) {
            case EXTERNAL ->
                    new MemberAddresses(
                            self.address(),
                            self.address(),
                            config.members().stream().map(Member::address).toList());
            case MESH ->
                    new MemberAddresses(
                            behindMesh(config, self),
                            inMesh(config, self),
                            config.members().stream()
                                    .map(member -> inMesh(config, member))
                                    .toList());
        };
    }

    /**
     * The name of a member inside the mesh: the same at every edge, and at each edge the door to
     * that member.
     */
    static InetSocketAddress inMesh(Embedded config, Member member) {
        return new InetSocketAddress("127.77.0." + member.number(), config.meshPort());
    }

    /**
     * Where a member's Hazelcast really listens: not at its mesh address, so that two edges fit on
     * one machine, where each holds the door to the other.
     */
    static InetSocketAddress behindMesh(Embedded config, Member member) {
        return new InetSocketAddress("127.78.0." + member.number(), config.meshPort());
    }

    MemberAddresses {
        members = List.copyOf(members);
    }
}
