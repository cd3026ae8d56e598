package io.overt.edge.policy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.policy.PolicyCompiler;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Nack;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.control.v1.Problem;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Build;
import io.overt.service.process.StartException;
import io.overt.service.rpc.Backoff;
import io.overt.service.rpc.FleetChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream to the control plane open and the newest good version in force. What is offered
 * is either put in force whole, by one write of one reference, or refused with every problem and
 * changes nothing. Without a control plane the last version stays in force, for ever if need be: an
 * edge fails stale.
 *
 * <p>Thread-safe; reading the policy is one volatile read and fit for an event loop. Whoever starts
 * it closes it.
 */
public final class PolicyFeed implements Supplier<Optional<ActivePolicy>>, AutoCloseable {
    private final BundleVerifier verifier;
    private final LastGoodBundle lastGood;
    private final ManagedChannel channel;
    private final Consumer<ActivePolicy> activated;
    private final Optional<Function<ExclusionAsk, ExclusionAnswer>> exclusions;
    private final FeedMeters meters;
    private final ListCourier courier;
    private final Thread dialler;

    /**
     * One offer at a time: the callback of a stream that has just ended may still be at work when
     * the next one's begins.
     */
    private final ReentrantLock turn = new ReentrantLock();

    /** The reference. Written under turn. */
    private volatile Optional<PolicyInForce> inForce = Optional.empty();

    private volatile boolean closed;

    /**
     * Puts the last good version on disk in force, if there is one, then begins to call the control
     * plane. Does not wait for it: whether there is a policy is for {@link #get()} and {@code
     * activated} to say.
     *
     * @param state folder of this edge's own; made if need be
     * @param activated called for each version that comes into force, the one from disk included,
     *     before it is acknowledged; on the starting thread or gRPC's, must not block
     * @throws StartException when a pinned key cannot be read or the folder not be written
     */
    public static PolicyFeed start(
            PolicyFeedConfig config,
            FleetTls tls,
            Path state,
            MeterRegistry meters,
            Consumer<ActivePolicy> activated)
            throws StartException {
        return start(config, tls, state, meters, activated, Optional.empty());
    }

    /**
     * The same, and the control plane's questions about exclusions are answered on the same stream.
     *
     * @param exclusions answers at once; on gRPC's threads
     */
    public static PolicyFeed start(
            PolicyFeedConfig config,
            FleetTls tls,
            Path state,
            MeterRegistry meters,
            Consumer<ActivePolicy> activated,
            Optional<Function<ExclusionAsk, ExclusionAnswer>> exclusions)
            throws StartException {
        var pinned = pinned(config.signingKeys());
        // Names, digests and framing around the files.
        long maxMessage = config.maxBytes() + (2 << 20);
        try {
            Files.createDirectories(state);
        } catch (IOException e) {
            throw new StartException(state + ": cannot be made: " + e, e);
        }
        if (!Files.isWritable(state)) {
            throw new StartException(
                    state + ": not writable (expected: a folder of this edge's own)");
        }
        var shelf = shelf(state.resolve("lists"), config.lists());
        var channel =
                FleetChannel.to(
                        config.control(),
                        tls,
                        ExpectedPeer.of(Role.CONTROL),
                        Math.toIntExact(maxMessage));
        return new PolicyFeed(
                new BundleVerifier(pinned, config.maxBytes(), shelf::find),
                new LastGoodBundle(state, maxMessage),
                shelf,
                config.lists(),
                channel,
                meters,
                activated,
                exclusions);
    }

    private static ListShelf shelf(Path folder, ListShelfConfig config) throws StartException {
        try {
            return new ListShelf(folder, config.maxBytes());
        } catch (IOException e) {
            throw new StartException(folder + ": cannot be made: " + e, e);
        }
    }

    private static List<PolicyPublicKey> pinned(List<Path> files) throws StartException {
        var keys = new ArrayList<PolicyPublicKey>();
        for (var file : files) {
            try {
                keys.add(PolicyPublicKey.read(file));
            } catch (IllegalArgumentException e) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
        }
        return keys;
    }

