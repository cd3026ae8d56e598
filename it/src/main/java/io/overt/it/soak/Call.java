package io.overt.it.soak;

import io.netty.channel.Channel;
import java.util.Optional;

/**
 * What became of a client's connection to an edge.
 *
 * @param met whose certificate it met
 * @param detail why there was no answer; empty when there was one
 * @param channel the connection, still open when there was an answer; empty when there was never
 *     one
 */
record Call(Met met, String detail, Optional<Channel> channel) {

    /** Whose certificate a client met. */
    enum Met {
        /** Ours: it was inspected, and the host answered. */
        FORGED,
        /** The host's own: it was spliced, and the host answered. */
        ORIGINAL,
        /** No answer. */
        NOBODY
    }

    void close() {
        channel.ifPresent(
                each -> {
                    var _ = each.close();
                });
    }
}
