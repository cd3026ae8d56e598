package io.overt.service.rpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import java.net.InetSocketAddress;
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
        return NettyChannelBuilder.forAddress(peer.getHostString(), peer.getPort())
                .sslContext(tls.clientContext(expected))
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .maxInboundMessageSize(maxMessageBytes)
                .maxInboundMetadataSize(16 << 10)
                .build();
    }

    private FleetChannel() {}
}
