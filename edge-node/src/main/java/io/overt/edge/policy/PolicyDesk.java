package io.overt.edge.policy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.policy.PolicyCompiler;
import io.overt.proto.control.v1.Ack;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.Hello;
import io.overt.proto.control.v1.Nack;
import io.overt.proto.control.v1.Offer;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes or refuses what is offered. What is offered is either put in force whole, by one write of
 * one reference, or refused with every problem and changes nothing. A version in shadow goes
 * through the same examination, decides beside the one in force, and is not kept on disk.
 *
 * <p>Thread-safe; reading what is in force is a volatile read, fit for an event loop.
 */
final class PolicyDesk {
    private final BundleVerifier verifier;
    private final LastGoodBundle lastGood;
    private final Consumer<ActivePolicy> activated;
    private final Figures figures;
    private final FeedMeters meters;

    /**
     * One offer at a time: the callback of a stream that has just ended may still be at work when
     * the next one's begins.
     */
    private final ReentrantLock turn = new ReentrantLock();

    /** Nothing more is taken from the site. Guarded by turn. */
    private boolean ended;

    /** The reference. Written under turn. */
    private volatile Held held = new Held(Optional.empty(), Optional.empty());

    /**
     * What decides.
     *
     * @param enforced is acted upon
     * @param shadow is not
     */
    private record Held(Optional<PolicyInForce> enforced, Optional<PolicyInForce> shadow) {}

    PolicyDesk(
            BundleVerifier verifier,
            LastGoodBundle lastGood,
            Consumer<ActivePolicy> activated,
            Figures figures,
            MeterRegistry registry) {
        this.verifier = verifier;
        this.lastGood = lastGood;
        this.activated = activated;
        this.figures = figures;
        this.meters =
                new FeedMeters(
                        registry, () -> version(held.enforced()), () -> version(held.shadow()));
    }

    FeedMeters meters() {
        return meters;
    }

    Optional<ActivePolicy> enforced() {
        return held.enforced().map(PolicyInForce::active);
    }

    Optional<ActivePolicy> shadow() {
        return held.shadow().map(PolicyInForce::active);
    }

    long version() {
        return version(held.enforced());
    }

    private static long version(Optional<PolicyInForce> policy) {
        return policy.map(each -> each.active().version()).orElse(0L);
    }

    /** What the control plane is told of versions when a stream begins. */
    void introduce(Hello.Builder hello) {
        var now = held;
        hello.setLanguage(PolicyCompiler.LANGUAGE)
                .setActiveVersion(version(now.enforced()))
                .setShadowVersion(version(now.shadow()));
        now.enforced().ifPresent(active -> hello.setActiveManifestSha256(active.manifestSha256()));
    }

    // ---- disk and site

    /** Puts the last good version on disk in force, if there is one. */
    void loadLastGood() {
        turn.lock();
        try {
            var kept = lastGood.load();
            if (kept.isEmpty()) {
                meters.count(FeedMeters.LastGood.ABSENT);
                return;
            }
            switch (Taking.consider(Optional.empty(), verifier.verify(kept.get()))) {
                case Taking.Taken taken -> {
                    activate(taken);
                    meters.count(FeedMeters.LastGood.LOADED);
                }
                case Taking.Already _ -> throw new IllegalStateException("nothing was in force");
                case Taking.Refused(_, var problems) -> unusable(problems.toString());
            }
        } catch (IOException e) {
            unusable(e.toString());
        } finally {
            turn.unlock();
        }
    }

    private void unusable(String why) {
        meters.count(FeedMeters.LastGood.UNUSABLE);
        LOG.atError()
                .addKeyValue("file", lastGood.file())
                .addKeyValue("problem", why)
                .log("the policy kept on disk cannot be used; waiting for the control plane");
    }

    /** What became of another edge's word. */
    enum Hearsay {
        TAKEN,
        NOT_NEEDED,
        REFUSED
    }

