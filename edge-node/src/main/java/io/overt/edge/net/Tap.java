package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.unix.Errors;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sits behind TLS (or the raw socket) of one side of a relay and notes what its record needs: how
 * much came, when something last moved in either direction, when it ended, and what broke. Changes
 * nothing. Confined to the event loop.
 */
final class Tap extends ChannelDuplexHandler {
    private final LongSupplier nanoTime;
    private final ChannelFutureListener written;
    private long bytes;
    private long lastMoved;
    private Runnable whenEnded = () -> {};
    private @Nullable Throwable failure;
    private Runnable spoke = () -> {};

    /** When this side first ended, however it did; the largest number while it has not. */
    private long ended = Long.MAX_VALUE;

    Tap(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastMoved = nanoTime.getAsLong();
        this.written =
                write -> {
                    lastMoved = nanoTime.getAsLong();
                    if (failure == null && write.cause() instanceof Errors.NativeIoException) {
                        // Netty tells nobody else of it: the channel just becomes inactive.
                        failure = write.cause();
                    }
                };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf buffer) {
            var first = bytes == 0 && buffer.isReadable();
            bytes += buffer.readableBytes();
            lastMoved = nanoTime.getAsLong();
            if (first) {
                spoke.run();
            }
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        // A peer that reads slowly moves too, although nothing can be read for it meanwhile.
        var _ = ctx.write(message, promise.unvoid().addListener(written));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        end();
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent
                || event instanceof ChannelInputShutdownEvent
                || event instanceof ChannelInputShutdownReadComplete) {
            end();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    private void end() {
        if (ended == Long.MAX_VALUE) {
            ended = nanoTime.getAsLong();
            lastMoved = ended;
            whenEnded.run();
        }
    }

    /** Calls {@code what} at the first byte; at once if that has come. */
    void whenItSpeaks(Runnable what) {
        if (bytes > 0) {
            what.run();
        } else {
            spoke = what;
        }
    }

    /** By the clock it was given; the largest number while this side has not ended. */
    long ended() {
        return ended;
    }

    /** Bytes that came from this side, after TLS. */
    long bytes() {
        return bytes;
    }

    /** When bytes, or the end, last came from this side or went to it, by the same clock. */
    long lastMoved() {
        return lastMoved;
    }

    /** Whether nothing more will come from this side. */
    boolean hasEnded() {
        return ended < Long.MAX_VALUE;
    }

    /** Calls {@code what} once, when this side ends. */
    void whenEnded(Runnable what) {
        whenEnded = what;
    }

    /** The first thing that broke on this side, in reading or in writing, if something did. */
    @Nullable Throwable failure() {
        return failure;
    }
}
