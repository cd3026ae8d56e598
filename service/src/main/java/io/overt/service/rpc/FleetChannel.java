package io.overt.service.rpc;

import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.NettyChannelBuilder;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the fleet's gRPC channels: mutual TLS to a peer of an expected role, dead connections found
 * out within half a minute.
 */
public final class FleetChannel {

    /**
     * A channel that connects at its first call, and again after each loss (gRPC's own back-off
     * with jitter, 1 s to 2 min). Thread-safe; the caller shuts it down.
     *
     * @param peer unresolved host names are looked up at each connection
     * @param maxMessageBytes largest message taken from the peer
     */
    public static ManagedChannel to(
            InetSocketAddress peer, FleetTls tls, ExpectedPeer expected, int maxMessageBytes) {
        return channel(
                NettyChannelBuilder.forAddress(peer.getHostString(), peer.getPort()),
                tls,
                expected,
                maxMessageBytes);
    }

    /**
     * The same to whichever of several answers; after a loss perhaps to another one.
     *
     * @param peers at least one
     */
    public static ManagedChannel toAny(
            List<InetSocketAddress> peers,
            FleetTls tls,
            ExpectedPeer expected,
            int maxMessageBytes) {
        NameResolverRegistry.getDefaultRegistry().register(ANY_OF);
        return channel(
                NettyChannelBuilder.forTarget(AnyOf.target(peers)), tls, expected, maxMessageBytes);
    }

    private static ManagedChannel channel(
            NettyChannelBuilder builder, FleetTls tls, ExpectedPeer expected, int maxMessageBytes) {
        return builder.sslContext(tls.clientContext(expected))
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .maxInboundMessageSize(maxMessageBytes)
                .maxInboundMetadataSize(16 << 10)
                .build();
    }

    /** One object, so that registering it again changes nothing. */
    private static final AnyOf.Provider ANY_OF = new AnyOf.Provider();

    private FleetChannel() {}
}
