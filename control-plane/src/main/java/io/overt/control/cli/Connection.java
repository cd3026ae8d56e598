package io.overt.control.cli;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.overt.proto.control.v1.AuditAdminGrpc;
import io.overt.proto.control.v1.ExclusionAdminGrpc;
import io.overt.proto.control.v1.ListAdminGrpc;
import io.overt.proto.control.v1.LogViewGrpc;
import io.overt.proto.control.v1.PolicyAdminGrpc;
import io.overt.proto.control.v1.RolloutAdminGrpc;
import io.overt.proto.control.v1.SelfGrpc;
import io.overt.service.config.ConfigException;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * A channel to the control plane, with a certificate or with a person's token, for as long as one
 * command runs.
 */
final class Connection implements AutoCloseable {
    private final Optional<FleetTls> tls;
    private final ManagedChannel channel;
    private final Duration timeout;

    /**
     * Connects at the first call.
     *
     * @param token a person's; absent: with the certificate
     */
    static Connection open(CtlSettings settings, Optional<String> token) throws ConfigException {
        if (token.isPresent()) {
            var web =
                    settings.web()
                            .orElseThrow(
                                    () ->
                                            new ConfigException(
                                                    "a token, and no web section in the configuration that says where it is taken"));
            return new Connection(Optional.empty(), web(web, token.get()), settings.timeout());
        }
        var fleet =
                settings.fleet()
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                "neither a certificate nor a token: `overtctl login` fetches a token"));
        try {
            var tls = new FleetTls(fleet.identity());
            return new Connection(
                    Optional.of(tls),
                    FleetChannel.to(
                            fleet.control(), tls, ExpectedPeer.of(Role.CONTROL), MAX_ANSWER),
                    settings.timeout());
        } catch (FleetIdentityException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        }
    }

    private static ManagedChannel web(CtlSettings.Web web, String token) throws ConfigException {
        try {
            var ssl = GrpcSslContexts.forClient();
            web.trustAnchors().ifPresent(anchors -> ssl.trustManager(anchors.toFile()));
            return NettyChannelBuilder.forAddress(
                            web.address().getHostString(), web.address().getPort())
                    .sslContext(ssl.build())
                    .intercept(new Bearer(token))
                    .maxInboundMessageSize(MAX_ANSWER)
                    .maxInboundMetadataSize(16 << 10)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new ConfigException("web.trust-anchors: cannot be used: " + e.getMessage());
        }
    }

    private Connection(Optional<FleetTls> tls, ManagedChannel channel, Duration timeout) {
        this.tls = tls;
        this.channel = channel;
        this.timeout = timeout;
    }

    /** A stub for one call. */
    PolicyAdminGrpc.PolicyAdminBlockingStub admin() {
        return PolicyAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call. */
    ExclusionAdminGrpc.ExclusionAdminBlockingStub exclusions() {
        return ExclusionAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call. */
    SelfGrpc.SelfBlockingStub self() {
        return SelfGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call. */
    AuditAdminGrpc.AuditAdminBlockingStub audit() {
        return auditStream().withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for a call that may take as long as there is something to come. */
    AuditAdminGrpc.AuditAdminBlockingStub auditStream() {
        return AuditAdminGrpc.newBlockingStub(channel);
    }

    RolloutAdminGrpc.RolloutAdminBlockingStub rollouts() {
        return watching().withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for a stream that lasts as long as what it shows. */
    RolloutAdminGrpc.RolloutAdminBlockingStub watching() {
        return RolloutAdminGrpc.newBlockingStub(channel);
    }

    LogViewGrpc.LogViewBlockingStub logs() {
        return LogViewGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    ListAdminGrpc.ListAdminBlockingStub lists() {
        return ListAdminGrpc.newBlockingStub(channel)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub for one call that may take long. */
    ListAdminGrpc.ListAdminBlockingStub lists(int seconds) {
        return ListAdminGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        tls.ifPresent(FleetTls::close);
    }

    /** Shows the token with each call; the channel is TLS, always. */
    private record Bearer(String token) implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(
                MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    headers.put(AUTHORIZATION, "Bearer " + token);
                    super.start(listener, headers);
                }
            };
        }

        private static final Metadata.Key<String> AUTHORIZATION =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    }

    private static final int MAX_ANSWER = 64 << 20;
}
