package io.overt.edge.site;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.overt.edge.site.Standing.Peer;
import io.overt.proto.site.v1.FetchKeysRequest;
import io.overt.proto.site.v1.FetchKeysResponse;
import io.overt.proto.site.v1.LeafKey;
import io.overt.proto.site.v1.SitePeerGrpc;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.x509.Epoch;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches the site's keys from another edge. The address comes from the untrusted member list, so
 * all that counts is the certificate met there: role edge, this site. Keys are asked for a few
 * times a day, so each call opens a connection and closes it.
 */
final class SitePeerClient implements KeySource {
    private final SslContext tls;
    private final Duration deadline;

    /**
     * A client.
     *
     * @param tls of this edge; says which site is expected
     * @param deadline of a call, connecting included
     */
    SitePeerClient(FleetTls tls, Duration deadline) {
        this.tls = tls.clientContext(ExpectedPeer.of(Role.EDGE, tls.self().site()));
        this.deadline = deadline;
    }

    @Override
    public Fetching fetch(Peer peer) {
        Matcher address = ADDRESS.matcher(peer.address());
        if (!address.matches() || Integer.parseInt(address.group(2)) > 65_535) {
            return new NotFetched("not an address (expected: host:port in the member's attribute)");
        }
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(address.group(1), Integer.parseInt(address.group(2)))
                        .sslContext(tls)
                        .maxInboundMessageSize(MAX_RESPONSE_BYTES)
                        .disableRetry()
                        .build();
        try {
            return ring(
                    SitePeerGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
                            .fetchKeys(FetchKeysRequest.getDefaultInstance()));
        } catch (StatusRuntimeException e) {
            Throwable cause = e.getCause();
            return new NotFetched(
                    cause == null
                            ? e.getStatus().toString()
                            : e.getStatus().getCode() + ": " + cause);
        } finally {
            channel.shutdownNow();
        }
    }

    private static Fetching ring(FetchKeysResponse response) {
        if (response.getSiteSecret().size() != SiteSecret.LENGTH) {
            return new NotFetched("a site secret of " + response.getSiteSecret().size() + " bytes");
        }
        if (response.getLeafKeysCount() > MAX_KEYS) {
            return new NotFetched(
                    response.getLeafKeysCount()
                            + " leaf keys (expected: at most "
                            + MAX_KEYS
                            + ")");
        }
        List<EpochKey> keys = new ArrayList<>();
        for (LeafKey key : response.getLeafKeysList()) {
            if (key.getEpoch() < 0) {
                return new NotFetched(
                        "a leaf key of epoch " + Integer.toUnsignedString(key.getEpoch()));
            }
            try {
                keys.add(
                        EpochKey.received(
                                new Epoch(key.getEpoch()),
                                key.getPrivateKey().toByteArray(),
                                key.getPublicKey().toByteArray()));
            } catch (GeneralSecurityException e) {
                return new NotFetched(
                        "leaf key of epoch " + key.getEpoch() + ": " + e.getMessage());
            }
        }
        return new Fetched(Keyring.of(SiteSecret.of(response.getSiteSecret().toByteArray()), keys));
    }

    private static final Pattern ADDRESS =
            Pattern.compile("\\[?([0-9A-Za-z.:_-]{1,255}?)\\]?:(\\d{1,5})");
    private static final int MAX_RESPONSE_BYTES = 16 * 1024;
    private static final int MAX_KEYS = 8;
}
