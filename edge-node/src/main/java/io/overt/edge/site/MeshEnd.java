package io.overt.edge.site;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.overt.edge.site.MeshCounters.Direction;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepted end of one mesh connection: waits until whichever side speaks TLS has shown who it
 * is, dials the other side, then relays with back-pressure. Not a byte passes before the identity
 * is checked. Confined to the mesh's event loop.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // nothing is to be done about a close that fails; a write that
// fails is seen by its channel
final class MeshEnd extends ChannelInboundHandlerAdapter {
    private final Direction counters;
    private final Predicate<FleetIdentity> expected;
    private final Supplier<ChannelFuture> dial;

    /**
     * The end of an accepted channel, which does not read by itself yet.
     *
     * @param expected which peer may be at the end that speaks TLS
     * @param dial connects to the other side
     */
    MeshEnd(Direction counters, Predicate<FleetIdentity> expected, Supplier<ChannelFuture> dial) {
        this.counters = counters;
        this.expected = expected;
        this.dial = dial;
    }

    /** The handler for the side that speaks TLS. */
    static SslHandler tls(SslContext context, Channel channel) {
        SslHandler handler = new SslHandler(context.newEngine(channel.alloc()));
        handler.setHandshakeTimeout(10, TimeUnit.SECONDS);
        return handler;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) {
            connect(ctx.channel());
        } else {
            identified(ctx.channel(), tls, () -> connect(ctx.channel()), ctx.channel());
        }
    }

    private void connect(Channel accepted) {
        ChannelFuture dialled = dial.get();
        Channel other = dialled.channel();
        accepted.closeFuture().addListener(_ -> other.close());
        dialled.addListener(
                connected -> {
                    if (!connected.isSuccess()) {
                        failed(accepted, connected.cause());
                        return;
                    }
                    SslHandler tls = other.pipeline().get(SslHandler.class);
                    if (tls == null) {
                        join(accepted, other);
                    } else {
                        identified(other, tls, () -> join(accepted, other), accepted);
                    }
                });
    }

    /**
     * Lets the handshake run on {@code channel}, and goes on only if the peer is the expected one.
     */
    private void identified(Channel channel, SslHandler tls, Runnable then, Channel accepted) {
        // Bytes that arrive together with the end of the handshake wait here until they are asked
        // for.
        channel.pipeline()
                .addAfter(channel.pipeline().context(tls).name(), HOLD, new FlowControlHandler());
        tls.handshakeFuture()
                .addListener(
                        handshake -> {
                            if (!handshake.isSuccess()) {
                                failed(accepted, handshake.cause());
                                channel.close();
                                return;
                            }
                            try {
                                FleetIdentity peer = identity(tls);
                                if (expected.test(peer)) {
                                    then.run();
                                } else {
                                    refused(accepted, channel, peer.uri());
                                }
                            } catch (MalformedIdentityException | SSLPeerUnverifiedException e) {
                                refused(accepted, channel, e.getMessage());
                            }
                        });
        // The handshake reads; SslHandler asks for more by itself only once the first read was
        // asked for.
        channel.read();
    }

    private static FleetIdentity identity(SslHandler tls)
            throws MalformedIdentityException, SSLPeerUnverifiedException {
        return FleetIdentity.of(
                (X509Certificate) tls.engine().getSession().getPeerCertificates()[0]);
    }

    private void join(Channel accepted, Channel other) {
        counters.joined().increment();
        accepted.pipeline().remove(this);
        accepted.pipeline().addLast(new Relay(other));
        other.pipeline().addLast(new Relay(accepted));
        release(accepted);
        release(other);
        accepted.config().setAutoRead(true);
        other.config().setAutoRead(true);
    }

    /**
     * Passes on what was held. The handler goes for good: a read that it answers from its queue
     * never reaches the socket, which then is not read again.
     */
    private static void release(Channel channel) {
        if (channel.pipeline().get(HOLD) != null) {
            channel.pipeline().remove(HOLD);
        }
    }

    private void refused(Channel accepted, Channel peer, @Nullable String who) {
        counters.refused().increment();
        LOG.atWarn()
                .addKeyValue("peer", peer.remoteAddress())
                .addKeyValue("identity", who)
                .log("mesh peer refused: not the edge that is expected there");
        peer.close();
        accepted.close();
    }

    private void failed(Channel accepted, @Nullable Throwable cause) {
        counters.failed().increment();
        // Peers that are away are usual, and Hazelcast tries again every second.
        LOG.atDebug().addKeyValue("cause", String.valueOf(cause)).log("mesh connection failed");
        accepted.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A handshake that failed is reported by its future; what comes here besides is a reset.
        LOG.atDebug().addKeyValue("cause", cause.toString()).log("mesh connection broke");
        ctx.close();
    }

    /** One direction of a joined connection. */
    private static final class Relay extends ChannelInboundHandlerAdapter {
        private final Channel to;

        Relay(Channel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            // On a closed channel the write fails and releases the message.
            to.write(message, to.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            to.flush();
            ctx.channel().config().setAutoRead(to.isWritable());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            to.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            to.flush();
            to.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.atDebug().addKeyValue("cause", cause.toString()).log("mesh connection broke");
            ctx.close();
        }
    }

    private static final String HOLD = "hold";
    private static final Logger LOG = LoggerFactory.getLogger(MeshEnd.class);
}
