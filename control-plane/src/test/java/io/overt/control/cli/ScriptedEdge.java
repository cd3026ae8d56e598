package io.overt.control.cli;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.ExclusionEntry;
import io.overt.proto.control.v1.ExclusionVerdict;
import io.overt.proto.control.v1.Hello;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.rpc.FleetChannel;
import io.overt.testkit.pki.PemFiles;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An edge's stream to a control plane, and answers about exclusions as a test wants them. */
final class ScriptedEdge implements AutoCloseable {
    private final FleetTls tls;
    private final ManagedChannel channel;
    private final List<ExclusionVerdict> verdicts = new CopyOnWriteArrayList<>();

    /** How an edge answers; not at all where there is nothing. */
    record Manner(boolean knowsExclusions, Function<ExclusionAsk, Optional<ExclusionAnswer>> says) {
        static final Manner TOO_OLD = new Manner(false, _ -> Optional.empty());
        static final Manner SILENT = new Manner(true, _ -> Optional.empty());

        static Manner knowing(ExclusionEntry... entries) {
            var answer = ExclusionAnswer.newBuilder().addAllEntries(List.of(entries)).build();
            return new Manner(true, _ -> Optional.of(answer));
        }

        static Manner ruling(ExclusionEffect effect) {
            var answer = ExclusionAnswer.newBuilder().setEffect(effect).build();
            return new Manner(true, _ -> Optional.of(answer));
        }
    }

    static ScriptedEdge connect(InetSocketAddress control, PemFiles files, Manner manner)
            throws FleetIdentityException {
        var tls = new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors());
        var edge =
                new ScriptedEdge(
                        tls, FleetChannel.to(control, tls, ExpectedPeer.of(Role.CONTROL), 4 << 20));
        edge.greet(manner);
        return edge;
    }

    private ScriptedEdge(FleetTls tls, ManagedChannel channel) {
        this.tls = tls;
        this.channel = channel;
    }

    /** What it was told to rule. */
    List<ExclusionVerdict> verdicts() {
        return List.copyOf(verdicts);
    }

    private void greet(Manner manner) {
        var stream = new Stream(manner);
        stream.toControl = Optional.of(EdgeControlGrpc.newStub(channel).sync(stream));
        stream.say(
                EdgeMessage.newBuilder()
                        .setHello(Hello.newBuilder().setAnswersExclusions(manner.knowsExclusions()))
                        .build());
    }

    private final class Stream implements StreamObserver<ControlMessage> {
        private final Manner manner;

        /** Set once, before anything is said. */
        private volatile Optional<StreamObserver<EdgeMessage>> toControl = Optional.empty();

        Stream(Manner manner) {
            this.manner = manner;
        }

        void say(EdgeMessage message) {
            toControl.orElseThrow().onNext(message);
        }

        @Override
        public void onNext(ControlMessage message) {
            var ask = message.getExclusions();
            if (ask.hasVerdict()) {
                verdicts.add(ask.getVerdict());
            }
            manner.says()
                    .apply(ask)
                    .ifPresent(
                            answer ->
                                    say(
                                            EdgeMessage.newBuilder()
                                                    .setExclusions(
                                                            answer.toBuilder()
                                                                    .setNonce(ask.getNonce()))
                                                    .build()));
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    @Override
    public void close() {
        channel.shutdownNow();
        tls.close();
    }
}
