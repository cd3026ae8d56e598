package io.overt.edge.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what arrives between a handshake and the relay (the client's first request, HTTP/2
 * settings, an early close), which would otherwise be lost: a pipeline delivers what one read
 * decrypted, auto-read or not. Bounded by one socket buffer, since reading is off. Confined to the
 * event loop.
 */
final class Holder extends ChannelInboundHandlerAdapter {
    private final Queue<Held> held = new ArrayDeque<>();
    private Runnable noticed = () -> {};

    private sealed interface Held {
        record Read(Object message) implements Held {}

        record UserEvent(Object event) implements Held {}

        record Failure(Throwable cause) implements Held {}

        record Inactive() implements Held {}
    }

    /** Calls {@code what} for each thing that comes to be held from now on. */
    static void watch(io.netty.channel.Channel channel, Runnable what) {
        var holder = channel.pipeline().get(Holder.class);
        if (holder != null) {
            holder.noticed = what;
        }
    }

    /** The first bytes held, at most {@code most}; what else came is not among them. */
    static byte[] firstBytes(io.netty.channel.Channel channel, int most) {
        var bytes = new java.io.ByteArrayOutputStream();
        var holder = channel.pipeline().get(Holder.class);
        if (holder != null) {
            for (var each : holder.held) {
                if (each instanceof Held.Read(ByteBuf buffer)) {
                    bytes.writeBytes(
                            ByteBufUtil.getBytes(
                                    buffer,
                                    buffer.readerIndex(),
                                    Math.min(buffer.readableBytes(), most - bytes.size())));
                }
            }
        }
        return bytes.toByteArray();
    }

    /** Whether that side has ended, or broken, behind what is held. */
    static boolean hasEnd(io.netty.channel.Channel channel) {
        var holder = channel.pipeline().get(Holder.class);
        return holder == null
                || holder.held.stream().anyMatch(each -> !(each instanceof Held.Read));
    }

    /** Passes everything on to the handlers behind this one, in order, and leaves the pipeline. */
    static void release(io.netty.channel.Channel channel) {
        var ctx = channel.pipeline().context(Holder.class);
        if (ctx == null) {
            return; // The channel is closed and its pipeline gone.
        }
        var holder = (Holder) ctx.handler();
        holder.noticed = () -> {};
        var reads = false;
        for (var each = holder.held.poll(); each != null; each = holder.held.poll()) {
            switch (each) {
                case Held.Read(var message) -> {
                    reads = true;
                    ctx.fireChannelRead(message);
                }
                case Held.UserEvent(var event) -> ctx.fireUserEventTriggered(event);
                case Held.Failure(var cause) -> ctx.fireExceptionCaught(cause);
                case Held.Inactive() -> ctx.fireChannelInactive();
            }
        }
        if (reads) {
            ctx.fireChannelReadComplete();
        }
        channel.pipeline().remove(holder);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf buffer && !buffer.isReadable()) {
            buffer.release();
            return;
        }
        hold(new Held.Read(message));
    }

    private void hold(Held what) {
        held.add(what);
        noticed.run();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Nothing was passed on, so nothing is complete for anybody behind.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent
                || event instanceof ChannelInputShutdownEvent
                || event instanceof ChannelInputShutdownReadComplete) {
            hold(new Held.UserEvent(event));
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        hold(new Held.Failure(cause));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        hold(new Held.Inactive());
    }

    /** With the pipeline, when the connection ended before there was a relay. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        for (var each = held.poll(); each != null; each = held.poll()) {
            if (each instanceof Held.Read(var message)) {
                ReferenceCountUtil.release(message);
            }
        }
    }
}
