package io.overt.edge.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.overt.edge.flow.CertificateHabit;
import io.overt.edge.flow.CertificateRequest;
import io.overt.edge.flow.Event;
import io.overt.edge.flow.Event.RawConnected;
import io.overt.edge.flow.Event.RawUnreachable;
import io.overt.edge.flow.Event.UpstreamConnected;
import io.overt.edge.flow.Event.UpstreamHandshakeFailed;
import io.overt.edge.flow.Event.UpstreamHandshaken;
import io.overt.edge.flow.Event.UpstreamLost;
import io.overt.edge.flow.Event.UpstreamUnreachable;
import io.overt.edge.flow.Event.UpstreamUntrusted;
import io.overt.edge.flow.Known.UpstreamSession;
import io.overt.edge.flow.TlsAlert;
import io.overt.edge.flow.UpstreamOffer;
import io.overt.edge.net.DataPathSettings.KeepAlive;
import io.overt.edge.net.DataPathSettings.UpstreamSource;
import io.overt.edge.revocation.UpstreamCheck.Stapled;
import io.overt.x509.PresentedChain;
import io.overt.x509.UntrustedReason;
import java.net.InetSocketAddress;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The connection to the upstream of one client, raw or with TLS. Confined to the event loop that it
 * shares with the client's. Nothing of it is told once it is abandoned.
 */
final class UpstreamConnection {
    private final EpollSocketChannel channel;
    private final Tap tap;
    private final Consumer<Event> events;
    private final EndWatch end = new EndWatch();
    private CertificateRequest certificate = CertificateRequest.NOT_ASKED;
    private boolean abandoned;
    private Optional<Stapled> staple = Optional.empty();
    private boolean used;

    /** What the connection is for. */
    enum Purpose {
        INSPECT,
        SPLICE,
        /** Plain requests: raw, but through a parent proxy without a tunnel. */
        FORWARD
    }

    private UpstreamConnection(EpollSocketChannel channel, Tap tap, Consumer<Event> events) {
        this.channel = channel;
        this.tap = tap;
        this.events = events;
    }

