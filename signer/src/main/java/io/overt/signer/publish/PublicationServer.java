package io.overt.signer.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Serves a {@link PublishedSite} over plain HTTP, to whoever asks: it is public, and everything in
 * it carries its own signature. One event loop; a bounded number of connections, each with a
 * deadline for every request and for every answer (ADR 0165). Whoever starts it closes it.
 */
public final class PublicationServer implements AutoCloseable {

    /**
     * Where and how much.
     *
     * @param connections at the same time
     * @param connectionsPerClient of one address
     * @param deadline for a request's head to come, and for an answer to be taken
     */
    public record Settings(
            InetSocketAddress listen,
            int connections,
            int connectionsPerClient,
            Duration deadline) {}

    private final EventLoopGroup loop;
    private final ExecutorService fetching;
    private final Channel listening;

    /**
     * Binds and serves.
     *
     * @throws StartException when the address cannot be listened on
     */
    public static PublicationServer start(
            Settings settings, PublishedSite site, MeterRegistry registry) throws StartException {
        return new PublicationServer(settings, site, registry);
    }

    private PublicationServer(Settings settings, PublishedSite site, MeterRegistry registry)
            throws StartException {
        loop =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory("publication", true),
                        NioIoHandler.newFactory());
        fetching =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("publication-", 0).factory());
        Places places = new Places(settings.connections(), settings.connectionsPerClient());
        PublicationMeters meters = new PublicationMeters(registry, places);
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loop)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        // One request at a time: what a client pipelines waits in its socket.
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        accept(channel, settings, site, places, meters);
                                    }
                                });
        ChannelFuture bound = bootstrap.bind(settings.listen()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop();
            throw StartException.listen(settings.listen(), new IOException(bound.cause()));
        }
        listening = bound.channel();
    }

    private void accept(
            SocketChannel channel,
            Settings settings,
            PublishedSite site,
            Places places,
            PublicationMeters meters) {
        InetAddress client = channel.remoteAddress().getAddress();
        Optional<PublicationMeters.Ended> refused = places.take(client);
        if (refused.isPresent()) {
            meters.ended(refused.get());
            var _ = channel.close();
            return;
        }
        channel.closeFuture().addListener(_ -> places.leave(client));
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(
                                new HttpDecoderConfig()
                                        .setMaxInitialLineLength(LONGEST_LINE)
                                        .setMaxHeaderSize(LARGEST_HEAD)),
                        new PublicationHandler(site, fetching, settings.deadline(), meters));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly(CLOSING.toMillis());
        stop();
    }

    private void stop() {
        fetching.shutdownNow();
        loop.shutdownGracefully(0, CLOSING.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSING.toMillis());
    }

    private static final int BACKLOG = 128;
    private static final int LONGEST_LINE = 2048;
    private static final int LARGEST_HEAD = 8192;
    private static final Duration CLOSING = Duration.ofSeconds(2);
}
