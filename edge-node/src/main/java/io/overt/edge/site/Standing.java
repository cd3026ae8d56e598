package io.overt.edge.site;

import java.util.UUID;

/**
 * Where this edge stands among the edges of its site, as far as the untrusted member list tells.
 */
sealed interface Standing {

    /** The member is starting; nothing is known yet. */
    record Joining() implements Standing {}

    /**
     * The oldest member: it makes the keys.
     *
     * @param members how many there are, this one included
     */
    record Oldest(int members) implements Standing {}

    /**
     * Another member is older: it has the keys.
     *
     * @param oldest the oldest member
     */
    record Younger(Peer oldest) implements Standing {}

    /**
     * There is no cluster, by configuration or because the member does not run: this edge sees to
     * itself.
     *
     * @param why for people and logs
     */
    record Apart(String why) implements Standing {}

    /**
     * Another member.
     *
     * @param member Hazelcast's id, new at each start of the process
     * @param address of its SitePeer as it says, {@code host:port}; may be empty or lie
     */
    record Peer(UUID member, String address) {}
}
