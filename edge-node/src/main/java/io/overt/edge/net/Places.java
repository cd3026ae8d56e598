package io.overt.edge.net;

import io.overt.edge.net.DataPathSettings.FairShare;
import java.util.HashMap;
import java.util.Map;

/**
 * Places of one kind, such as those for open connections, and who holds how many. Thread-safe: the
 * lock is held for some additions, by every event loop in turn.
 *
 * <p>With fair shares a client may take another place only while it holds fewer than are free (ADR
 * 0100). It never holds back a place while more than half are free; k greedy clients end up with
 * one (k + 1)th of all each, and one more stays free for whoever holds none.
 */
final class Places {
    /** Guarded by this; no entry holds 0. */
    private final Map<ClientNetwork, Integer> held = new HashMap<>();

    /** Guarded by this: the sum of {@link #held}. */
    private int taken;

    /** What became of the wish for a place. */
    enum Answer {
        TAKEN,
        /** All places are taken. */
        NONE_FREE,
        /** The client holds as many as one client may. */
        CLIENT_LIMIT,
        /** Places are scarce, and the client holds at least as many as are free. */
        FAIR_SHARE
    }

    /**
     * Takes a place, to be given back once.
     *
     * @param most places that there are; fewer than are taken means that none is free
     * @param mostOfClient places that one client may hold
     */
    synchronized Answer take(ClientNetwork client, int most, int mostOfClient, FairShare sharing) {
        var own = held.getOrDefault(client, 0);
        if (taken >= most) {
            return Answer.NONE_FREE;
        }
        if (own >= mostOfClient) {
            return Answer.CLIENT_LIMIT;
        }
        if (sharing == FairShare.ON && own >= most - taken) {
            return Answer.FAIR_SHARE;
        }
        held.put(client, own + 1);
        taken++;
        return Answer.TAKEN;
    }

    synchronized void giveBack(ClientNetwork client) {
        held.computeIfPresent(client, (_, own) -> own == 1 ? null : own - 1);
        taken--;
    }

    synchronized int taken() {
        return taken;
    }

    /** Clients that hold a place. */
    synchronized int clients() {
        return held.size();
    }
}
