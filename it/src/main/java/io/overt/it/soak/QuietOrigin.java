package io.overt.it.soak;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Many web sites over TLS at one port, one a host name, each of which answers every request with
 * {@link #ANSWER} and then keeps still. A program of its own: its descriptors are as many as the
 * clients'.
 */
final class QuietOrigin {
    static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nquiet\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final char[] UNUSED = {};

    /**
     * Serves until it is ended.
     *
     * @param arguments address, port, and a PKCS #12 file without a password: an entry a host,
     *     under its name
     */
    public static void main(String[] arguments)
            throws IOException, GeneralSecurityException, InterruptedException {
        Map<String, SslContext> hosts = hosts(Path.of(arguments[2]));
        SslContext any = hosts.values().iterator().next();
        var loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new SniHandler(
                                                        (String name) ->
                                                                hosts.getOrDefault(name, any)))
                                        .addLast(new Answering());
                            }
                        })
                .bind(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])))
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    private static Map<String, SslContext> hosts(Path store)
            throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, UNUSED);
        }
        Map<String, SslContext> hosts = new HashMap<>();
        for (String host : Collections.list(keys.aliases())) {
            X509Certificate[] chain =
                    Arrays.stream(keys.getCertificateChain(host))
                            .map(X509Certificate.class::cast)
                            .toArray(X509Certificate[]::new);
            if (keys.getKey(host, UNUSED) instanceof PrivateKey key) {
                hosts.put(
                        host,
                        SslContextBuilder.forServer(key, chain)
                                .sslProvider(SslProvider.OPENSSL)
                                .protocols("TLSv1.3")
                                .build());
            }
        }
        return hosts;
    }

    /** Answers what ends in an empty line. Confined to its event loop. */
    private static final class Answering extends ChannelInboundHandlerAdapter {
        private int newlines;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                ByteBuf in = (ByteBuf) message;
                while (in.isReadable()) {
                    byte next = in.readByte();
                    newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
                    if (newlines == 2) {
                        newlines = 0;
                        context.writeAndFlush(Unpooled.wrappedBuffer(ANSWER))
                                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                    }
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        /** A client that went away, or a handshake that an edge gave up: nothing to tell. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }

    private QuietOrigin() {}
}
