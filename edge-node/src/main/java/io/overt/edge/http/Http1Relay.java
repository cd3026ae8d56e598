package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.overt.edge.http.Http1Exchange.BegunHead;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Feeds an exchange from two channels and does what it says. Confined to the event loop of both.
 *
 * <p>Back-pressure: a side is read only while the other takes what comes of it, so that what is
 * held is one read and the two channels' write watermarks.
 */
final class Http1Relay {

    private final Http1Exchange exchange;
    private final Http1Limits limits;
    private final Http1Listener events;
    private final Channel client;
    private final Channel upstream;
    private final Consumer<ByteBuf> handBack;
    private Optional<BegunHead> begun = Optional.empty();
    private @Nullable ScheduledFuture<?> headDeadline;

    Http1Relay(
            Http1Exchange exchange,
            Http1Limits limits,
            Http1Listener events,
            Channel client,
            Channel upstream,
            Consumer<ByteBuf> handBack) {
        this.handBack = handBack;
        this.exchange = exchange;
        this.limits = limits;
        this.events = events;
        this.client = client;
        this.upstream = upstream;
    }

    void start() {
        client.pipeline().addLast("http1-client", new ClientLeg());
        upstream.pipeline().addLast("http1-upstream", new UpstreamLeg());
        // A channel that closed before had nobody to tell.
        if (!client.isActive()) {
            perform(exchange.clientEnded(Http1Exchange.ClientEnd.GONE));
        } else if (!upstream.isActive()) {
            perform(exchange.upstreamEnded(Http1Exchange.UpstreamEnd.CUT));
        }
        readMore();
    }

    private final class ClientLeg extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            perform(exchange.clientBytes((ByteBuf) message));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            flushAndReadMore();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            readMore();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent
                    || event == SslCloseCompletionEvent.SUCCESS) {
                perform(exchange.clientEnded(Http1Exchange.ClientEnd.SHUT));
                flushAndReadMore();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            perform(exchange.clientEnded(Http1Exchange.ClientEnd.GONE));
            flushAndReadMore();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            perform(exchange.failed(Http1Side.CLIENT, cause.toString()));
            flushAndReadMore();
        }
    }

    private final class UpstreamLeg extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            perform(exchange.upstreamBytes((ByteBuf) message));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            flushAndReadMore();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            readMore();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == SslCloseCompletionEvent.SUCCESS) {
                perform(exchange.upstreamEnded(Http1Exchange.UpstreamEnd.ORDERLY));
                flushAndReadMore();
            } else if (event instanceof ChannelInputShutdownEvent) {
                perform(exchange.upstreamEnded(endWithoutCloseNotify(context)));
                flushAndReadMore();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            perform(exchange.upstreamEnded(endWithoutCloseNotify(context)));
            flushAndReadMore();
        }

        /**
         * RFC 9112 §9.8: over TLS only a close_notify ends a stream; a bare FIN may be an
         * attacker's.
         */
        private static Http1Exchange.UpstreamEnd endWithoutCloseNotify(
                ChannelHandlerContext context) {
            return context.pipeline().get(SslHandler.class) != null
                    ? Http1Exchange.UpstreamEnd.CUT
                    : Http1Exchange.UpstreamEnd.ORDERLY;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            perform(exchange.failed(Http1Side.UPSTREAM, cause.toString()));
            flushAndReadMore();
        }
    }

    /**
     * A close within an action can bring its channel's end before the rest is done; the exchange is
     * over by then.
     */
    private void perform(List<Http1Action> actions) {
        for (var action : actions) {
            switch (action) {
                case Http1Action.ToUpstream(ByteBuf bytes) -> write(upstream, bytes);
                case Http1Action.ToClient(ByteBuf bytes) -> write(client, bytes);
                case Http1Action.CloseUpstream() -> closeBehindWrites(upstream);
                case Http1Action.AbortUpstream() -> abort(upstream);
                case Http1Action.CloseClient() -> closeBehindWrites(client);
                case Http1Action.FinishClient() -> Lingering.begin(client, limits);
                case Http1Action.AbortClient() -> abort(client);
                case Http1Action.HandBack(ByteBuf bytes) -> {
                    client.pipeline().remove(ClientLeg.class);
                    handBack.accept(bytes);
                }
                case Http1Action.Report(Http1Event event) -> events.on(event);
            }
        }
        watchHead();
    }

    /** Each head has its time from its first byte on: one that drips would last for ever. */
    private void watchHead() {
        var now = exchange.begunHead();
        if (now.equals(begun)) {
            return;
        }
        begun = now;
        if (headDeadline != null) {
            headDeadline.cancel(false);
        }
        now.ifPresent(this::scheduleDeadline);
    }

    private void scheduleDeadline(BegunHead head) {
        headDeadline =
                client.eventLoop()
                        .schedule(
                                () -> timeIsUp(head),
                                timeOf(head.side()).toNanos(),
                                TimeUnit.NANOSECONDS);
    }

    private void timeIsUp(BegunHead head) {
        // It is not read while the other side does not take what came before it: no fault of its.
        var other = head.side() == Http1Side.CLIENT ? upstream : client;
        if (other.isActive() && !other.isWritable()) {
            scheduleDeadline(head);
        } else {
            perform(exchange.headTooSlow(timeOf(head.side())));
            flushAndReadMore();
        }
    }

    private Duration timeOf(Http1Side side) {
        return switch (side) {
            case CLIENT -> limits.requestHeadTime();
            case UPSTREAM -> limits.responseHeadTime();
        };
    }

    /**
     * A write that fails is not looked at: it closes its channel, and that ends the exchange, after
     * what the peer may have sent as its reason was read.
     */
    private static void write(Channel channel, ByteBuf bytes) {
        var _ = channel.write(bytes);
    }

    private void flushAndReadMore() {
        upstream.flush();
        client.flush();
        readMore();
    }

    private void readMore() {
        if (exchange.wantsClientBytes() && upstream.isWritable()) {
            client.read();
        }
        if (exchange.wantsUpstreamBytes() && client.isWritable()) {
            upstream.read();
        }
    }

    private static void closeBehindWrites(Channel channel) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes below TLS, so that no close_notify calls complete what is not. */
    private static void abort(Channel channel) {
        if (channel.isActive()) { // A socket that is closed has no options: setting one throws.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var first = channel.pipeline().firstContext();
        if (first == null) {
            var _ = channel.close();
        } else {
            var _ = first.close();
        }
    }
}
