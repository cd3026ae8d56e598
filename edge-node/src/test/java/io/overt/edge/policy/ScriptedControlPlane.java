package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.EmergencyAnswer;
import io.overt.proto.control.v1.Health;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.control.v1.OfferMode;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.proto.policy.v1.SignedEmergency;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.service.process.StartException;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A control plane that says exactly what a test tells it to, also what a real one never would, over
 * real mutual TLS.
 */
final class ScriptedControlPlane extends EdgeControlGrpc.EdgeControlImplBase
        implements AutoCloseable {
    private final BlockingQueue<EdgeMessage> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<EdgeMessage> healths = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<ControlMessage>> streams =
            new LinkedBlockingQueue<>();
    private final FleetServer server;
    private @Nullable StreamObserver<ControlMessage> current;
    private int offers;

    ScriptedControlPlane(InetSocketAddress listen, FleetTls tls) throws StartException {
        this(listen, tls, new ScriptedPieces());
    }

    /** That also gives pieces of lists. */
    ScriptedControlPlane(InetSocketAddress listen, FleetTls tls, ScriptedPieces pieces)
            throws StartException {
        server =
                FleetServer.start(
                        listen,
                        tls,
                        1 << 20,
                        new SimpleMeterRegistry(),
                        List.of(
                                new GatedService(this, RoleGate.allow(Set.of(Role.EDGE))),
                                new GatedService(pieces, RoleGate.allow(Set.of(Role.EDGE)))));
    }

    InetSocketAddress address() {
        return server.address();
    }

    @Override
    public StreamObserver<EdgeMessage> sync(StreamObserver<ControlMessage> toEdge) {
        streams.add(toEdge);
        return new StreamObserver<>() {
            @Override
            public void onNext(EdgeMessage message) {
                (message.hasHealth() ? healths : heard).add(message);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                // As a real one does: an edge that says goodbye is let go.
                toEdge.onCompleted();
            }
        };
    }

    /** The next message of the edge that is not about its health. */
    EdgeMessage hear() throws InterruptedException {
        return next(heard);
    }

    /** What the edge says next of its health. */
    Health hearHealth() throws InterruptedException {
        return next(healths).getHealth();
    }

    private static EdgeMessage next(BlockingQueue<EdgeMessage> messages)
            throws InterruptedException {
        var message = messages.poll(60, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("the edge said nothing for a minute");
        }
        return message;
    }

    /** Sends the bundle and does not wait. */
    void propose(PolicyBundle bundle) throws InterruptedException {
        stream()
                .onNext(
                        ControlMessage.newBuilder()
                                .setOffer(
                                        Offer.newBuilder()
                                                .setNonce(
                                                        ByteString.copyFromUtf8(
                                                                "nonce-" + ++offers))
                                                .setBundle(bundle))
                                .build());
    }

    /** Sends the bundle and answers what the edge said to it. */
    EdgeMessage offer(PolicyBundle bundle) throws InterruptedException {
        return offer(Offer.newBuilder().setBundle(bundle));
    }

    /** The same, to be decided by and not acted upon. */
    EdgeMessage offerInShadow(PolicyBundle bundle) throws InterruptedException {
        return offer(Offer.newBuilder().setBundle(bundle).setMode(OfferMode.OFFER_MODE_SHADOW));
    }

    EdgeMessage endShadow() throws InterruptedException {
        return offer(Offer.newBuilder().setMode(OfferMode.OFFER_MODE_END_SHADOW));
    }

    /** Sends the order and answers what the edge said to it. */
    EmergencyAnswer order(SignedEmergency order) throws InterruptedException {
        say(ControlMessage.newBuilder().setEmergency(order).build());
        return hear().getEmergency();
    }

    EdgeMessage offer(Offer.Builder offer) throws InterruptedException {
        var nonce = ByteString.copyFromUtf8("nonce-" + ++offers);
        stream().onNext(ControlMessage.newBuilder().setOffer(offer.setNonce(nonce)).build());
        var answer = hear();
        var repeated = answer.hasAck() ? answer.getAck().getNonce() : answer.getNack().getNonce();
        if (!repeated.equals(nonce)) {
            throw new AssertionError("an answer to another offer: " + answer);
        }
        return answer;
    }

    void say(ControlMessage message) throws InterruptedException {
        stream().onNext(message);
    }

    /** Ends the edge's stream, as a control plane does that goes away in good order. */
    void hangUp() throws InterruptedException {
        stream().onCompleted();
    }

    private StreamObserver<ControlMessage> stream() throws InterruptedException {
        var newest = streams.poll();
        while (newest != null) {
            current = newest;
            newest = streams.poll();
        }
        if (current == null) {
            current = streams.poll(60, TimeUnit.SECONDS);
        }
        if (current == null) {
            throw new AssertionError("no edge connected within a minute");
        }
        return current;
    }

    @Override
    public void close() {
        server.close();
    }
}
