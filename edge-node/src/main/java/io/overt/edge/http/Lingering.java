package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection whose client may still be sending: nothing more is written, and what
 * arrives is thrown away, undecrypted, until the client closes, or sends or waits too long (RFC
 * 9112 §9.6). Closing at once would answer what is in flight with a reset, and a reset takes what
 * the client has not read yet.
 */
final class Lingering extends ChannelInboundHandlerAdapter {

    private long left;

    private Lingering(long left) {
        this.left = left;
    }

    /** Begins when what was written to the channel before is out. */
    static void begin(Channel channel, Http1Limits limits) {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(
                        written -> {
                            if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                                shutOutput(duplex, limits);
                            } else {
                                var _ = channel.close();
                            }
                        });
    }

    private static void shutOutput(DuplexChannel channel, Http1Limits limits) {
        var tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            discard(channel, limits);
        } else {
            tls.closeOutbound().addListener(_ -> discard(channel, limits));
        }
    }

    private static void discard(DuplexChannel channel, Http1Limits limits) {
        if (!channel.isActive()) {
            return;
        }
        channel.pipeline().addFirst("lingering", new Lingering(limits.lingered()));
        var _ = channel.shutdownOutput();
        var deadline =
                channel.eventLoop()
                        .schedule(
                                () -> close(channel),
                                limits.linger().toMillis(),
                                TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> deadline.cancel(false));
        channel.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        left -= message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (left < 0) {
            var _ = context.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // Nobody behind has anything to do with it.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            var _ = context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // The conversation is over and was reported; a reset is one of the ways in which a client
        // ends it.
        var _ = context.close();
    }

    private static void close(Channel channel) {
        var lingering = channel.pipeline().context(Lingering.class);
        if (lingering != null) {
            var _ = lingering.close();
        }
    }
}
