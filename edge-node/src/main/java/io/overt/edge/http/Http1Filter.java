package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.overt.policy.ConnectionFacts;
import io.overt.policy.HttpRules;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

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
    private final Consumer<ByteBuf> handBack;

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
        this(
                Optional.of(rules),
                facts,
                covers,
                new Passage.Untouched(),
                limits,
                notice,
                clock,
                events,
                _ -> {
                    throw new IllegalStateException("an inspected connection has one upstream");
                });
    }

    private Http1Filter(
            Optional<HttpRules> rules,
            ConnectionFacts facts,
            AuthorityCheck covers,
            Passage passage,
            Http1Limits limits,
            PageNotice notice,
            InstantSource clock,
            Http1Listener events,
            Consumer<ByteBuf> handBack) {
        this.exchange =
                new Http1Exchange(
                        new RequestScreen(rules, facts, covers, passage),
                        limits,
                        new Pages(notice, clock),
                        passage);
        this.limits = limits;
        this.events = events;
        this.handBack = handBack;
    }

    /**
     * Forwards plain requests of an explicit proxy's client, until there is one that is not for
     * this upstream, or the upstream is gone when the next one comes.
     *
     * @param rules empty where requests are forwarded without being judged
     * @param facts of this connection; its destination's port is the one of {@code upstream}
     * @param upstream whom requests must be for
     * @param handBack takes the client's channel, without a handler of ours, and the bytes of it
     *     that are not for this upstream, on the event loop; the upstream's channel is being closed
     *     then. Where it is not called both channels are closed in the end, as ever
     */
    public static Http1Filter forwarding(
            Optional<HttpRules> rules,
            ConnectionFacts facts,
            PlainUpstream upstream,
            Http1Limits limits,
            PageNotice notice,
            InstantSource clock,
            Http1Listener events,
            Consumer<ByteBuf> handBack) {
        return new Http1Filter(
                rules,
                facts,
                upstream.host()::equals,
                new Forwarding(upstream),
                limits,
                notice,
                clock,
                events,
                handBack);
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
        new Http1Relay(exchange, limits, events, client, upstream, handBack).start();
    }
}
