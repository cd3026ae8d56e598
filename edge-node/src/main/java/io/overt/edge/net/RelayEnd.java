package io.overt.edge.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One end of an opaque relay: what is read here is written to the peer, and reading stops while the
 * peer does not take more. An end of stream is passed on as what it was: a TLS close_notify as
 * close_notify and FIN, a bare FIN as a bare FIN (a truncation stays one), a reset as a reset.
 *
 * <p>A FIN leaves the other direction open. A close_notify does not for long: BoringSSL's engine in
 * Netty ends both directions on receiving one, so what the peer still sends is read and dropped
 * until it closes too or the linger is over (ADR 0051).
 *
 * <p>Both ends are confined to the one event loop of both channels. They close both channels in
 * every case.
 */
final class RelayEnd extends ChannelInboundHandlerAdapter {
    private final EpollSocketChannel self;
    private final EpollSocketChannel peer;
    private final Duration linger;
    private @Nullable RelayEnd other;
    private boolean inputEnded;

    /** Nothing can be written to this side any more although its socket is open. */
    private boolean outputDead;

    private RelayEnd(EpollSocketChannel self, EpollSocketChannel peer, Duration linger) {
        this.self = self;
        this.peer = peer;
        this.linger = linger;
    }

    /** Appends an end to each pipeline and begins to read. */
    static void join(EpollSocketChannel client, EpollSocketChannel upstream, Duration linger) {
        var clientEnd = new RelayEnd(client, upstream, linger);
        var upstreamEnd = new RelayEnd(upstream, client, linger);
        clientEnd.other = upstreamEnd;
        upstreamEnd.other = clientEnd;
        client.pipeline().addLast(clientEnd);
        upstream.pipeline().addLast(upstreamEnd);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (isDead(other)) {
            io.netty.util.ReferenceCountUtil.release(message);
            return;
        }
        var _ = peer.write(message);
        if (!peer.isWritable()) {
            self.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (self.isWritable()) {
            resume(peer);
        } else {
            peer.config().setAutoRead(false);
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslCloseCompletionEvent closed when closed.isSuccess() -> {
                outputDead = true;
                endInput(EndOfStream.CLOSE_NOTIFY);
            }
            case ChannelInputShutdownReadComplete _ -> endInput(EndOfStream.FIN);
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private enum EndOfStream {
        CLOSE_NOTIFY,
        FIN
    }

    /** Everything read here is in the peer's queue: the peer hears of the end after it. */
    private void endInput(EndOfStream how) {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        peer.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        _ -> {
                            var tls = peer.pipeline().get(SslHandler.class);
                            if (how == EndOfStream.CLOSE_NOTIFY && tls != null) {
                                tls.closeOutbound().addListener(_ -> endOutput());
                            } else {
                                endOutput();
                            }
                        });
    }

    private void endOutput() {
        if (peer.isActive()) {
            var _ = peer.shutdownOutput();
        }
        if (other != null && other.inputEnded) {
            closeBoth();
        } else if (outputDead) {
            // The peer may still send, and there is nobody who could get it.
            resume(peer);
            var _ =
                    peer.eventLoop()
                            .schedule(this::closeBoth, linger.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static boolean isDead(@Nullable RelayEnd end) {
        return end != null && end.outputDead;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The tap in front has noted it. Whatever broke, the peer must not take what it got for
        // all there was.
        reset(peer);
        var _ = self.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ctx.pipeline().get(Tap.class).failure() != null) {
            // It was a write that met the reset: the kernel tells of it once only.
            reset(peer);
        } else {
            // What was read before is on its way; then the peer hears of it.
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
        ctx.fireChannelInactive();
    }

    private void closeBoth() {
        var _ = self.close();
        var _ = peer.close();
    }

    /** Reads on, if there can be more to read. */
    static void resume(EpollSocketChannel channel) {
        if (!channel.isInputShutdown()) {
            channel.config().setAutoRead(true);
        }
    }

    /** Closes with RST, below TLS: a close_notify before it would call complete what is not. */
    static void reset(EpollSocketChannel channel) {
        if (channel.isActive()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var first = channel.pipeline().firstContext();
        var _ = first == null ? channel.close() : first.close();
    }
}
