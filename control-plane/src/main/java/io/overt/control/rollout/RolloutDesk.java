package io.overt.control.rollout;

import com.google.protobuf.ByteString;
import io.overt.control.rollout.Event.Act;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.RolloutStore;
import io.overt.control.store.SignedVersion;
import io.overt.proto.control.v1.RolloutPlan;
import io.overt.proto.control.v1.RolloutState;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The persistent shell of rollouts. What happens is stepped by the pure machine, kept, and only
 * then acted upon: a process that dies between the two acts when it comes back, and one that dies
 * before has done nothing. Only the newest rollout can change; those before it are over.
 * Thread-safe; blocking, one act at a time.
 */
public final class RolloutDesk implements Targets {
    private final RolloutStore store;
    private final PolicyStore versions;
    private final ApprovalBook approvals;
    private final Bundles bundles;
    private final Republisher republisher;
    private final LongSupplier highest;
    private final RolloutSettings settings;
    private final Clock clock;
    private final RolloutMeters meters;
    private final long firstBase;

    private final ReentrantLock turn = new ReentrantLock();
    private final Condition changed = turn.newCondition();

    /** Written under turn. */
    private volatile Optional<Ledger> current = Optional.empty();

    private volatile Fleet fleet = Fleet.NONE;
    private volatile Runnable nudge = () -> {};

    /** Of this process, for whoever watches. Guarded by turn. */
    private long revision;

    /**
     * Takes up what was kept.
     *
     * @param highest number of the newest version, whoever has it
     */
    public RolloutDesk(
            RolloutStore store,
            PolicyStore versions,
            ApprovalBook approvals,
            Republisher republisher,
            LongSupplier highest,
            RolloutSettings settings,
            Clock clock,
            RolloutMeters meters) {
        this.store = store;
        this.versions = versions;
        this.approvals = approvals;
        this.bundles = new Bundles(versions, approvals);
        this.republisher = republisher;
        this.highest = highest;
        this.settings = settings;
        this.clock = clock;
        this.meters = meters;
        this.firstBase = store.firstBase();
        refresh();
        meters.bind(this);
    }

    /** From now on, these are the edges. */
    public void serve(Fleet edges) {
        fleet = edges;
    }

    /** From now on, this is run when something may have to be looked at. */
    void onNudge(Runnable wake) {
        nudge = wake;
    }

    // ---- what edges are to have

    @Override
    public Target of(EdgeReport edge) {
        return current.map(ledger -> Target.of(ledger.state(), edge))
                .orElseGet(() -> new Target(firstBase, 0));
    }

    @Override
    public Optional<SignedVersion> version(long number) {
        return bundles.find(number);
    }

    @Override
    public long highest() {
        return highest.getAsLong();
    }

    @Override
    public long base() {
        return current.map(ledger -> ledger.state().base()).orElse(firstBase);
    }

    @Override
    public void nudge() {
        nudge.run();
    }

    // ---- what people do

    /**
     * A version was published: it is rolled out by the plan of the configuration.
     *
     * @return the rollout that brings it
     */
    public long published(SignedVersion version) {
        turn.lock();
        try {
            refresh();
            var running = current.map(each -> each.state().rollout().version()).orElse(0L);
            if (running > version.version()) {
                // Somebody published in the same moment, and that is on its way.
                return 0;
            }
            var brought =
                    version.version() == highest.getAsLong()
                            ? version
                            : republisher.republish(version, highest.getAsLong());
            return begin(
                    brought, version.version(), settings.plan(), version.publisher(), "published");
        } catch (RefusedException e) {
            // It is kept and can be started later; the one that runs is going back just now.
            LOG.atWarn()
                    .addKeyValue("version", version.version())
                    .log("a version was published and not rolled out: {}", e.getMessage());
            return 0;
        } finally {
            turn.unlock();
        }
    }