    private PolicyFeed(
            BundleVerifier verifier,
            LastGoodBundle lastGood,
            ListShelf shelf,
            ListShelfConfig lists,
            ManagedChannel channel,
            MeterRegistry meters,
            Consumer<ActivePolicy> activated,
            Optional<Function<ExclusionAsk, ExclusionAnswer>> exclusions) {
        this.verifier = verifier;
        this.lastGood = lastGood;
        this.channel = channel;
        this.activated = activated;
        this.exclusions = exclusions;
        this.meters = new FeedMeters(meters, () -> get().map(ActivePolicy::version).orElse(0L));
        this.courier =
                new ListCourier(
                        shelf,
                        new ListFetcher(
                                channel, shelf, lists, new SecureRandom(), new ListMeters(meters)),
                        lists,
                        verifier::believed,
                        () -> version(inForce),
                        this::answer);
        loadLastGood();
        this.dialler = Thread.ofVirtual().name("policy-feed").start(this::dial);
    }

    /** The policy in force; empty until there is one. */
    @Override
    public Optional<ActivePolicy> get() {
        return inForce.map(PolicyInForce::active);
    }

    @Override
    public void close() {
        closed = true;
        courier.close();
        dialler.interrupt();
        channel.shutdownNow();
    }

    // ---- disk

    private void loadLastGood() {
        try {
            var kept = lastGood.load();
            if (kept.isEmpty()) {
                meters.count(FeedMeters.LastGood.ABSENT);
                return;
            }
            switch (Taking.consider(Optional.empty(), verifier.verify(kept.get()))) {
                case Taking.Taken taken -> {
                    activate(taken);
                    courier.begin(kept);
                    meters.count(FeedMeters.LastGood.LOADED);
                }
                case Taking.Already _ -> throw new IllegalStateException("nothing was in force");
                case Taking.Refused(_, var problems) -> unusable(problems.toString());
            }
        } catch (IOException e) {
            unusable(e.toString());
        }
    }

    private void unusable(String why) {
        meters.count(FeedMeters.LastGood.UNUSABLE);
        LOG.atError()
                .addKeyValue("file", lastGood.file())
                .addKeyValue("problem", why)
                .log("the policy kept on disk cannot be used; waiting for the control plane");
    }

    private void keep(VerifiedBundle bundle) {
        try {
            lastGood.save(bundle.bundle());
            meters.count(FeedMeters.LastGood.SAVED);
        } catch (IOException e) {
            // It is in force all the same: what the fleet decided holds. Only a restart now would
            // go back to the one before.
            meters.count(FeedMeters.LastGood.NOT_SAVED);
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("file", lastGood.file())
                    .log("the policy in force is not kept on disk");
        }
    }

    // ---- offers

    private EdgeMessage answer(Offer offer) {
        turn.lock();
        try {
            return switch (Taking.consider(inForce, verifier.verify(offer.getBundle()))) {
                case Taking.Taken taken -> {
                    activate(taken);
                    keep(taken.bundle());
                    meters.count(FeedMeters.Answer.TAKEN);
                    yield ack(offer, taken.next());
                }
                case Taking.Already(var active) -> {
                    meters.count(FeedMeters.Answer.ALREADY);
                    yield ack(offer, active);
                }
                case Taking.Refused(var version, var problems) -> {
                    meters.count(FeedMeters.Answer.REFUSED);
                    LOG.atError()
                            .addKeyValue("version", version)
                            .addKeyValue("active_version", version(inForce))
                            .addKeyValue("problems", problems.size())
                            .addKeyValue("first", problems.getFirst().getMessage())
                            .log("policy refused, nothing changed");
                    yield nack(offer, version, problems);
                }
            };
        } catch (
                RuntimeException
                        e) { // The backstop of this path: a defect must not cost the edge its
            // stream, or its policy.
            meters.count(FeedMeters.Answer.DEFECT);
            LOG.atError().setCause(e).log("policy refused by a defect, nothing changed");
            return nack(
                    offer,
                    0,
                    List.of(
                            Problem.newBuilder()
                                    .setMessage("a defect of this edge: " + e)
                                    .build()));
        } finally {
            turn.unlock();
        }
    }

    private void activate(Taking.Taken taken) {
        inForce = Optional.of(taken.next()); // The commit point: the next hello is decided by it.
        LOG.atInfo()
                .addKeyValue("version", taken.next().active().version())
                .addKeyValue("policy", taken.next().active().policy().name())
                .addKeyValue("warnings", taken.warnings().size())
                .log("policy in force");
        activated.accept(taken.next().active());
    }

