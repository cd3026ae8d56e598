package io.overt.edge.policy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.EdgeControlGrpc;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.ExclusionAnswer;
import io.overt.proto.control.v1.ExclusionAsk;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.approval.Approvers;
import io.overt.service.bundle.PolicyPublicKey;
import io.overt.service.config.ConfigException;
import io.overt.service.identity.ExpectedPeer;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.process.Build;
import io.overt.service.process.StartException;
import io.overt.service.rpc.FleetChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream to the control plane open, the newest good version in force, and the control
 * plane told how connections fare. Without a control plane the last version stays in force, for
 * ever if need be: an edge fails stale.
 *
 * <p>Thread-safe; reading the policy is one volatile read and fit for an event loop. Whoever starts
 * it closes it.
 */
public final class PolicyFeed implements Supplier<Optional<ActivePolicy>>, AutoCloseable {
    private final PolicyDesk desk;
    private final EmergencyDesk emergencies;
    private final DemandedApprovals approvals;
    private final ManagedChannel channel;
    private final ListCourier courier;
    private final With with;
    private final FeedMeters meters;
    private final SecureRandom random = new SecureRandom();
    private final Thread dialler;
    private final Thread reporter;

    /** The open stream, or the last one. */
    private volatile @Nullable ControlStream stream;

    private volatile PolicyFeedConfig.Terms terms;
    private volatile boolean closed;

    /**
     * What the feed works with; none of it is closed here.
     *
     * @param activated called for each version that comes into force, the one from disk included,
     *     before it is acknowledged; on the starting thread or gRPC's, must not block
     * @param exclusions answers the control plane's questions about them at once, on gRPC's
     *     threads; empty where there is nothing to ask
     * @param figures how connections fare
     * @param clock says when an emergency order is over
     */
    public record With(
            Consumer<ActivePolicy> activated,
            Optional<Function<ExclusionAsk, ExclusionAnswer>> exclusions,
            Figures figures,
            InstantSource clock) {}

    /**
     * Puts the last good version on disk in force, if there is one, then begins to call the control
     * plane. Does not wait for it: whether there is a policy is for {@link #get()} and {@code
     * activated} to say.
     *
     * @param state folder of this edge's own; made if need be
     * @throws StartException when a pinned key or the approvers cannot be read or the folder not be
     *     written
     */
    public static PolicyFeed start(
            PolicyFeedConfig config, FleetTls tls, Path state, MeterRegistry meters, With with)
            throws StartException {
        var pinned = pinned(config.signingKeys());
        var approvals = new DemandedApprovals(approvers(config.terms()));
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
        var verifier = new BundleVerifier(pinned, approvals, config.maxBytes(), shelf::find);
        var desk =
                new PolicyDesk(
                        verifier,
                        new LastGoodBundle(state, maxMessage),
                        with.activated(),
                        with.figures(),
                        meters);
        var emergencies =
                new EmergencyDesk(
                        new EmergencyVerifier(pinned, tls.self().site()),
                        new WholeFile(state.resolve("emergency.order"), MAX_ORDER_FILE),
                        with.clock(),
                        new EmergencyMeters(meters));
        var channel =
                FleetChannel.toAny(
                        config.controls(),
                        tls,
                        ExpectedPeer.of(Role.CONTROL),
                        Math.toIntExact(maxMessage));
        var lists =
                new Lists(
                        shelf,
                        new ListFetcher(
                                channel,
                                shelf,
                                config.lists(),
                                new SecureRandom(),
                                new ListMeters(meters)),
                        config.lists(),
                        verifier);
        return new PolicyFeed(config.terms(), desk, emergencies, approvals, channel, lists, with);
    }

    /** What a courier is made of. */
    private record Lists(
            ListShelf shelf,
            ListFetcher fetcher,
            ListShelfConfig config,
            BundleVerifier verifier) {}

    private static ListShelf shelf(Path folder, ListShelfConfig config) throws StartException {
        try {
            return new ListShelf(folder, config.maxBytes());
        } catch (IOException e) {
            throw new StartException(folder + ": cannot be made: " + e, e);
        }
    }