    /**
     * A version was published because a list has changed, and is rolled out like any other; but not
     * while another rollout is on its way, which somebody meant.
     *
     * @return the rollout that brings it; nothing while another one runs
     */
    public OptionalLong refreshed(SignedVersion version) {
        turn.lock();
        try {
            refresh();
            return running().isPresent()
                    ? OptionalLong.empty()
                    : OptionalLong.of(publishedAgain(version, version.publisher()));
        } finally {
            turn.unlock();
        }
    }

    /**
     * A version was to be published again that is the newest already: unless it is in force
     * everywhere, or on its way, it is rolled out now.
     *
     * @return the rollout that brings it; 0 when it is in force everywhere, or cannot be started
     */
    public long publishedAgain(SignedVersion version, String actor) {
        turn.lock();
        try {
            refresh();
            if (base() == version.version()) {
                return 0;
            }
            var running = current.map(Ledger::state);
            if (running.isPresent()
                    && running.get().rollout().version() == version.version()
                    && !running.get().phase().over()) {
                return running.get().rollout().id();
            }
            return begin(version, version.version(), settings.plan(), actor, "published again");
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("version", version.version())
                    .log("a version was published again and not rolled out: {}", e.getMessage());
            return 0;
        } finally {
            turn.unlock();
        }
    }

    /**
     * Starts a rollout of a published version.
     *
     * @param plan empty for the one of the configuration
     */
    public RolloutState start(long number, Optional<RolloutPlan> plan, String actor, String reason)
            throws RefusedException {
        Plan parsed;
        try {
            parsed = plan.map(PlanMessages::parse).orElse(settings.plan());
        } catch (Plan.InvalidPlanException e) {
            throw RefusedException.malformed("plan", String.valueOf(e.getMessage()));
        }
        turn.lock();
        try {
            refresh();
            var version = require(number);
            if (base() == number && current.map(each -> each.state().phase().over()).orElse(true)) {
                throw RefusedException.notNow(
                        "version " + number, "version " + number + " is in force everywhere");
            }
            // Edges may have anything up to the newest: they take only what is above it.
            var brought =
                    number == highest.getAsLong()
                            ? version
                            : republisher.republish(version, highest.getAsLong());
            long id = begin(brought, number, parsed, actor, clip(reason));
            return view(id);
        } finally {
            turn.unlock();
        }
    }