    private static EdgeMessage ack(Offer offer, PolicyInForce active) {
        return EdgeMessage.newBuilder()
                .setAck(
                        Ack.newBuilder()
                                .setNonce(offer.getNonce())
                                .setActiveVersion(active.active().version()))
                .build();
    }

    private EdgeMessage nack(Offer offer, long version, List<Problem> problems) {
        return EdgeMessage.newBuilder()
                .setNack(
                        Nack.newBuilder()
                                .setNonce(offer.getNonce())
                                .setRejectedVersion(version)
                                .setActiveVersion(version(inForce))
                                .addAllProblems(problems))
                .build();
    }

    private static long version(Optional<PolicyInForce> inForce) {
        return inForce.map(each -> each.active().version()).orElse(0L);
    }

    private EdgeMessage hello() {
        var hello =
                Hello.newBuilder()
                        .setBuild(Build.version())
                        .setLanguage(PolicyCompiler.LANGUAGE)
                        .addAbilities(EdgeAbility.EDGE_ABILITY_LISTS)
                        .setAnswersExclusions(exclusions.isPresent())
                        .setActiveVersion(version(inForce));
        inForce.ifPresent(active -> hello.setActiveManifestSha256(active.manifestSha256()));
        return EdgeMessage.newBuilder().setHello(hello).build();
    }

    // ---- the stream

    private void dial() {
        var backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, new SecureRandom());
        try {
            while (!closed) {
                long opened = System.nanoTime();
                // gRPC has a back-off of its own, up to two minutes; this loop is the one that
                // counts.
                channel.resetConnectBackoff();
                var stream = new Stream();
                EdgeControlGrpc.newStub(channel).sync(stream);
                var status = stream.ended.join();
                meters.streamEnds();
                if (closed) {
                    return;
                }
                LOG.atWarn()
                        .addKeyValue("status", status.getCode())
                        .addKeyValue("reason", reason(status))
                        .addKeyValue("active_version", version(inForce))
                        .log("no stream to the control plane; the policy in force stays");
                if (System.nanoTime() - opened > GOOD_STREAM.toNanos()) {
                    backoff.reset();
                }
                TimeUnit.NANOSECONDS.sleep(backoff.next().toNanos());
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    private static String reason(Status status) {
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root == null
                ? String.valueOf(status.getDescription())
                : String.valueOf(root.getMessage());
    }

    /**
     * gRPC calls the methods of one stream one after the other, on its own threads; the next
     * message is asked for after each.
     */
    private final class Stream implements ClientResponseObserver<EdgeMessage, ControlMessage> {
        private final CompletableFuture<Status> ended = new CompletableFuture<>();
        private final CompletableFuture<ClientCallStreamObserver<EdgeMessage>> toControl =
                new CompletableFuture<>();

        @Override
        public void beforeStart(ClientCallStreamObserver<EdgeMessage> observer) {
            toControl.complete(observer);
            observer.setOnReadyHandler(
                    new Runnable() {
                        private boolean greeted;

                        @Override
                        public void run() {
                            if (!greeted) {
                                greeted = true;
                                meters.streamOpens();
                                observer.onNext(hello());
                            }
                        }
                    });
        }

        /** gRPC's observer is not thread-safe, and lists are waited for on another thread. */
        private synchronized void say(EdgeMessage message) {
            if (!ended.isDone()) {
                toControl.join().onNext(message);
            }
        }

        @Override
        public void onNext(ControlMessage message) {
            switch (message.getKindCase()) {
                case OFFER -> courier.bring(message.getOffer(), this::say);
                case EXCLUSIONS -> {
                    if (exclusions.isPresent()) {
                        var answer = exclusions.get().apply(message.getExclusions());
                        say(EdgeMessage.newBuilder().setExclusions(answer).build());
                    }
                }
                // A newer control plane may say what this edge does not know.
                case EMERGENCY, KIND_NOT_SET ->
                        LOG.atDebug().log("message of an unknown kind from the control plane");
            }
        }

        @Override
        public void onError(Throwable failure) {
            ended.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK.withDescription("the control plane ended the stream"));
        }
    }

    /** A control plane that restarts is back within seconds; an edge should not be much later. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);

    /** Long enough that a fleet of a thousand edges makes a hundred attempts a second at most. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** A stream that lived so long had been accepted. */
    private static final Duration GOOD_STREAM = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(PolicyFeed.class);
}
