package io.overt.control.rollout;

import com.google.protobuf.ByteString;
import io.overt.control.rollout.Event.Act;
import io.overt.control.rollout.RolloutCourse.Applied;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.RolloutPlan;
import io.overt.proto.control.v1.RolloutState;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where rollouts are asked for: by people, by whoever publishes, and by a list that has changed.
 * Says what may be asked; what becomes of it is {@link RolloutCourse}'s. Thread-safe; blocking.
 */
public final class RolloutDesk {
    private final RolloutCourse course;
    private final RolloutViews views;
    private final Offers offers;
    private final ApprovalBook approvals;
    private final Republisher republisher;
    private final LongSupplier highest;
    private final RolloutSettings settings;

    RolloutDesk(
            RolloutCourse course,
            RolloutViews views,
            Offers offers,
            ApprovalBook approvals,
            Republisher republisher,
            LongSupplier highest,
            RolloutSettings settings) {
        this.course = course;
        this.views = views;
        this.offers = offers;
        this.approvals = approvals;
        this.republisher = republisher;
        this.highest = highest;
        this.settings = settings;
    }

    // ---- what is published

    /**
     * A version was published: it is rolled out by the plan of the configuration.
     *
     * @return the rollout that brings it
     */
    public long published(SignedVersion version) {
        try {
            return course.inTurn(
                    () -> {
                        var newest = course.newest().map(each -> each.rollout().version());
                        if (newest.orElse(0L) > version.version()) {
                            // Somebody published in the same moment, and that is on its way.
                            return 0L;
                        }
                        return course.begin(
                                highest(version),
                                version.version(),
                                settings.plan(),
                                version.publisher(),
                                "published");
                    });
        } catch (RefusedException e) {
            // It is kept and can be started later; the one that runs is going back just now.
            LOG.atWarn()
                    .addKeyValue("version", version.version())
                    .log("a version was published and not rolled out: {}", e.getMessage());
            return 0;
        }
    }

    /**
     * A version was published because a list has changed, and is rolled out like any other; but not
     * while another rollout is on its way, which somebody meant.
     *
     * @return the rollout that brings it; nothing while another one runs
     */
    public OptionalLong refreshed(SignedVersion version) {
        return course.inTurn(
                () ->
                        course.running().isPresent()
                                ? OptionalLong.empty()
                                : OptionalLong.of(publishedAgain(version, version.publisher())));
    }

    /**
     * A version was to be published again that is the newest already: unless it is in force
     * everywhere, or on its way, it is rolled out now.
     *
     * @return the rollout that brings it; 0 when it is in force everywhere, or cannot be started
     */
    public long publishedAgain(SignedVersion version, String actor) {
        try {
            return course.inTurn(
                    () -> {
                        if (course.base() == version.version()) {
                            return 0L;
                        }
                        var running = course.running();
                        if (running.isPresent() && running.get().version() == version.version()) {
                            return running.get().id();
                        }
                        return course.begin(
                                version,
                                version.version(),
                                settings.plan(),
                                actor,
                                "published again");
                    });
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("version", version.version())
                    .log("a version was published again and not rolled out: {}", e.getMessage());
            return 0;
        }
    }

    // ---- what people do

    /**
     * Starts a rollout of a published version.
     *
     * @param number 0 for the newest
     * @param plan empty for the one of the configuration
     */
    public RolloutState start(long number, Optional<RolloutPlan> plan, String actor, String reason)
            throws RefusedException {
        var parsed = parse(plan);
        return course.inTurn(
                () -> {
                    var version = views.require(number);
                    long asked = version.version();
                    if (course.base() == asked && course.running().isEmpty()) {
                        throw RefusedException.notNow(
                                "version " + asked, "version " + asked + " is in force everywhere");
                    }
                    return views.view(
                            course.begin(highest(version), asked, parsed, actor, clip(reason)));
                });
    }

    private Plan parse(Optional<RolloutPlan> plan) throws RefusedException {
        try {
            return plan.map(PlanMessages::parse).orElse(settings.plan());
        } catch (Plan.InvalidPlanException e) {
            throw RefusedException.malformed("plan", String.valueOf(e.getMessage()));
        }
    }

    /** Edges may have anything up to the newest: they take only what is above it. */
    private SignedVersion highest(SignedVersion version) {
        return version.version() == highest.getAsLong()
                ? version
                : republisher.republish(version, highest.getAsLong());
    }

    /**
     * Pauses, resumes, aborts or rolls back.
     *
     * @param id 0 for the newest
     * @param revision only while it has this one; empty: whatever it is
     */
    public RolloutState ask(long id, OptionalLong revision, Act act, String actor, String reason)
            throws RefusedException {
        if (id == 0 && revision.isPresent()) {
            throw RefusedException.malformed(
                    "if_revision",
                    revision.getAsLong() + " of whichever is the newest (expected: with its id)");
        }
        return course.inTurn(
                () -> {
                    long newest = course.newest().orElseThrow(RolloutViews::none).rollout().id();
                    var asked = new Event.Asked(course.now(), act, actor, clip(reason));
                    return switch (course.apply(asked, ledger -> isMeant(ledger, id, revision))) {
                        case Applied.Taken() -> views.view(id);
                        case Applied.Refused(var why) ->
                                throw RefusedException.notNow("rollout " + newest, why);
                        case Applied.NotMeant() -> throw notMeant(id, revision);
                    };
                });
    }

    private static boolean isMeant(Ledger ledger, long id, OptionalLong revision) {
        return (id == 0 || id == ledger.state().rollout().id())
                && (revision.isEmpty() || revision.getAsLong() == ledger.revision());
    }

    private RefusedException notMeant(long id, OptionalLong revision) throws RefusedException {
        var found = views.view(id);
        return revision.isPresent() && revision.getAsLong() != found.getRevision()
                ? RefusedException.changedSince(
                        "if_revision",
                        "rollout %d is at revision %d: %s (expected: %s, which this is based on)"
                                .formatted(
                                        id,
                                        found.getRevision(),
                                        found.getWhy(),
                                        Long.toUnsignedString(revision.getAsLong())))
                : RefusedException.notNow(
                        "rollout " + id,
                        "rollout %d is not the newest, which is %d"
                                .formatted(id, views.view(0).getId()));
    }

    /**
     * Takes a person's approval of a version.
     *
     * @return the person's name
     */
    public String approve(long number, ByteString signature, String actor) throws RefusedException {
        var version = views.require(number);
        var name = approvals.add(version, signature, actor, course.now());
        LOG.atInfo()
                .addKeyValue("version", number)
                .addKeyValue("approver", name)
                .addKeyValue("actor", actor)
                .log("version approved");
        offers.forget(number);
        var _ =
                course.inTurn(
                        () -> {
                            var awaited = course.newest().map(each -> each.rollout().version());
                            if (awaited.isEmpty()) {
                                return new Applied.Taken();
                            }
                            offers.forget(awaited.get());
                            return course.apply(
                                    new Event.Approved(
                                            course.now(),
                                            views.approvals(awaited.get()).counted()));
                        });
        course.nudge();
        return name;
    }

    private static String clip(String reason) {
        return reason.length() <= MOST_REASON ? reason : reason.substring(0, MOST_REASON) + "…";
    }

    private static final int MOST_REASON = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(RolloutDesk.class);
}
