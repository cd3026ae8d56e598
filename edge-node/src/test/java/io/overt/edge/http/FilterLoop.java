package io.overt.edge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * The filter between two real TLS connections over loopback, as the edge wires it: epoll, BoringSSL
 * on both legs, auto read off. The client and the origin are the JDK's, so that no code of ours is
 * at the outer ends.
 */
final class FilterLoop implements AutoCloseable {

    interface Origin {
        void serve(SSLSocket connection, Socket below) throws IOException;
    }

    final List<Http1Event> events = new CopyOnWriteArrayList<>();

    private final TestPki pki = TestPki.create();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SSLContext outer;
    private final SslContext clientSide;
    private final SslContext upstreamSide;
    private final ServerSocket originSocket;
    private final CompletableFuture<Void> origin;
    private final Channel listener;

    FilterLoop(Origin behaviour) throws Exception {
        var identity = pki.leaf("www.example.com", "127.0.0.1");
        outer = context(identity.privateKey(), identity.chain().toArray(new Certificate[0]));
        clientSide =
                SslContextBuilder.forServer(identity.privateKey(), identity.chain())
                        .sslProvider(SslProvider.OPENSSL)
                        .build();
        upstreamSide =
                SslContextBuilder.forClient()
                        .trustManager(pki.anchor())
                        .sslProvider(SslProvider.OPENSSL)
                        .endpointIdentificationAlgorithm(null)
                        .build();
        originSocket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        origin =
                CompletableFuture.runAsync(
                        () -> {
                            try (var below = originSocket.accept();
                                    var connection =
                                            (SSLSocket)
                                                    outer.getSocketFactory()
                                                            .createSocket(below, null, true)) {
                                connection.setSoTimeout((int) PATIENCE.toMillis());
                                behaviour.serve(connection, below);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        threads);
        listener = listen();
    }

    SSLSocket client() throws IOException {
        var address = (InetSocketAddress) listener.localAddress();
        var socket =
                (SSLSocket)
                        outer.getSocketFactory()
                                .createSocket(address.getAddress(), address.getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** What the origin did, and that it did so without an exception. */
    void originIsDone() {
        assertThat(origin).succeedsWithin(PATIENCE);
    }

    /**
     * Ends everything, and holds the filter to having given back every buffer and closed every
     * channel.
     */
    @Override
    public void close() throws IOException {
        originSocket.close();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(channels).allMatch(channel -> !channel.isOpen()));
        listener.close().syncUninterruptibly();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            assertThat(allocator.metric().usedDirectMemory())
                                    .as("direct bytes in use")
                                    .isZero();
                            assertThat(allocator.metric().usedHeapMemory())
                                    .as("heap bytes in use")
                                    .isZero();
                        });
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        threads.shutdownNow();
    }

    private final List<Channel> channels = new CopyOnWriteArrayList<>();

    private Channel listen() throws InterruptedException {
        return new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel client) {
                                channels.add(client);
                                connect(client);
                            }
                        })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private void connect(Channel client) {
        var clientTls = clientSide.newHandler(allocator);
        var upstreamTls = upstreamSide.newHandler(allocator);
        client.pipeline().addLast(clientTls);
        var connecting =
                new Bootstrap()
                        .group(client.eventLoop())
                        .channel(EpollSocketChannel.class)
                        .option(ChannelOption.ALLOCATOR, allocator)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel upstream) {
                                        channels.add(upstream);
                                        upstream.pipeline().addLast(upstreamTls);
                                    }
                                })
                        .connect(originSocket.getLocalSocketAddress());
        var filter =
                new Http1Filter(
                        Http1Fixture.RULES,
                        Http1Fixture.FACTS,
                        Http1Fixture.COVERS,
                        Http1Limits.DEFAULT,
                        Http1Fixture.NOTICE,
                        Http1Fixture.CLOCK,
                        events::add);
        // The upstream first, as on a real edge. The client's handshake is begun by its first read,
        // and the filter takes
        // over within it, before anything that the client sent behind its Finished is decrypted.
        connecting.addListener(_ -> connecting.channel().read());
        upstreamTls.handshakeFuture().addListener(_ -> client.read());
        clientTls
                .handshakeFuture()
                .addListener(
                        done -> {
                            if (done.isSuccess()) {
                                filter.start(client, connecting.channel());
                            }
                        });
    }

    private SSLContext context(PrivateKey key, Certificate[] chain)
            throws GeneralSecurityException, IOException {
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("leaf", key, new char[0], chain);
        var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, new char[0]);
        var anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("root", pki.anchor());
        var trustManagers =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(anchors);
        var context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    static final Duration PATIENCE = Duration.ofSeconds(30);
}
