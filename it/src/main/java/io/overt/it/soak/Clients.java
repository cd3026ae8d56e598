package io.overt.it.soak;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;

/**
 * Clients of an explicit proxy on the loopback network: CONNECT, real TLS that is verified, one
 * request, and then nothing until somebody closes. Their addresses are many of 127.0.0.0/8: an edge
 * gives each client its share, and one address has only so many ports.
 *
 * <p>Thread-safe. Whoever makes them closes them.
 */
final class Clients implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final SslContext tls;
    private final Set<X500Principal> issuingCas;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * Clients that trust both, so that a spliced connection is one, too.
     *
     * @param inspectionRoots of all signers
     * @param issuingCas what forged leaves are issued by
     * @param originRoot of the hosts themselves
     */
    Clients(
            List<X509Certificate> inspectionRoots,
            List<X509Certificate> issuingCas,
            X509Certificate originRoot)
            throws SSLException {
        this.issuingCas =
                issuingCas.stream()
                        .map(X509Certificate::getSubjectX500Principal)
                        .collect(Collectors.toUnmodifiableSet());
        this.tls =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL)
                        .protocols("TLSv1.3")
                        .trustManager(
                                Stream.concat(inspectionRoots.stream(), Stream.of(originRoot))
                                        .toArray(X509Certificate[]::new))
                        .endpointIdentificationAlgorithm("HTTPS")
                        .build();
    }

    /**
     * Asks an edge for a host.
     *
     * @param connected told when the edge's kernel has taken the connection
     * @return completes in any case
     */
    CompletableFuture<Call> ask(
            int edgePort, InetSocketAddress origin, String host, Runnable connected) {
        var answer = new CompletableFuture<Call>();
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loops)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) PATIENCE.toMillis())
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new Asking(origin, host, answer));
                                    }
                                })
                        .connect(
                                new InetSocketAddress(LOOPBACK, edgePort),
                                new InetSocketAddress(source(), 0));
        connecting.addListener(
                _ -> {
                    if (connecting.isSuccess()) {
                        connected.run();
                    } else {
                        answer.complete(
                                new Call(
                                        Call.Met.NOBODY,
                                        "connect: " + connecting.cause().getMessage(),
                                        Optional.empty()));
                    }
                });
        return answer;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private InetAddress source() {
        int n = Math.floorMod(next.getAndIncrement(), SOURCES);
        try {
            return InetAddress.getByAddress(
                    new byte[] {127, 1, (byte) (n / 200), (byte) (1 + n % 200)});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** One connection. Confined to its event loop. */
    private final class Asking extends ChannelInboundHandlerAdapter {
        private final InetSocketAddress origin;
        private final String host;
        private final CompletableFuture<Call> answer;
        private final StringBuilder read = new StringBuilder();
        private Optional<ScheduledFuture<?>> deadline = Optional.empty();
        private boolean inTls;
        private Call.Met met = Call.Met.NOBODY;

        Asking(InetSocketAddress origin, String host, CompletableFuture<Call> answer) {
            this.origin = origin;
            this.host = host;
            this.answer = answer;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            deadline =
                    Optional.of(
                            context.executor()
                                    .schedule(
                                            () -> fail(context, "nothing in " + PATIENCE),
                                            PATIENCE.toMillis(),
                                            TimeUnit.MILLISECONDS));
            String target = origin.getAddress().getHostAddress() + ":" + origin.getPort();
            say(context, "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                read.append(((ByteBuf) message).toString(StandardCharsets.ISO_8859_1));
            } finally {
                ReferenceCountUtil.release(message);
            }
            if (answer.isDone()) {
                return;
            }
            if (inTls) {
                if (read.indexOf("\nquiet\n") >= 0) {
                    deadline.ifPresent(each -> each.cancel(false));
                    answer.complete(new Call(met, "", Optional.of(context.channel())));
                }
            } else if (read.indexOf("\r\n\r\n") >= 0) {
                if (!read.toString().startsWith("HTTP/1.1 200 ")) {
                    fail(context, read.substring(0, read.indexOf("\r\n")));
                    return;
                }
                inTls = true;
                read.setLength(0);
                SslHandler handler = tls.newHandler(context.alloc(), host, origin.getPort());
                handler.setHandshakeTimeout(0, TimeUnit.MILLISECONDS);
                context.pipeline().addFirst(handler);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event)
                throws SSLPeerUnverifiedException {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (!handshake.isSuccess()) {
                    fail(context, "handshake: " + handshake.cause().getMessage());
                    return;
                }
                var leaf =
                        (X509Certificate)
                                context.pipeline()
                                        .get(SslHandler.class)
                                        .engine()
                                        .getSession()
                                        .getPeerCertificates()[0];
                met =
                        issuingCas.contains(leaf.getIssuerX500Principal())
                                ? Call.Met.FORGED
                                : Call.Met.ORIGINAL;
                say(context, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail(context, inTls ? "closed by the edge" : "closed by the edge before TLS");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(context, String.valueOf(cause.getMessage()));
        }

        private void fail(ChannelHandlerContext context, String why) {
            deadline.ifPresent(each -> each.cancel(false));
            answer.complete(new Call(Call.Met.NOBODY, why, Optional.of(context.channel())));
            var _ = context.close();
        }

        private static void say(ChannelHandlerContext context, String text) {
            var _ =
                    context.writeAndFlush(
                            Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1),
                            context.voidPromise());
        }
    }

    private static final int SOURCES = 4000;

    /** Longer than all of an edge's deadlines for one connection together. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
}