    /**
     * Begins to connect; {@code events} hears what becomes of it, on the event loop.
     *
     * @param client whose event loop it shares
     * @param ended called when the upstream ends its side
     * @param source whose connection it is, for where upstreams are to see that
     * @param to where, unless {@code way} leads through a parent
     */
    static UpstreamConnection dial(
            Shell shell,
            EpollSocketChannel client,
            InetSocketAddress source,
            InetSocketAddress to,
            ParentRoute.Way way,
            Purpose purpose,
            Runnable ended,
            Consumer<Event> events) {
        var tap = new Tap(shell.nanoTime());
        tap.whenEnded(ended);
        var bootstrap =
                new Bootstrap()
                        .group(client.eventLoop())
                        .channel(EpollSocketChannel.class)
                        // Names are looked up elsewhere: the default resolver blocks the loop.
                        .resolver(NoopAddressResolverGroup.INSTANCE)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        // The machine's deadline abandons the attempt; this one only tidies up.
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) shell.settings().deadlines().connect().toMillis() * 2);
        var keepAlive = shell.settings().keepAlive();
        return switch (way) {
            case ParentRoute.Way.Direct() -> {
                if (shell.settings().upstreamSource() == UpstreamSource.CLIENT
                        // An IPv4 client that a name leads to an IPv6 upstream has no address
                        // there.
                        && to.getAddress().getClass() == source.getAddress().getClass()) {
                    bootstrap
                            .option(EpollChannelOption.IP_TRANSPARENT, true)
                            .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
                            .localAddress(new InetSocketAddress(source.getAddress(), 0));
                }
                yield dial(bootstrap, to, Optional.empty(), keepAlive, tap, purpose, events);
            }
            case ParentRoute.Way.ThroughParent through -> {
                // An unresolved address is refused by the channel: no address is a failed dial.
                var proxy =
                        through.proxy()
                                .orElseGet(
                                        () ->
                                                InetSocketAddress.createUnresolved(
                                                        "parent-proxy.invalid", 1));
                yield purpose == Purpose.FORWARD
                        ? dial(bootstrap, proxy, Optional.empty(), keepAlive, tap, purpose, events)
                        : dial(
                                bootstrap,
                                InetSocketAddress.createUnresolved(through.host(), through.port()),
                                Optional.of(ParentTunnel.to(through, proxy, shell.settings())),
                                keepAlive,
                                tap,
                                purpose,
                                events);
            }
        };
    }

    private static UpstreamConnection dial(
            Bootstrap bootstrap,
            InetSocketAddress to,
            Optional<HttpProxyHandler> tunnel,
            KeepAlive keepAlive,
            Tap tap,
            Purpose purpose,
            Consumer<Event> events) {
        var connecting = bootstrap.handler(pipeline(keepAlive, tap, purpose, tunnel)).connect(to);
        var connection =
                new UpstreamConnection((EpollSocketChannel) connecting.channel(), tap, events);
        connecting.addListener(
                (ChannelFuture done) -> {
                    if (tunnel.isEmpty() || !done.isSuccess()) {
                        connection.dialled(done.cause(), purpose);
                    }
                });
        tunnel.ifPresent(
                handler ->
                        handler.connectFuture()
                                .addListener(
                                        done -> {
                                            // Else TCP to the parent failed, and that was told.
                                            if (connecting.isSuccess()) {
                                                connection.dialled(
                                                        ParentTunnel.explained(done.cause()),
                                                        purpose);
                                            }
                                        }));
        return connection;
    }

    private static ChannelHandler pipeline(
            KeepAlive keepAlive, Tap tap, Purpose purpose, Optional<HttpProxyHandler> tunnel) {
        return new ChannelInitializer<EpollSocketChannel>() {
            @Override
            protected void initChannel(EpollSocketChannel channel) {
                keepAlive.on(channel);
                tunnel.ifPresent(
                        handler -> channel.pipeline().addLast(handler, new ParentTunnel.Silence()));
                switch (purpose) {
                    case SPLICE, FORWARD -> channel.pipeline().addLast(tap, new Holder());
                    case INSPECT -> channel.pipeline().addLast(new Dialling());
                }
            }
        };
    }

    /**
     * Until it is connected, a socket may be polled as readable and then fail to be read; and one
     * that waits for its use may be reset. The connect future, and {@link EndWatch}, say all there
     * is to say; without a handler Netty would log a stack trace for each.
     */
    private static final class Dialling extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
    }

    private void stopWaiting() {
        if (channel.pipeline().get(Dialling.class) != null) {
            channel.pipeline().remove(Dialling.class);
        }
    }

    /**
     * @param failure null when it stands
     */
    private void dialled(@Nullable Throwable failure, Purpose purpose) {
        if (failure == null) {
            if (abandoned) {
                var _ = channel.close();
                return;
            }
            channel.pipeline().addFirst(end);
            channel.closeFuture().addListener(_ -> tell(lost()));
        }
        tell(
                switch (purpose) {
                    case INSPECT ->
                            failure == null
                                    ? new UpstreamConnected()
                                    : new UpstreamUnreachable(
                                            EndWatch.unreachable(failure), Texts.oneLine(failure));
                    case SPLICE, FORWARD ->
                            failure == null
                                    ? new RawConnected()
                                    : new RawUnreachable(Texts.oneLine(failure));
                });
    }

    /**
     * Takes a connection that was made before it was known what for; {@code events} hears of it as
     * of one that was dialled.
     *
     * @return false if it is not to be had any more
     */
    boolean adopt(Purpose purpose) {
        if (used || abandoned || !channel.isActive() || channel.isInputShutdown()) {
            return false;
        }
        used = true;
        stopWaiting();
        switch (purpose) {
            case SPLICE, FORWARD -> {
                channel.pipeline().addLast(tap, new Holder());
                tell(new RawConnected());
            }
            case INSPECT -> tell(new UpstreamConnected());
        }
        return true;
    }

    /**
     * TLS over the connection; {@code events} hears what becomes of it.
     *
     * @param told what another edge saw this upstream do, asked once it stands
     */
    void handshake(
            UpstreamLeg leg,
            Optional<String> serverName,
            UpstreamOffer offer,
            Function<CertificateRequest, Optional<CertificateHabit>> told)
            throws SSLException {
        if (channel.isInputShutdown()) {
            // It closed before it heard our hello, and TLS would wait for that for ever.
            tell(
                    new UpstreamHandshakeFailed(
                            Optional.of(end.symptom(Optional.empty())),
                            "closed by the upstream",
                            certificate));
            return;
        }
        stopWaiting();
        var engine = leg.engine(channel.alloc(), serverName, offer);
        var tls = new SslHandler(engine);
        tls.setHandshakeTimeoutMillis(0); // The machine has the deadlines.
        // Until it is done a FIN is the end of it, not of one direction.
        channel.config().setAllowHalfClosure(false);
        tls.handshakeFuture()
                .addListener(
                        done -> {
                            if (leg.takeAskedForCertificate(engine)) {
                                certificate = CertificateRequest.ASKED;
                            }
                            if (done.isSuccess()) {
                                staple = UpstreamLeg.staple(engine);
                                waitForRelay();
                            }
                            tell(outcome(engine, done.cause(), told));
                        });
        channel.pipeline().addLast(tls, tap, new Holder());
        channel.config().setAutoRead(true);
    }

    /**
     * Reading waits for the relay. But where the upstream asked for a certificate, in TLS 1.3 it
     * says only after its handshake that it insists, and that must be heard before the client has
     * our leaf if it can be. The first byte of anything else ends the listening, so that what is
     * held stays bounded.
     */
    private void waitForRelay() {
        channel.config().setAllowHalfClosure(true);
        switch (certificate) {
            case NOT_ASKED -> channel.config().setAutoRead(false);
            case ASKED -> Holder.watch(channel, () -> channel.config().setAutoRead(false));
        }
    }

    private Event lost() {
        var alert = alert();
        return new UpstreamLost(
                end.symptom(alert),
                alert.map(each -> "upstream sent " + each.text()).orElse("closed by the upstream"));
    }

    private Optional<TlsAlert> alert() {
        return Optional.ofNullable(tap.failure()).flatMap(TlsAlerts::received);
    }

    /** Whether it broke off without a word of data after it had been given no certificate. */
    boolean insistedOnCertificate() {
        return certificate == CertificateRequest.ASKED && tap.bytes() == 0 && alert().isPresent();
    }

    private Event outcome(
            ReferenceCountedOpenSslEngine engine,
            @Nullable Throwable failure,
            Function<CertificateRequest, Optional<CertificateHabit>> told) {
        if (failure != null) {
            var alert = TlsAlerts.received(failure);
            return new UpstreamHandshakeFailed(
                    alert.isPresent() || end.hasEnded()
                            ? Optional.of(end.symptom(alert))
                            : Optional.empty(),
                    alert.map(each -> "upstream sent " + each.text())
                            .orElseGet(() -> Texts.oneLine(failure)),
                    certificate);
        }
        try {
            var ders = new ArrayList<byte[]>();
            for (var certificate : engine.getSession().getPeerCertificates()) {
                ders.add(certificate.getEncoded());
            }
            var chosen =
                    Optional.ofNullable(engine.getNegotiatedApplicationProtocol())
                            .filter(protocol -> !protocol.isEmpty());
            return new UpstreamHandshaken(
                    new UpstreamSession(
                            TlsSessions.of(engine, chosen),
                            PresentedChain.parse(ders),
                            certificate),
                    told.apply(certificate));
        } catch (CertificateEncodingException | SSLPeerUnverifiedException e) {
            return unreadable(e);
        } catch (CertificateException e) {
            return unreadable(e);
        }
    }

    private static Event unreadable(Exception e) {
        return new UpstreamUntrusted(
                List.of(new UntrustedReason(UntrustedReason.Kind.MALFORMED, Texts.oneLine(e))),
                Optional.empty());
    }

    /** Closes it, or gives up connecting. Nothing is told any more. */
    void abandon() {
        abandoned = true;
        var _ = channel.close();
    }

    /** The OCSP response that came with its handshake. */
    Optional<Stapled> staple() {
        return staple;
    }

    EpollSocketChannel channel() {
        return channel;
    }

    long bytes() {
        return tap.bytes();
    }

    long lastMoved() {
        return tap.lastMoved();
    }

    boolean hasEnded() {
        return tap.hasEnded();
    }

    /** See {@link Tap#ended()}. */
    long ended() {
        return tap.ended();
    }

    @Nullable Throwable failure() {
        return tap.failure();
    }

    private void tell(Event event) {
        if (!abandoned) {
            events.accept(event);
        }
    }
}
