package io.overt.edge.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectException;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** CONNECT to the parent proxy, by Netty's handler for it. */
final class ParentTunnel {
    private ParentTunnel() {}

    /**
     * Belongs first into the pipeline of the connection to {@code proxy}. It has no deadline of its
     * own: the machine's covers all of it.
     */
    static HttpProxyHandler to(
            ParentRoute.Way.ThroughParent through,
            InetSocketAddress proxy,
            DataPathSettings settings) {
        var headers =
                new DefaultHttpHeaders()
                        // So that we recognise it if it comes back to us (RFC 9110 §7.6.3).
                        .add(HttpHeaderNames.VIA, "1.1 " + settings.pseudonym());
        through.authorization()
                .ifPresent(value -> headers.add(HttpHeaderNames.PROXY_AUTHORIZATION, value));
        var handler = new HttpProxyHandler(proxy, headers);
        handler.setConnectTimeoutMillis(0);
        return handler;
    }

    /** The handler's future tells why it failed; nobody behind it needs to hear so as well. */
    static final class Silence extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof ProxyConnectException)) {
                ctx.fireExceptionCaught(cause);
            }
        }
    }

    /** Says that it was the parent, and with which status. */
    static @Nullable Throwable explained(@Nullable Throwable failure) {
        return failure instanceof ProxyConnectException
                ? new IOException("parent proxy: " + failure.getMessage(), failure)
                : failure;
    }
}
