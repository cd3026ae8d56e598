package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sits behind TLS (or the raw socket) of one side of a relay and notes what its record needs: how
 * much came, when something last moved, and what broke. Changes nothing. Confined to the event
 * loop.
 */
final class Tap extends ChannelInboundHandlerAdapter {
    private final LongSupplier nanoTime;
    private long bytes;
    private long lastRead;
    private @Nullable Throwable failure;

    Tap(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastRead = nanoTime.getAsLong();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf buffer) {
            bytes += buffer.readableBytes();
            lastRead = nanoTime.getAsLong();
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        ctx.fireExceptionCaught(cause);
    }

    /** Bytes that came from this side, after TLS. */
    long bytes() {
        return bytes;
    }

    /** By the clock it was given. */
    long lastRead() {
        return lastRead;
    }

    /** The first thing that broke on this side, if something did. */
    @Nullable Throwable failure() {
        return failure;
    }
}
