package io.overt.control.rollout;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.EmergencyAnswer;
import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Nack;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.control.v1.OfferMode;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.PemFiles;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An edge as a control plane sees one: comes back whenever its stream ends, takes versions that are
 * higher, tells how it fares, and writes down all that it was offered.
 */
final class RolloutEdge implements AutoCloseable {
    private final FleetTls tls;
    private final ManagedChannel channel;
    private final Nature nature;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
    private final List<BundleManifest> offered = new CopyOnWriteArrayList<>();
    private final List<EmergencyOrder> orders = new CopyOnWriteArrayList<>();

    /** Guarded by this. */
    private PolicyBundle active = PolicyBundle.getDefaultInstance();

    private long shadow;
    private long emergency;
    private boolean closed;
    private @Nullable StreamObserver<EdgeMessage> toControl;

    /**
     * What it is.
     *
     * @param fails of which versions handshakes fail
     * @param refuses which versions it refuses
     * @param inspects called with each bundle that it is offered
     */
    record Nature(
            List<String> labels,
            Predicate<PolicyBundle> fails,
            Predicate<PolicyBundle> refuses,
            Consumer<PolicyBundle> inspects) {
        static Nature good(String... labels) {
            return new Nature(List.of(labels), _ -> false, _ -> false, _ -> {});
        }
    }

    RolloutEdge(InetSocketAddress control, PemFiles files, Nature nature) throws Exception {
        this.nature = nature;
        tls = new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        channel = FleetChannel.to(control, tls, ExpectedPeer.of(Role.CONTROL), 16 << 20);
        connect();
        var _ = timer.scheduleWithFixedDelay(this::fare, 50, 50, TimeUnit.MILLISECONDS);
    }

    List<BundleManifest> offered() {
        return new ArrayList<>(offered);
    }

    List<EmergencyOrder> orders() {
        return new ArrayList<>(orders);
    }

    synchronized long version() {
        return manifest(active).getVersion();
    }

    synchronized long shadow() {
        return shadow;
    }

    synchronized String document() {
        return active.getFilesCount() == 0 ? "" : active.getFiles(0).getContent().toStringUtf8();
    }

    private synchronized void connect() {
        if (closed) {
            return;
        }
        // A control plane that is being killed must not be waited for by ever longer pauses.
        channel.resetConnectBackoff();
        var stream = EdgeControlGrpc.newStub(channel).sync(new Stream());
        toControl = stream;
        stream.onNext(
                EdgeMessage.newBuilder()
                        .setHello(
                                Hello.newBuilder()
                                        .setBuild("test")
                                        .setActiveVersion(version())
                                        .setActiveManifestSha256(
                                                ByteString.copyFrom(
                                                        PolicySignature.sha256(
                                                                active.getManifest()
                                                                        .toByteArray())))
                                        .addAllLabels(nature.labels())
                                        .addAbilities(EdgeAbility.EDGE_ABILITY_HEALTH)
                                        .addAbilities(EdgeAbility.EDGE_ABILITY_SHADOW)
                                        .addAbilities(EdgeAbility.EDGE_ABILITY_EMERGENCY)
                                        .setShadowVersion(shadow)
                                        .setEmergency(emergency))
                        .build());
    }

    private synchronized void fare() {
        if (version() != 0 && !closed) {
            say(
                    EdgeMessage.newBuilder()
                            .setHealth(
                                    Health.newBuilder()
                                            .setVersion(version())
                                            .setSince(
                                                    Timestamp.newBuilder()
                                                            .setSeconds(1_000 + version()))
                                            .setConnections(1_000)
                                            .setHandshakeFailures(
                                                    nature.fails().test(active) ? 500 : 1))
                            .build());
        }
    }

    /** A stream that has just ended takes nothing; the next one will be told all that matters. */
    private void say(EdgeMessage message) {
        try {
            Objects.requireNonNull(toControl).onNext(message);
        } catch (IllegalStateException _) {
            // It comes back by itself.
        }
    }

    private final class Stream implements StreamObserver<ControlMessage> {
        @Override
        public void onNext(ControlMessage message) {
            synchronized (RolloutEdge.this) {
                switch (message.getKindCase()) {
                    case OFFER -> take(message.getOffer());
                    case EMERGENCY -> obey(message);
                    case EXCLUSIONS, KIND_NOT_SET -> {}
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            again();
        }

        @Override
        public void onCompleted() {
            again();
        }

        private void again() {
            try {
                var _ = timer.schedule(RolloutEdge.this::connect, 50, TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.RejectedExecutionException _) {
                // Closed.
            }
        }
    }

    private void take(Offer offer) {
        if (offer.getMode() == OfferMode.OFFER_MODE_END_SHADOW) {
            shadow = 0;
            acknowledge(offer);
            return;
        }
        var bundle = offer.getBundle();
        var manifest = manifest(bundle);
        offered.add(manifest);
        nature.inspects().accept(bundle);
        if (nature.refuses().test(bundle) || manifest.getVersion() <= version()) {
            say(
                    EdgeMessage.newBuilder()
                            .setNack(
                                    Nack.newBuilder()
                                            .setNonce(offer.getNonce())
                                            .setRejectedVersion(manifest.getVersion())
                                            .setActiveVersion(version())
                                            .addProblems(Problem.newBuilder().setMessage("no")))
                            .build());
            return;
        }
        if (offer.getMode() == OfferMode.OFFER_MODE_SHADOW) {
            shadow = manifest.getVersion();
        } else {
            active = bundle;
            if (shadow == manifest.getVersion()) {
                shadow = 0;
            }
        }
        acknowledge(offer);
    }

    private void acknowledge(Offer offer) {
        say(
                EdgeMessage.newBuilder()
                        .setAck(
                                Ack.newBuilder()
                                        .setNonce(offer.getNonce())
                                        .setActiveVersion(version())
                                        .setShadowVersion(shadow))
                        .build());
    }

    private void obey(ControlMessage message) {
        try {
            var order = EmergencyOrder.parseFrom(message.getEmergency().getOrder());
            orders.add(order);
            emergency = order.getNumber();
            say(
                    EdgeMessage.newBuilder()
                            .setEmergency(EmergencyAnswer.newBuilder().setNumber(emergency))
                            .build());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static BundleManifest manifest(PolicyBundle bundle) {
        try {
            return BundleManifest.parseFrom(bundle.getManifest());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        timer.shutdownNow();
        channel.shutdownNow();
        tls.close();
    }
}