    /**
     * Takes from another edge of the site what it runs, where this one has nothing at all: whoever
     * has a version waits for its own offer, for a rollout goes edge by edge.
     */
    Hearsay fromSite(PolicyBundle heard) {
        turn.lock();
        try {
            if (ended || held.enforced().isPresent()) {
                return Hearsay.NOT_NEEDED;
            }
            return switch (Taking.consider(Optional.empty(), verifier.verify(heard))) {
                case Taking.Taken taken -> {
                    activate(taken);
                    keep(taken.bundle());
                    yield Hearsay.TAKEN;
                }
                case Taking.Already _ -> Hearsay.NOT_NEEDED;
                case Taking.Refused(var version, var problems) -> {
                    LOG.atError()
                            .addKeyValue("version", version)
                            .addKeyValue("problems", texts(problems))
                            .log("policy from the site refused, nothing changed");
                    yield Hearsay.REFUSED;
                }
            };
        } finally {
            turn.unlock();
        }
    }

    /** Returns when what is being taken just now is kept; from then on nothing is from the site. */
    void end() {
        turn.lock();
        try {
            ended = true;
        } finally {
            turn.unlock();
        }
    }

    /**
     * What is in force as it is on disk, for other edges of the site; empty where it is not there.
     */
    Optional<PolicyBundle> kept() {
        turn.lock();
        try {
            var active = held.enforced();
            return active.isEmpty()
                    ? Optional.empty()
                    : lastGood.load()
                            .filter(
                                    kept ->
                                            ByteString.copyFrom(
                                                            PolicySignature.sha256(
                                                                    kept.getManifest()
                                                                            .toByteArray()))
                                                    .equals(active.get().manifestSha256()));
        } catch (IOException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("file", lastGood.file())
                    .log("the policy in force cannot be read from disk, to be shared");
            return Optional.empty();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Says so where what is in force would not be taken any more, as those who approve have
     * changed. It stays in force all the same: to have no policy is to block everything.
     */
    void lookAgain() {
        kept().map(verifier::verify)
                .ifPresent(
                        verification -> {
                            switch (verification) {
                                case Verification.Verified _ -> {}
                                case Verification.Refused(var version, var problems) ->
                                        LOG.atError()
                                                .addKeyValue("version", version)
                                                .addKeyValue("problems", texts(problems))
                                                .log(
                                                        "the policy in force would not be taken any more; a restart would not take it");
                            }
                        });
    }

    private void keep(VerifiedBundle good) {
        try {
            lastGood.save(good.bundle());
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

    /** Answers an offer; on gRPC's threads. */
    EdgeMessage answer(Offer offer) {
        turn.lock();
        try {
            return switch (offer.getMode()) {
                case OFFER_MODE_UNSPECIFIED, OFFER_MODE_ENFORCE -> enforce(offer);
                case OFFER_MODE_SHADOW -> shadow(offer);
                case OFFER_MODE_END_SHADOW -> {
                    endShadow();
                    meters.count(FeedMeters.Answer.SHADOW_ENDED);
                    yield ack(offer);
                }
                case UNRECOGNIZED ->
                        refuse(
                                offer,
                                0,
                                List.of(
                                        problem(
                                                "mode "
                                                        + offer.getModeValue()
                                                        + " (expected: one that this edge knows)")));
            };
        } catch (
                RuntimeException
                        e) { // The backstop of this path: a defect must not cost the edge its
            // stream, or its policy.
            meters.count(FeedMeters.Answer.DEFECT);
            LOG.atError().setCause(e).log("policy refused by a defect, nothing changed");
            return nack(offer, 0, List.of(problem("a defect of this edge: " + e)));
        } finally {
            turn.unlock();
        }
    }

    private EdgeMessage enforce(Offer offer) {
        return switch (Taking.consider(held.enforced(), verifier.verify(offer.getBundle()))) {
            case Taking.Taken taken -> {
                activate(taken);
                keep(taken.bundle());
                meters.count(FeedMeters.Answer.TAKEN);
                yield ack(offer);
            }
            case Taking.Already(var active, var again) -> {
                var approvals = again.bundle().getApprovalsList();
                // The same content with other approvals: a restart may need the newer ones.
                if (!active.approvals().equals(approvals)) {
                    var now =
                            new PolicyInForce(active.active(), active.manifestSha256(), approvals);
                    held = new Held(Optional.of(now), held.shadow());
                    keep(again);
                }
                meters.count(FeedMeters.Answer.ALREADY);
                yield ack(offer);
            }
            case Taking.Refused(var version, var problems) -> refuse(offer, version, problems);
        };
    }

    private EdgeMessage shadow(Offer offer) {
        return switch (Taking.consider(held.enforced(), verifier.verify(offer.getBundle()))) {
            case Taking.Taken taken -> {
                if (held.shadow()
                        .filter(now -> now.manifestSha256().equals(taken.next().manifestSha256()))
                        .isEmpty()) {
                    var next = taken.next().active();
                    // Before it decides anything.
                    figures.shadowBegan(next.version());
                    held = new Held(held.enforced(), Optional.of(taken.next()));
                    LOG.atInfo()
                            .addKeyValue("version", next.version())
                            .addKeyValue("active_version", version())
                            .log("policy in shadow");
                }
                meters.count(FeedMeters.Answer.SHADOW_TAKEN);
                yield ack(offer);
            }
            case Taking.Already(var active, _) ->
                    refuse(
                            offer,
                            active.active().version(),
                            List.of(
                                    problem(
                                            "version "
                                                    + active.active().version()
                                                    + " is in force (expected: another one, to be in shadow)")));
            case Taking.Refused(var version, var problems) -> refuse(offer, version, problems);
        };
    }

    private void endShadow() {
        if (held.shadow().isPresent()) {
            LOG.atInfo()
                    .addKeyValue("version", version(held.shadow()))
                    .log("policy no longer in shadow");
            held = new Held(held.enforced(), Optional.empty());
            figures.shadowBegan(0);
        }
    }

    private void activate(Taking.Taken taken) {
        var next = taken.next().active();
        // What is in shadow is to come; what has come, or was overtaken, is not.
        if (version(held.shadow()) <= next.version()) {
            endShadow();
        }
        // Before it decides anything.
        figures.began(next.version());
        // The commit point: the next hello is decided by it.
        held = new Held(Optional.of(taken.next()), held.shadow());
        LOG.atInfo()
                .addKeyValue("version", next.version())
                .addKeyValue("policy", next.policy().name())
                .addKeyValue("warnings", taken.warnings().size())
                .log("policy in force");
        activated.accept(next);
    }

    private EdgeMessage refuse(Offer offer, long version, List<Problem> problems) {
        meters.count(FeedMeters.Answer.REFUSED);
        LOG.atError()
                .addKeyValue("version", version)
                .addKeyValue("active_version", version())
                .addKeyValue("problems", problems.size())
                .addKeyValue("first", problems.getFirst().getMessage())
                .log("policy refused, nothing changed");
        return nack(offer, version, problems);
    }

    private EdgeMessage ack(Offer offer) {
        return EdgeMessage.newBuilder()
                .setAck(
                        Ack.newBuilder()
                                .setNonce(offer.getNonce())
                                .setActiveVersion(version())
                                .setShadowVersion(version(held.shadow())))
                .build();
    }

    private EdgeMessage nack(Offer offer, long version, List<Problem> problems) {
        return EdgeMessage.newBuilder()
                .setNack(
                        Nack.newBuilder()
                                .setNonce(offer.getNonce())
                                .setRejectedVersion(version)
                                .setActiveVersion(version())
                                .addAllProblems(problems))
                .build();
    }

    private static Problem problem(String message) {
        return Problem.newBuilder().setMessage(message).build();
    }

    private static List<String> texts(List<Problem> problems) {
        return problems.stream().map(Problem::getMessage).toList();
    }

    /** What names the version in force; empty where there is none. */
    ByteString manifestSha256() {
        return held.enforced().map(PolicyInForce::manifestSha256).orElse(ByteString.EMPTY);
    }

    private static final Logger LOG = LoggerFactory.getLogger(PolicyDesk.class);
}
