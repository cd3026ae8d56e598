package io.overt.edge.site;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.site.v1.FetchKeysRequest;
import io.overt.proto.site.v1.FetchKeysResponse;
import io.overt.proto.site.v1.LeafKey;
import io.overt.proto.site.v1.SitePeerGrpc;
import io.overt.service.identity.CallerIdentity;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the site's keys to the other edges of the same site, and to nobody else: the caller's
 * certificate says who it is, and the gate in front of the service is the only way in.
 */
final class SitePeerServer implements AutoCloseable {
    private final InetSocketAddress listen;
    private final Server server;

    /**
     * A server that does not listen yet.
     *
     * @param ring what is handed over
     */
    SitePeerServer(
            InetSocketAddress listen,
            FleetTls tls,
            Supplier<Optional<Keyring>> ring,
            MeterRegistry meters) {
        this.listen = listen;
        this.server =
                NettyServerBuilder.forAddress(listen)
                        .sslContext(tls.serverContext())
                        .intercept(RoleGate.allow(Role.EDGE, tls.self().site()))
                        .addService(new Service(ring, meters))
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .maxInboundMessageSize(MAX_REQUEST_BYTES)
                        .maxConnectionIdle(1, TimeUnit.MINUTES)
                        .handshakeTimeout(10, TimeUnit.SECONDS)
                        .build();
    }

    /**
     * Listens.
     *
     * @throws IOException if the address cannot be bound
     */
    void start() throws IOException {
        try {
            server.start();
        } catch (IOException e) {
            String cause = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new IOException(
                    "site-cluster.peer-listen "
                            + listen.getHostString()
                            + ":"
                            + listen.getPort()
                            + ": "
                            + cause,
                    e);
        }
    }

    /** The port that is listened on. */
    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Service extends SitePeerGrpc.SitePeerImplBase {
        private final Supplier<Optional<Keyring>> ring;
        private final Counter handedOver;
        private final Counter empty;

        Service(Supplier<Optional<Keyring>> ring, MeterRegistry meters) {
            this.ring = ring;
            this.handedOver = outcome(meters, "handed-over");
            this.empty = outcome(meters, "no-keys-yet");
        }

        @Override
        public void fetchKeys(FetchKeysRequest request, StreamObserver<FetchKeysResponse> answer) {
            Optional<Keyring> held = ring.get();
            if (held.isEmpty()) {
                empty.increment();
                answer.onError(
                        Status.FAILED_PRECONDITION
                                .withDescription("this edge has no keys yet")
                                .asRuntimeException());
                return;
            }
            LOG.atInfo().addKeyValue("peer", CallerIdentity.current()).log("site keys handed over");
            handedOver.increment();
            answer.onNext(message(held.get()));
            answer.onCompleted();
        }

        private static FetchKeysResponse message(Keyring ring) {
            FetchKeysResponse.Builder response =
                    FetchKeysResponse.newBuilder()
                            .setSiteSecret(ByteString.copyFrom(ring.secret().bytes()));
            for (EpochKey key : ring.keys().values()) {
                response.addLeafKeys(
                        LeafKey.newBuilder()
                                .setEpoch(key.epoch().number())
                                .setPrivateKey(ByteString.copyFrom(key.privateKey().getEncoded()))
                                .setPublicKey(ByteString.copyFrom(key.publicKey().spki())));
            }
            return response.build();
        }

        private static Counter outcome(MeterRegistry meters, String outcome) {
            return Counter.builder("overt.site.peer.requests")
                    .description(
                            "Requests of other edges for the site's keys; refused callers are logged by the gate.")
                    .tag("outcome", outcome)
                    .register(meters);
        }
    }

    /** A request has no fields. */
    private static final int MAX_REQUEST_BYTES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(SitePeerServer.class);
}
