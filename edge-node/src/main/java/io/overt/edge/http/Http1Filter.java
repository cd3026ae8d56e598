package io.overt.edge.http;

import io.netty.channel.Channel;
import io.overt.policy.ConnectionFacts;
import io.overt.policy.HttpRules;
import java.time.InstantSource;

/**
 * Filters the HTTP/1.1 conversation of one inspected connection and relays what passes, byte for
 * byte.
 *
 * <p>What is filtered, what is refused and what a client then sees is in {@code
 * docs/http-filter.md}; what the two channels must be is in the package's description. One filter a
 * connection.
 */
public final class Http1Filter {

    private final Http1Exchange exchange;
    private final Http1Limits limits;
    private final Http1Listener events;

    /**
     * @param rules of the policy that was pinned when the hello was read
     * @param facts of this connection; its destination's port is the only one that a Host may name
     * @param covers the verified upstream certificate's opinion on a host
     * @param limits what a peer can make us hold or wait for
     * @param notice what our pages say of who inspects
     * @param clock for the Date of our pages
     * @param events told what happened, on the event loop
     */
    public Http1Filter(
            HttpRules rules,
            ConnectionFacts facts,
            AuthorityCheck covers,
            Http1Limits limits,
            PageNotice notice,
            InstantSource clock,
            Http1Listener events) {
        this.exchange =
                new Http1Exchange(
                        new RequestScreen(rules, facts, covers), limits, new Pages(notice, clock));
        this.limits = limits;
        this.events = events;
    }

    /**
     * Takes over both channels: reading, writing and closing. To be called once, on the event loop
     * that they share.
     *
     * @throws IllegalArgumentException if they do not share one, or it is not the caller's
     */
    public void start(Channel client, Channel upstream) {
        if (!client.eventLoop().inEventLoop() || !upstream.eventLoop().inEventLoop()) {
            throw new IllegalArgumentException(
                    "filter of %s and %s started on %s (expected: their common event loop)"
                            .formatted(client, upstream, Thread.currentThread().getName()));
        }
        // Back-pressure is ours from here on.
        client.config().setAutoRead(false);
        upstream.config().setAutoRead(false);
        new Http1Relay(exchange, limits, events, client, upstream).start();
    }
}
