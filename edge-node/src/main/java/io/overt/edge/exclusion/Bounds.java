package io.overt.edge.exclusion;

/**
 * How much a ledger remembers. Clients choose what they refuse, so each of these is a bound on what
 * one of them, or all, can make an edge hold: a subject takes about half a kilobyte.
 *
 * @param subjects pairs of a client and a host; above that those refused longest ago are dropped
 * @param hostsPerClient of these, by one client: a client that refuses everything drops its own
 * @param clientsPerHost of these, for one host
 * @param clients clients of which it is remembered that they take our certificates
 * @param confirmed exclusions that administrators have confirmed; one more is refused
 */
public record Bounds(
        int subjects, int hostsPerClient, int clientsPerHost, int clients, int confirmed) {

    public static final Bounds DEFAULT = new Bounds(20_000, 256, 1_024, 20_000, 1_000);
}
