package io.overt.edge.revocation;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.overt.edge.revocation.Fetched.Failed;
import io.overt.edge.revocation.Fetched.Fault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fetches what certificates point to: plain HTTP, one request a connection, no redirects, bounded
 * in size, time and number. The address that is judged is the one that is dialled, which is why
 * this is not {@code java.net.http}: that one looks names up by itself. Thread-safe; every fetch
 * ends by its deadline; close ends them all.
 */
final class HttpFetcher implements AutoCloseable {
    /** Looking a name up blocks, and a broken resolver blocks for long. */
    private static final int RESOLVING_THREADS = 4;

    private final StatusConfig.Fetches config;
    private final DialableAddresses dialable;
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(
                    1,
                    Thread.ofPlatform().daemon().name("fetch").factory(),
                    EpollIoHandler.newFactory());
    private final ThreadPoolExecutor resolving;
    private final AtomicInteger underWay = new AtomicInteger();

    HttpFetcher(StatusConfig.Fetches config) {
        this.config = config;
        this.dialable = new DialableAddresses(config.allowedNetworks());
        this.resolving =
                new ThreadPoolExecutor(
                        RESOLVING_THREADS,
                        RESOLVING_THREADS,
                        60,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(config.atOnce()),
                        Thread.ofPlatform().daemon().name("fetch-resolve-", 0).factory());
        resolving.allowCoreThreadTimeOut(true);
    }

    /** Completes normally, always; on a thread of the fetcher's, so do nothing long there. */
    CompletableFuture<Fetched> fetch(Ask ask) {
        var url = HttpUrl.parse(ask.url());
        if (url.isEmpty()) {
            return failed(Fault.BAD_URL, ask.url());
        }
        if (underWay.incrementAndGet() > config.atOnce()) {
            underWay.decrementAndGet();
            return failed(Fault.BUSY, config.atOnce() + " fetches are under way");
        }
        var flight = new Flight(ask, url.get());
        var _ = flight.result.whenComplete((_, _) -> underWay.decrementAndGet());
        flight.begin();
        return flight.result;
    }

    private static CompletableFuture<Fetched> failed(Fault fault, String detail) {
        return CompletableFuture.completedFuture(new Failed(fault, detail));
    }

    @Override
    public void close() {
        resolving.shutdownNow();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One fetch. Its result is set once; whoever comes later is too late. */
    private final class Flight {
        private final CompletableFuture<Fetched> result = new CompletableFuture<>();
        private final Ask ask;
        private final HttpUrl url;

        Flight(Ask ask, HttpUrl url) {
            this.ask = ask;
            this.url = url;
        }

        void begin() {
            try {
                var deadline =
                        loops.schedule(
                                () -> end(Fault.TOO_SLOW, "not within " + config.deadline()),
                                config.deadline().toNanos(),
                                TimeUnit.NANOSECONDS);
                var _ = result.whenComplete((_, _) -> deadline.cancel(false));
                resolving.execute(this::resolve);
            } catch (RejectedExecutionException _) {
                end(Fault.BUSY, "names are waiting to be looked up, or the edge stops");
            }
        }

        private void resolve() {
            InetAddress[] addresses;
            try {
                addresses = InetAddress.getAllByName(url.host());
            } catch (UnknownHostException _) {
                end(Fault.UNRESOLVED, "no address for " + url.host());
                return;
            }
            Optional<InetAddress> address =
                    Arrays.stream(addresses).filter(dialable::contains).findFirst();
            if (address.isEmpty()) {
                end(
                        Fault.FORBIDDEN_ADDRESS,
                        url.host() + " is at " + addresses[0].getHostAddress());
                return;
            }
            if (!result.isDone()) {
                dial(address.get());
            }
        }

        private void dial(InetAddress address) {
            var connecting =
                    new Bootstrap()
                            .group(loops)
                            .channel(EpollSocketChannel.class)
                            .handler(
                                    new ChannelInitializer<EpollSocketChannel>() {
                                        @Override
                                        protected void initChannel(EpollSocketChannel channel) {
                                            channel.pipeline()
                                                    .addLast(
                                                            new HttpClientCodec(),
                                                            new BodyReader(
                                                                    config.largest(),
                                                                    result::complete));
                                        }
                                    })
                            .connect(new InetSocketAddress(address, url.port()));
            var _ =
                    result.whenComplete(
                            (_, _) -> {
                                // Whether closing went well is nobody's business any more.
                                var _ = connecting.channel().close();
                            });
            connecting.addListener((ChannelFuture done) -> dialled(done));
        }

        private void dialled(ChannelFuture done) {
            if (done.isSuccess()) {
                send(done.channel());
            } else {
                end(Fault.UNREACHABLE, String.valueOf(done.cause().getMessage()));
            }
        }

        private void send(Channel channel) {
            FullHttpRequest request =
                    new DefaultFullHttpRequest(
                            HttpVersion.HTTP_1_1,
                            ask.body().isPresent() ? HttpMethod.POST : HttpMethod.GET,
                            url.target(),
                            ask.body()
                                    .map(body -> Unpooled.wrappedBuffer(body.toByteArray()))
                                    .orElse(Unpooled.EMPTY_BUFFER));
            request.headers()
                    .set(HttpHeaderNames.HOST, url.authority())
                    .set(HttpHeaderNames.ACCEPT, ask.kind().accept())
                    .set(HttpHeaderNames.USER_AGENT, "overt-edge")
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            ask.body()
                    .ifPresent(
                            body ->
                                    request.headers()
                                            .set(
                                                    HttpHeaderNames.CONTENT_TYPE,
                                                    "application/ocsp-request")
                                            .set(HttpHeaderNames.CONTENT_LENGTH, body.size()));
            channel.writeAndFlush(request)
                    .addListener(
                            written -> {
                                if (!written.isSuccess()) {
                                    end(
                                            Fault.UNREACHABLE,
                                            String.valueOf(written.cause().getMessage()));
                                }
                            });
        }

        private void end(Fault fault, String detail) {
            result.complete(new Failed(fault, detail));
        }
    }
}
