package io.overt.edge.site;

import io.overt.edge.site.Standing.Peer;

/**
 * Where a younger member gets the site's keys from. A port, implemented over mutually authenticated
 * gRPC.
 */
interface KeySource {

    /** Asks {@code peer}. Blocks, within a deadline. */
    Fetching fetch(Peer peer);

    /** What came of it. */
    sealed interface Fetching {}

    /** The peer is an edge of this site and handed over what it holds. */
    record Fetched(Keyring ring) implements Fetching {}

    /**
     * It did not: not reachable, not of this site, without keys itself, or what it sent is not
     * usable.
     *
     * @param detail for people and logs
     */
    record NotFetched(String detail) implements Fetching {}
}
