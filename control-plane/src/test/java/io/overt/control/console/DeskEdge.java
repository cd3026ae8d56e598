package io.overt.control.console;

import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.EmergencyAnswer;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.EmergencyOrder;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.PemFiles;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * An edge as a control plane sees one: takes every version that it is offered, obeys emergencies,
 * knows one exclusion, and says how connections fare under a version as a test wants it.
 */
final class DeskEdge implements AutoCloseable {
    private final FleetTls tls;
    private final ManagedChannel channel;
    private final LongPredicate failsUnder;
    private volatile Optional<ExclusionEntry> exclusion;

    /** Set once, before anything is said. */
    private volatile Optional<StreamObserver<EdgeMessage>> toControl = Optional.empty();

    /**
     * Connects.
     *
     * @param failsUnder versions under which a tenth of its handshakes fail
     */
    static DeskEdge connect(
            InetSocketAddress control,
            PemFiles files,
            List<String> labels,
            Optional<ExclusionEntry> exclusion,
            LongPredicate failsUnder)
            throws Exception {
        var tls = new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        var edge =
                new DeskEdge(
                        tls,
                        FleetChannel.to(control, tls, ExpectedPeer.of(Role.CONTROL), 4 << 20),
                        exclusion,
                        failsUnder);
        edge.toControl =
                Optional.of(EdgeControlGrpc.newStub(edge.channel).sync(edge.new FromControl()));
        edge.say(
                EdgeMessage.newBuilder()
                        .setHello(
                                Hello.newBuilder()
                                        .setBuild("0.1.0+test")
                                        .setLanguage(1)
                                        .setAnswersExclusions(true)
                                        .addAllLabels(labels)
                                        .addAbilities(EdgeAbility.EDGE_ABILITY_HEALTH)
                                        .addAbilities(EdgeAbility.EDGE_ABILITY_EMERGENCY)
                                        .addAbilities(EdgeAbility.EDGE_ABILITY_SHADOW)));
        return edge;
    }

    private DeskEdge(
            FleetTls tls,
            ManagedChannel channel,
            Optional<ExclusionEntry> exclusion,
            LongPredicate failsUnder) {
        this.tls = tls;
        this.channel = channel;
        this.exclusion = exclusion;
        this.failsUnder = failsUnder;
    }

    private void say(EdgeMessage.Builder message) {
        synchronized (this) { // one message at a time
            toControl.orElseThrow().onNext(message.build());
        }
    }

    private final class FromControl implements StreamObserver<ControlMessage> {
        @Override
        public void onNext(ControlMessage message) {
            try {
                switch (message.getKindCase()) {
                    case OFFER -> {
                        var manifest =
                                BundleManifest.parseFrom(
                                        message.getOffer().getBundle().getManifest());
                        say(
                                EdgeMessage.newBuilder()
                                        .setAck(
                                                Ack.newBuilder()
                                                        .setNonce(message.getOffer().getNonce())
                                                        .setActiveVersion(manifest.getVersion())));
                        say(health(manifest.getVersion()));
                    }
                    case EXCLUSIONS -> say(answer(message.getExclusions()));
                    case EMERGENCY ->
                            say(
                                    EdgeMessage.newBuilder()
                                            .setEmergency(
                                                    EmergencyAnswer.newBuilder()
                                                            .setNumber(
                                                                    EmergencyOrder.parseFrom(
                                                                                    message.getEmergency()
                                                                                            .getOrder())
                                                                            .getNumber())));
                    case KIND_NOT_SET -> {}
                }
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private EdgeMessage.Builder health(long version) {
        return EdgeMessage.newBuilder()
                .setHealth(
                        Health.newBuilder()
                                .setVersion(version)
                                .setSince(
                                        Timestamp.newBuilder()
                                                .setSeconds(Instant.now().getEpochSecond()))
                                .setConnections(4_000)
                                .setInspected(3_000)
                                .setSpliced(900)
                                .setBlocked(100)
                                .setHandshakeFailures(failsUnder.test(version) ? 400 : 12)
                                .setClientRefusals(3));
    }

    private EdgeMessage.Builder answer(ExclusionAsk ask) {
        var answer = ExclusionAnswer.newBuilder().setNonce(ask.getNonce());
        if (ask.hasVerdict()) {
            exclusion =
                    exclusion.map(
                            entry ->
                                    entry.toBuilder()
                                            .setBasis("confirmed")
                                            .clearExpires()
                                            .setConfirmedBy(ask.getVerdict().getBy())
                                            .build());
            answer.setEffect(ExclusionEffect.EXCLUSION_EFFECT_DONE);
        } else {
            exclusion.ifPresent(answer::addEntries);
        }
        return EdgeMessage.newBuilder().setExclusions(answer);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        tls.close();
    }
}