    /** The same where there is no data path whose connections could fare well or badly. */
    public static PolicyFeed start(
            PolicyFeedConfig config,
            FleetTls tls,
            Path state,
            MeterRegistry meters,
            Consumer<ActivePolicy> activated)
            throws StartException {
        var clock = InstantSource.system();
        return start(
                config,
                tls,
                state,
                meters,
                new With(activated, Optional.empty(), new NoConnections(clock), clock));
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

    private static Optional<Approvers> approvers(PolicyFeedConfig.Terms terms)
            throws StartException {
        try {
            return terms.readApprovers();
        } catch (ConfigException e) {
            throw new StartException("policy.approvers: " + e.getMessage(), e);
        }
    }

    private PolicyFeed(
            PolicyFeedConfig.Terms terms,
            PolicyDesk desk,
            EmergencyDesk emergencies,
            DemandedApprovals approvals,
            ManagedChannel channel,
            Lists lists,
            With with) {
        this.desk = desk;
        this.emergencies = emergencies;
        this.approvals = approvals;
        this.channel = channel;
        this.with = with;
        this.meters = desk.meters();
        this.terms = terms;
        this.courier =
                new ListCourier(
                        lists.shelf(),
                        lists.fetcher(),
                        lists.config(),
                        lists.verifier()::believed,
                        desk::version,
                        this::answers);
        desk.loadLastGood();
        courier.begin(desk.kept());
        this.dialler = Thread.ofVirtual().name("policy-feed").start(this::dial);
        this.reporter = Thread.ofVirtual().name("policy-health").start(this::report);
    }

    /** The policy in force; empty until there is one. */
    @Override
    public Optional<ActivePolicy> get() {
        return desk.enforced();
    }

    /** The policy that is decided by beside it, and not acted upon. */
    public Optional<ActivePolicy> shadow() {
        return desk.shadow();
    }

    /** The order by which nothing is inspected at this moment. */
    public Optional<Emergency> emergency() {
        return emergencies.now();
    }

    /** What is in force, signed and approved, for other edges of the site. Reads the disk. */
    public Optional<PolicyBundle> kept() {
        return desk.kept();
    }

    /** What names the version in force, 32 bytes; empty where there is none. */
    public byte[] manifestSha256() {
        return desk.manifestSha256().toByteArray();
    }

    /**
     * Another edge of the site has this in force. It is taken where this edge has nothing, if it is
     * as well signed and approved as from the control plane.
     *
     * @return whether it is in force now
     */
    public boolean hear(PolicyBundle ofAnotherEdge) {
        return desk.fromSite(ofAnotherEdge) == PolicyDesk.Hearsay.TAKEN;
    }

    /**
     * Brings other terms into force: approvals from the next version on, labels with a stream that
     * begins anew.
     *
     * @param approvers as the terms' file says
     */
    public void apply(PolicyFeedConfig.Terms next, Optional<Approvers> approvers) {
        approvals.demand(approvers);
        desk.lookAgain();
        var before = terms;
        terms = next;
        var open = stream;
        if (open != null && !before.labels().equals(next.labels())) {
            open.finish();
        }
    }

    /** Says how connections fared to the last, where the control plane listens, and goes. */
    @Override
    public void close() {
        closed = true;
        var last = stream;
        if (last != null) {
            tell(last);
            last.finish();
            try {
                var _ = last.ended().get(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.atDebug().setCause(e).log("the control plane did not end the stream in time");
            }
        }
        courier.close();
        dialler.interrupt();
        reporter.interrupt();
        channel.shutdownNow();
        desk.end();
    }

    // ---- what is said

    private EdgeMessage hello() {
        var hello =
                Hello.newBuilder()
                        .setBuild(Build.version())
                        .setAnswersExclusions(with.exclusions().isPresent())
                        .addAllLabels(terms.labels())
                        .addAllAbilities(ABILITIES)
                        .setEmergency(emergencies.number());
        desk.introduce(hello);
        return EdgeMessage.newBuilder().setHello(hello).build();
    }

    private EdgeMessage health() {
        meters.healthSent();
        return EdgeMessage.newBuilder().setHealth(with.figures().health()).build();
    }

    private void tell(ControlStream open) {
        var _ = open.offer(this::health);
    }

    private List<EdgeMessage> answers(ControlMessage message) {
        return switch (message.getKindCase()) {
            case OFFER -> {
                var here = stream;
                courier.bring(
                        message.getOffer(),
                        said -> {
                            if (here != null) {
                                here.say(said);
                            }
                        });
                yield List.of();
            }
            case EXCLUSIONS ->
                    with.exclusions()
                            .map(each -> each.apply(message.getExclusions()))
                            .map(answer -> EdgeMessage.newBuilder().setExclusions(answer).build())
                            .map(List::of)
                            .orElse(List.of());
            case EMERGENCY ->
                    List.of(
                            EdgeMessage.newBuilder()
                                    .setEmergency(emergencies.answer(message.getEmergency()))
                                    .build());
            // A newer control plane may say what this edge does not know.
            case KIND_NOT_SET -> {
                LOG.atDebug().log("message of an unknown kind from the control plane");
                yield List.of();
            }
        };
    }

    private List<EdgeMessage> answers(Offer offer) {
        long before = desk.version();
        var answer = desk.answer(offer);
        return desk.version() == before ? List.of(answer) : List.of(answer, health());
    }

    // ---- the threads

    private void report() {
        try {
            while (!closed) {
                // From three quarters to five quarters, so that a fleet that was started in one
                // moment does not speak in one.
                long every = terms.healthEvery().toNanos();
                TimeUnit.NANOSECONDS.sleep(every * 3 / 4 + random.nextLong(every / 2 + 1));
                emergencies.look();
                var open = stream;
                if (open != null) {
                    tell(open);
                }
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    private void dial() {
        var redial = new Redial(random);
        try {
            while (!closed) {
                long opened = System.nanoTime();
                // gRPC has a back-off of its own, up to two minutes; this loop is the one that
                // counts.
                channel.resetConnectBackoff();
                var next = new ControlStream(this::hello, meters::streamOpens, this::answers);
                stream = next;
                EdgeControlGrpc.newStub(channel).sync(next);
                var status = next.ended().join();
                meters.streamEnds();
                if (closed) {
                    return;
                }
                LOG.atWarn()
                        .addKeyValue("status", status.getCode())
                        .addKeyValue("reason", reason(status))
                        .addKeyValue("active_version", desk.version())
                        .log("no stream to the control plane; the policy in force stays");
                if (System.nanoTime() - opened > GOOD_STREAM.toNanos()) {
                    redial.lived();
                }
                TimeUnit.NANOSECONDS.sleep(redial.next(terms.reconnectWithin()).toNanos());
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

    private static final List<EdgeAbility> ABILITIES =
            List.of(
                    EdgeAbility.EDGE_ABILITY_HEALTH,
                    EdgeAbility.EDGE_ABILITY_EMERGENCY,
                    EdgeAbility.EDGE_ABILITY_SHADOW,
                    EdgeAbility.EDGE_ABILITY_LISTS);

    /** A stream that lived so long had been accepted. */
    private static final Duration GOOD_STREAM = Duration.ofSeconds(5);

    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    /** An order, a signature and their framing. */
    private static final long MAX_ORDER_FILE = 32 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(PolicyFeed.class);
}
