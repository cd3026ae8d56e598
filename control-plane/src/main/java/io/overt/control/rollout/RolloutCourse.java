package io.overt.control.rollout;

import io.overt.control.store.PolicyStore;
import io.overt.control.store.RolloutEventRow;
import io.overt.control.store.RolloutStore;
import io.overt.control.store.SignedVersion;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The course that rollouts take: what happens is stepped by the pure machine, kept, and only then
 * acted upon. A process that dies between the two acts when it comes back, and one that dies before
 * has done nothing. Only the newest rollout can change; those before it are over. Thread-safe;
 * blocking, one act at a time.
 */
public final class RolloutCourse {
    private final RolloutStore store;
    private final PolicyStore versions;
    private final ApprovalBook approvals;
    private final Republisher republisher;
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

    /** Takes up what was kept. */
    RolloutCourse(
            RolloutStore store,
            PolicyStore versions,
            ApprovalBook approvals,
            Republisher republisher,
            RolloutSettings settings,
            Clock clock,
            RolloutMeters meters) {
        this.store = store;
        this.versions = versions;
        this.approvals = approvals;
        this.republisher = republisher;
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

    /** Something may have to be looked at. Returns at once. */
    public void nudge() {
        nudge.run();
    }

    // ---- how it stands

    /** The newest, whole. */
    Optional<Ledger> current() {
        return current;
    }

    /** The state of the newest. */
    Optional<State> newest() {
        return current.map(Ledger::state);
    }

    /** The one that runs, if one does. */
    public Optional<Rollout> running() {
        return newest().filter(state -> !state.phase().over()).map(State::rollout);
    }

    /** What edges have that no rollout is concerned with; 0 when there is none. */
    public long base() {
        return newest().map(State::base).orElse(firstBase);
    }

    /** Every edge that was ever heard of. */
    List<EdgeReport> edges() {
        return fleet.reports();
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

    // ---- acts

    /** What is done while nothing else is. */
    @FunctionalInterface
    interface Turn<T, X extends Exception> {
        T take() throws X;
    }

    /** Does something in a turn of its own, by what other control planes have done until now. */
    <T, X extends Exception> T inTurn(Turn<T, X> done) throws X {
        turn.lock();
        try {
            refresh();
            return done.take();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Begins a rollout. In a turn.
     *
     * @param asked the version that was asked for, where {@code version} is that under a new number
     * @return its number
     */
    long begin(SignedVersion version, long asked, Plan plan, String actor, String reason)
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

        RolloutEventRow row() {
            return ledger.entry(event, step());
        }
    }

    /** What became of an event. */
    sealed interface Applied {
        /** It has happened, or changes nothing. */
        record Taken() implements Applied {}

        /** Not in the state that the rollout is in. */
        record Refused(String why) implements Applied {}

        /** The newest is another, or has come to something else, than was meant. */
        record NotMeant() implements Applied {}
    }

    /** Does with the newest what an event leads to. In a turn. */
    Applied apply(Event event) {
        return apply(event, _ -> true);
    }

    /**
     * The same.
     *
     * @param meant asked of the newest as it is when it happens, whoever else acts at that moment
     */
    Applied apply(Event event, Predicate<Ledger> meant) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (current.isEmpty()) {
                return new Applied.Taken();
            }
            var ledger = current.get();
            if (!meant.test(ledger)) {
                return new Applied.NotMeant();
            }
            var step = ledger.state().on(event);
            if (step.refused().isPresent()) {
                return new Applied.Refused(step.refused().get());
            }
            if (step.next().equals(ledger.state())) {
                return new Applied.Taken();
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
                return new Applied.Taken();
            }
            refresh();
        }
        throw new IllegalStateException("another control plane acts on this rollout without end");
    }

    // ---- what is due

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
            var _ =
                    apply(
                            Look.at(
                                    current.get().state(),
                                    at,
                                    settings.frozenUntil(at),
                                    fleet.reports()));
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
    Duration waitAfterStart() {
        return settings.waitAfterStart();
    }

    /** Whether an edge that was connected has not come back yet. */
    boolean edgesAreExpected() {
        return fleet.reports().stream()
                .anyMatch(edge -> edge.presence() == EdgeReport.Presence.EXPECTED);
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
            var _ = apply(new Event.PublishedAgain(now(), again.version()));
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
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Each lost race is another control plane's act, of which there is one every few seconds. */
    private static final int ATTEMPTS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(RolloutCourse.class);
}