    private long begin(SignedVersion version, long asked, Plan plan, String actor, String reason)
            throws RefusedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            refresh();
            var at = now();
            var before = current;
            long id = before.map(each -> each.state().rollout().id()).orElse(0L) + 1;
            var overtaken =
                    before.filter(each -> !each.state().phase().over())
                            .map(each -> new Overtaking(each, new Event.Overtaken(at, id, actor)));
            if (overtaken.isPresent() && overtaken.get().step().refused().isPresent()) {
                throw RefusedException.notNow(
                        "rollout " + (id - 1),
                        "rollout " + (id - 1) + ": " + overtaken.get().step().refused().get());
            }
            long base = overtaken.map(each -> each.step().next().base()).orElseGet(this::base);
            var rollout =
                    new Rollout(
                            id,
                            version.version(),
                            asked,
                            version.policy(),
                            // Of what was aborted before, edges keep what they have.
                            base == version.version() ? 0 : base,
                            plan,
                            approvals.needed(),
                            at,
                            actor,
                            reason);
            var begun =
                    Ledger.begin(
                            rollout, approvals.of(version).counted(), settings.frozenUntil(at));
            // The commit point: from here on this rollout is the one that runs.
            if (store.begin(begun.row(), overtaken.map(Overtaking::row))) {
                LOG.atInfo()
                        .addKeyValue("rollout", id)
                        .addKeyValue("version", version.version())
                        .addKeyValue("phase", begun.ledger().state().phase().text())
                        .addKeyValue("actor", actor)
                        .log("rollout started");
                take(begun.ledger());
                return id;
            }
        }
        throw new IllegalStateException("another control plane starts rollouts without end");
    }

    /** What a rollout comes to that a newer one overtakes. */
    private record Overtaking(Ledger ledger, Event.Overtaken event) {
        Step step() {
            return ledger.state().on(event);
        }

        io.overt.control.store.RolloutEventRow row() {
            return ledger.entry(event, step());
        }
    }

    /**
     * Pauses, resumes, aborts or rolls back.
     *
     * @param id 0 for the newest
     */
    public RolloutState ask(long id, Act act, String actor, String reason) throws RefusedException {
        turn.lock();
        try {
            refresh();
            var newest = current.orElseThrow(RolloutDesk::none);
            long own = newest.state().rollout().id();
            if (id != 0 && id != own) {
                if (id > own || store.find(id).isEmpty()) {
                    throw RefusedException.notFound("rollout " + id, "there is no rollout " + id);
                }
                throw RefusedException.notNow(
                        "rollout " + id,
                        "rollout %d is not the newest, which is %d".formatted(id, own));
            }
            var refused = apply(new Event.Asked(now(), act, actor, clip(reason)));
            if (refused.isPresent()) {
                throw RefusedException.notNow("rollout " + own, refused.get());
            }
            return view(own);
        } finally {
            turn.unlock();
        }
    }

    /**
     * Takes a person's approval of a version.
     *
     * @return the person's name
     */
    public String approve(long number, ByteString signature, String actor) throws RefusedException {
        var version = require(number);
        var name = approvals.add(version, signature, actor, now());
        LOG.atInfo()
                .addKeyValue("version", number)
                .addKeyValue("approver", name)
                .addKeyValue("actor", actor)
                .log("version approved");
        turn.lock();
        try {
            refresh();
            bundles.forget(number);
            if (current.isPresent()) {
                long awaited = current.get().state().rollout().version();
                bundles.forget(awaited);
                apply(new Event.Approved(now(), approvals.of(require(awaited)).counted()));
            }
        } finally {
            turn.unlock();
        }
        nudge();
        return name;
    }

    // ---- what is shown

    /** Who has approved a version. */
    public ApprovalBook.Standing approvals(long number) throws RefusedException {
        return approvals.of(require(number));
    }

    /** What people sign who approve it. */
    public byte[] statement(long number) throws RefusedException {
        return ApprovalBook.statement(require(number));
    }

    /** A published version; 0 for the newest. */
    public SignedVersion require(long number) throws RefusedException {
        return versions.find(number == 0 ? highest.getAsLong() : number)
                .orElseThrow(
                        () ->
                                RefusedException.notFound(
                                        "version " + number,
                                        "there is no version " + Long.toUnsignedString(number)));
    }

    /** One; 0 for the newest. */
    public RolloutState view(long id) throws RefusedException {
        turn.lock();
        try {
            refresh();
            var newest = current.orElseThrow(RolloutDesk::none);
            if (id == 0 || id == newest.state().rollout().id()) {
                return shown(newest);
            }
            return store.find(id)
                    .map(Ledger::replay)
                    .map(ledger -> RolloutMessages.past(ledger))
                    .orElseThrow(
                            () ->
                                    RefusedException.notFound(
                                            "rollout " + id, "there is no rollout " + id));
        } finally {
            turn.unlock();
        }
    }

    /** The newest first, those with a number below. */
    public List<RolloutState> list(long below, int limit) {
        return store.list(below, limit).stream()
                .map(Ledger::replay)
                .map(RolloutMessages::past)
                .map(each -> each.toBuilder().clearHistory().build())
                .toList();
    }

    /** The newest rollout that brings, or brought, a version; 0 when there is none. */
    public long of(long version) {
        return store.ofVersion(version).orElse(0);
    }

    /** The state of the newest. */
    Optional<State> newest() {
        return current.map(Ledger::state);
    }

    /** The newest, for who shows edges beside it. */
    public Optional<Rollout> running() {
        return current.map(Ledger::state)
                .filter(state -> !state.phase().over())
                .map(State::rollout);
    }

    /** Waits until a rollout has changed since, or the time is up. */
    public long awaitChange(long since, long nanos) throws InterruptedException {
        turn.lock();
        try {
            long left = nanos;
            while (revision == since && left > 0) {
                left = changed.awaitNanos(left);
            }
            return revision;
        } finally {
            turn.unlock();
        }
    }

    private RolloutState shown(Ledger ledger) {
        var state = ledger.state();
        int counted =
                versions.find(state.rollout().version())
                        .map(version -> approvals.of(version).counted())
                        .orElse(0);
        return state.phase().over()
                ? RolloutMessages.past(ledger).toBuilder().setApprovals(counted).build()
                : RolloutMessages.running(ledger, fleet.reports(), counted);
    }

    // ---- the way of each event

    /** Looks at the fleet, and does what is due. */
    void look() {
        turn.lock();
        try {
            refresh();
            settle();
            if (current.isEmpty() || current.get().state().phase().over()) {
                return;
            }
            var at = now();
            apply(Look.at(current.get().state(), at, settings.frozenUntil(at), fleet.reports()));
            // Figures change without an event: whoever watches looks again.
            revision++;
            changed.signalAll();
        } finally {
            turn.unlock();
        }
    }

    /** Takes up what another control plane has done. */
    void follow() {
        refresh();
    }

    /** How long a start waits for edges that were connected. */
    java.time.Duration waitAfterStart() {
        return settings.waitAfterStart();
    }

    /** Whether an edge that was connected has not come back yet. */
    boolean edgesAreExpected() {
        return fleet.reports().stream()
                .anyMatch(edge -> edge.presence() == EdgeReport.Presence.EXPECTED);
    }

    /** Why it is refused, if it is. */
    private Optional<String> apply(Event event) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (current.isEmpty()) {
                return Optional.empty();
            }
            var ledger = current.get();
            var step = ledger.state().on(event);
            if (step.refused().isPresent() || step.next().equals(ledger.state())) {
                return step.refused();
            }
            var entry = ledger.entry(event, step);
            // The commit point: what this leads to is done from here on, by whoever is alive.
            if (store.append(entry)) {
                LOG.atInfo()
                        .addKeyValue("rollout", entry.rollout())
                        .addKeyValue("from", ledger.state().phase().text())
                        .addKeyValue("to", step.next().phase().text())
                        .addKeyValue("actor", entry.actor())
                        .addKeyValue("reason", entry.reason())
                        .log("rollout went on");
                meters.count(step.next());
                take(ledger.with(entry, step.next()));
                settle();
                return Optional.empty();
            }
            refresh();
        }
        throw new IllegalStateException("another control plane acts on this rollout without end");
    }

    /** What is due whatever happens: a way back needs a number. */
    private void settle() {
        if (current.isPresent()
                && current.get().state() instanceof State.RollingBack rolling
                && rolling.back() == 0) {
            var rollout = rolling.rollout();
            var base =
                    versions.find(rollout.base())
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "version " + rollout.base() + " is not kept"));
            var again = republisher.republish(base, rollout.version());
            apply(new Event.PublishedAgain(now(), again.version()));
        }
    }

    /** Another control plane on the same store may have acted. */
    private void refresh() {
        turn.lock();
        try {
            var mark = store.newest();
            if (mark.isPresent() && !mark.equals(current.map(Ledger::mark))) {
                store.find(mark.get().rollout()).map(Ledger::replay).ifPresent(this::take);
            }
        } finally {
            turn.unlock();
        }
    }

    private void take(Ledger next) {
        current = Optional.of(next);
        revision++;
        changed.signalAll();
        fleet.retarget();
        nudge.run();
    }

    /** What is kept has milliseconds: a replay must see what this saw. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static String clip(String reason) {
        return reason.length() <= MOST_REASON ? reason : reason.substring(0, MOST_REASON) + "…";
    }

    private static RefusedException none() {
        return RefusedException.notFound("rollout", "there is no rollout yet");
    }

    /** Each lost race is another control plane's act, of which there is one every few seconds. */
    private static final int ATTEMPTS = 10;

    private static final int MOST_REASON = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(RolloutDesk.class);
}
