package io.overt.edge.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.overt.edge.flow.Symptom;
import io.overt.edge.flow.TlsAlert;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.util.Optional;

/**
 * Stands before TLS and notes how the socket itself ended, which TLS makes one failure of. Confined
 * to the event loop.
 */
final class EndWatch extends ChannelInboundHandlerAdapter {
    private boolean ended;
    private boolean reset;

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended = true;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended = true;
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            ended = true;
            reset = true;
        }
        ctx.fireExceptionCaught(cause);
    }

    /** Whether the peer was the one who ended it; ask before closing it. */
    boolean hasEnded() {
        return ended;
    }

    /**
     * What a peer of its own would have seen.
     *
     * @param alert what was said before
     */
    Symptom symptom(Optional<TlsAlert> alert) {
        return alert.<Symptom>map(Symptom.Alerted::new)
                .orElse(reset ? Symptom.Plain.RESET : Symptom.Plain.CLOSED);
    }

    /** Of a connection that never stood. */
    static Symptom unreachable(Throwable cause) {
        return switch (cause) {
            case ConnectTimeoutException _ -> Symptom.Plain.SILENCE;
            case NoRouteToHostException _ -> Symptom.Plain.NO_ROUTE;
            default -> Symptom.Plain.RESET;
        };
    }
}
