package io.overt.edge.site;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.overt.edge.site.SiteClusterConfig.Embedded;
import io.overt.edge.site.SiteClusterConfig.Member;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Carries Hazelcast's member traffic over mutual TLS 1.3 between the edges of a site, since its
 * community edition can neither encrypt nor authenticate. Every member has a loopback address that
 * is the same at every edge; at each edge the addresses of the others are doors of this mesh:
 *
 * <pre>
 *   Hazelcast of 1 → 127.77.0.2 (door at 1) ══ mutual TLS, both pinned to their names ══ mesh of 2 → 127.78.0.2 (Hazelcast of 2)
 * </pre>
 *
 * <p>Both ends check that the other's certificate names this site, the role edge and a configured
 * member: a door leads to the member it is named after and to nobody else. What the mesh does not
 * stop is a local user of the same host who connects to a door or to Hazelcast's loopback address;
 * the packet filter of the edge role does. Runs on one event loop thread of its own.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nothing is to be done about a close that fails
final class MemberMesh implements AutoCloseable {
    private final Embedded config;
    private final Member self;
    private final String site;
    private final SslContext server;
    private final SslContext client;
    private final MeshCounters counters;
    private final EventLoopGroup loop;
    private final ChannelGroup channels =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    /** A mesh without open doors. */
    MemberMesh(Embedded config, Member self, FleetTls tls, MeterRegistry meters) {
        this.config = config;
        this.self = self;
        this.site = tls.self().site();
        this.server = tls.serverContext();
        this.client = tls.clientContext(ExpectedPeer.of(Role.EDGE, site));
        this.counters = new MeshCounters(meters);
        this.loop =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("site-mesh", true), NioIoHandler.newFactory());
    }

    /**
     * Listens at this member's address and opens the doors to the others.
     *
     * @throws IOException if an address cannot be bound; close the mesh then
     */
    void start() throws IOException {
        listen("site-cluster.members address ", self.address(), this::accept);
        for (Member member : config.members()) {
            if (!member.equals(self)) {
                listen(
                        "site-cluster mesh door to " + member.name() + " at ",
                        MemberAddresses.inMesh(config, member),
                        _ -> enter(member));
            }
        }
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /** From another edge's mesh: who it is decides, then its bytes go to this edge's Hazelcast. */
    private MeshEnd accept(Channel channel) {
        channel.pipeline().addLast(MeshEnd.tls(server, channel));
        return new MeshEnd(
                counters.inbound(),
                peer ->
                        config.member(peer.name())
                                        .filter(member -> !member.equals(self))
                                        .isPresent()
                                && isEdgeHere(peer),
                () -> dial(MemberAddresses.behindMesh(config, self), Optional.empty()));
    }

    /** From this edge's Hazelcast: its bytes go to the member that the door is named after. */
    private MeshEnd enter(Member member) {
        return new MeshEnd(
                counters.outbound(),
                peer -> peer.name().equals(member.name()) && isEdgeHere(peer),
                () -> dial(resolved(member.address()), Optional.of(client)));
    }

    private boolean isEdgeHere(FleetIdentity peer) {
        return peer.role() == Role.EDGE && peer.site().equals(site);
    }

    private void listen(String what, InetSocketAddress address, Function<Channel, MeshEnd> end)
            throws IOException {
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loop)
                        .channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.SO_BACKLOG, 64)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        if (channels.size() > MAX_CHANNELS) {
                                            counters.overLimit();
                                            channel.close();
                                            return;
                                        }
                                        channels.add(channel);
                                        channel.pipeline().addLast(end.apply(channel));
                                    }
                                })
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    what
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        channels.add(bound.channel());
    }

    private ChannelFuture dial(InetSocketAddress address, Optional<SslContext> tls) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3_000)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channels.add(channel);
                                tls.ifPresent(
                                        context ->
                                                channel.pipeline()
                                                        .addLast(MeshEnd.tls(context, channel)));
                            }
                        })
                .connect(address);
    }

    /** A name is looked up at each dial, on the mesh's own thread. */
    private static InetSocketAddress resolved(InetSocketAddress address) {
        return address.isUnresolved()
                ? new InetSocketAddress(address.getHostString(), address.getPort())
                : address;
    }

    /**
     * Listeners, and two channels a connection; members have one connection to each other, and a
     * few while they find each other.
     */
    private static final int MAX_CHANNELS = 1024;
}
