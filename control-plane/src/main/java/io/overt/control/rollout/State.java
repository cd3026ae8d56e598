package io.overt.control.rollout;

import io.overt.control.rollout.Event.Act;
import io.overt.control.rollout.Gate.Metric;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A rollout, at one moment. A state holds exactly what is known in it, and {@link #on} is a pure
 * function: the same state and event give the same step. No clock, no fleet and no store inside:
 * events bring what was seen. What a state means for an edge is {@link Target}'s to say.
 *
 * <pre>
 *  begin ──▶ AwaitingApproval ──▶ Scheduled ──▶ Offering ──▶ Baking ──▶ Complete
 *                                                 ▲  │  ▲      │ │         │
 *                                                 │  ▼  └──────┘ ▼         ▼
 *                                                 Paused ──▶ RollingBack ──▶ RolledBack
 * </pre>
 *
 * From each that is not over, also Aborted (by a person) and Superseded (by a newer rollout).
 */
public sealed interface State {

    /** What never changes of it. */
    Rollout rollout();

    /** When this state began. */
    Instant since();

    /** What people call this state. */
    Phase phase();

    /** What {@code event} leads to. */
    Step on(Event event);

    /** What an edge has that no rollout is concerned with: where the next one begins. */
    default long base() {
        return rollout().base();
    }

    /** What a person may ask for now. */
    default Set<Act> possible() {
        return Set.of();
    }

    /** When it goes on by itself if all is well. */
    default Optional<Instant> next() {
        return Optional.empty();
    }

    /**
     * A rollout begins.
     *
     * @param approvals that count already
     */
    static State begin(Rollout rollout, int approvals, Optional<Instant> frozenUntil) {
        var at = rollout.started();
        return approvals < rollout.needed()
                ? new AwaitingApproval(rollout, at, approvals)
                : Scheduled.enter(rollout, at, frozenUntil).next();
    }

    /** Until enough people have approved the version. Nothing was offered to anybody. */
    record AwaitingApproval(Rollout rollout, Instant since, int counted) implements State {
        @Override
        public Phase phase() {
            return Phase.AWAITING_APPROVAL;
        }

        @Override
        public Set<Act> possible() {
            return EnumSet.of(Act.ABORT);
        }

        @Override
        public Step on(Event event) {
            return switch (event) {
                case Event.Approved(var at, var now) when now >= rollout.needed() ->
                        Step.to(
                                new Scheduled(rollout, at, rollout.plan().start()),
                                now + " of " + rollout.needed() + " approvals");
                case Event.Approved(_, var now) when now != counted ->
                        Step.to(
                                new AwaitingApproval(rollout, since, now),
                                now + " of " + rollout.needed() + " approvals");
                case Event.Approved _, Event.Looked _, Event.PublishedAgain _ -> Step.stay(this);
                case Event.Asked asked -> Exits.asked(this, asked);
                case Event.Overtaken overtaken -> Exits.overtaken(this, overtaken);
            };
        }
    }

    /**
     * Until its start, and until nothing is frozen.
     *
     * @param until when that is, as far as is known
     */
    record Scheduled(Rollout rollout, Instant since, Optional<Instant> until) implements State {
        static Step enter(Rollout rollout, Instant at, Optional<Instant> frozenUntil) {
            return new Scheduled(rollout, at, rollout.plan().start())
                    .begin(at, frozenUntil)
                    .orElseGet(
                            () ->
                                    Step.to(
                                            new Scheduled(
                                                    rollout,
                                                    at,
                                                    later(rollout.plan().start(), frozenUntil)),
                                            "waits"));
        }

        private Optional<Step> begin(Instant at, Optional<Instant> frozenUntil) {
            boolean early = rollout.plan().start().filter(at::isBefore).isPresent();
            return early || frozenUntil.isPresent()
                    ? Optional.empty()
                    : Optional.of(Exits.wave(rollout, 0, at));
        }

        @Override
        public Phase phase() {
            return Phase.SCHEDULED;
        }

        @Override
        public Optional<Instant> next() {
            return until;
        }

        @Override
        public Set<Act> possible() {
            return EnumSet.of(Act.ABORT);
        }

        @Override
        public Step on(Event event) {
            return switch (event) {
                case Event.Looked(var at, var frozen, _, _) ->
                        begin(at, frozen).orElseGet(() -> frozen(frozen));
                case Event.Approved _, Event.PublishedAgain _ -> Step.stay(this);
                case Event.Asked asked -> Exits.asked(this, asked);
                case Event.Overtaken overtaken -> Exits.overtaken(this, overtaken);
            };
        }

        private Step frozen(Optional<Instant> frozen) {
            var known = later(rollout.plan().start(), frozen);
            return known.equals(until)
                    ? Step.stay(this)
                    : Step.to(new Scheduled(rollout, since, known), "frozen");
        }

        private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
            return one.isPresent() && other.isPresent()
                    ? Optional.of(one.get().isAfter(other.get()) ? one.get() : other.get())
                    : one.or(() -> other);
        }
    }

    /**
     * The edges of a wave, and of those before, are offered the version.
     *
     * @param wave index in the plan
     * @param waived gates that have failed in this wave, and that a person went past
     */
    record Offering(Rollout rollout, int wave, Instant since, Set<Metric> waived) implements State {
        public Offering {
            waived = Set.copyOf(waived);
        }

        @Override
        public Phase phase() {
            return Phase.WAVE;
        }

        @Override
        public Optional<Instant> next() {
            return Optional.of(deadline());
        }

        @Override
        public Set<Act> possible() {
            return Exits.whileItRuns(rollout);
        }

        @Override
        public Step on(Event event) {
            return switch (event) {
                case Event.Looked looked ->
                        Exits.gates(this, wave, waived, looked).orElseGet(() -> look(looked));
                case Event.Asked(var at, var act, _, var reason) when act == Act.PAUSE ->
                        Exits.pause(this, wave, waived, Paused.Cause.PERSON, at, reason);
                case Event.Approved _, Event.PublishedAgain _ -> Step.stay(this);
                case Event.Asked asked -> Exits.asked(this, asked);
                case Event.Overtaken overtaken -> Exits.overtaken(this, overtaken);
            };
        }

        private Step look(Event.Looked looked) {
            var seen = looked.progress();
            if (seen.edges() > 0 && seen.taken() == seen.edges()) {
                return through(looked, "taken by " + seen.taken() + " of " + seen.edges());
            }
            if (seen.edges() == 0 && seen.earlier() > 0) {
                return through(
                        looked, "no edge beyond the " + seen.earlier() + " that had it before");
            }
            boolean answered = seen.edges() > 0 && seen.pending() == 0 && seen.away() == 0;
            boolean late = !looked.at().isBefore(deadline());
            if (!answered && !late) {
                return Step.stay(this);
            }
            var plan = rollout.plan();
            if (seen.edges() == 0) {
                // Of the last wave there is nothing more to learn: whoever comes gets it as the
                // base.
                return wave == plan.waves().size() - 1
                        ? through(looked, "no edge was there to take it")
                        : Exits.pause(
                                this,
                                wave,
                                waived,
                                Paused.Cause.EMPTY_WAVE,
                                looked.at(),
                                "no edge of wave " + of().name() + " was there to take it");
            }
            var counts =
                    "taken by %d of %d edges, refused by %d, %d without an answer, %d away"
                            .formatted(
                                    seen.taken(),
                                    seen.edges(),
                                    seen.refused(),
                                    seen.pending(),
                                    seen.away());
            if ((long) seen.taken() * 100 >= (long) of().quorum() * seen.edges()) {
                return through(looked, counts);
            }
            return Exits.act(
                    plan.onDeadline(),
                    this,
                    wave,
                    waived,
                    Paused.Cause.DEADLINE,
                    looked.at(),
                    counts + " (expected: " + of().quorum() + " percent)");
        }

        private Step through(Event.Looked looked, String why) {
            var baking = new Baking(rollout, wave, looked.at(), waived);
            return of().bake().isZero() ? baking.on(looked, why) : Step.to(baking, why);
        }

        private Instant deadline() {
            return since.plus(of().deadline());
        }

        private Plan.Wave of() {
            return rollout.plan().waves().get(wave);
        }
    }

    /** The edges of a wave have the version, and are watched. */
    record Baking(Rollout rollout, int wave, Instant since, Set<Metric> waived) implements State {
        public Baking {
            waived = Set.copyOf(waived);
        }

        @Override
        public Phase phase() {
            return Phase.BAKING;
        }

        @Override
        public Optional<Instant> next() {
            return Optional.of(until());
        }

        @Override
        public Set<Act> possible() {
            return Exits.whileItRuns(rollout);
        }

        @Override
        public Step on(Event event) {
            return switch (event) {
                case Event.Looked looked ->
                        Exits.gates(this, wave, waived, looked)
                                .orElseGet(() -> on(looked, "baked, gates kept"));
                case Event.Asked(var at, var act, _, var reason) when act == Act.PAUSE ->
                        Exits.pause(this, wave, waived, Paused.Cause.PERSON, at, reason);
                case Event.Approved _, Event.PublishedAgain _ -> Step.stay(this);
                case Event.Asked asked -> Exits.asked(this, asked);
                case Event.Overtaken overtaken -> Exits.overtaken(this, overtaken);
            };
        }

        private Step on(Event.Looked looked, String why) {
            if (looked.at().isBefore(until())) {
                return Step.stay(this);
            }
            if (wave == rollout.plan().waves().size() - 1) {
                return Step.to(new Complete(rollout, looked.at()), why);
            }
            // What has begun goes on in a freeze, and nothing new begins.
            return looked.frozenUntil().isPresent()
                    ? since.equals(looked.at()) ? Step.to(this, why) : Step.stay(this)
                    : Step.to(new Offering(rollout, wave + 1, looked.at(), Set.of()), why);
        }

        private Instant until() {
            return since.plus(rollout.plan().waves().get(wave).bake());
        }
    }

    /**
     * Nobody gets the version who does not have it, until a person says how it goes on.
     *
     * @param waived what {@link Act#RESUME} goes past
     */
    record Paused(Rollout rollout, int wave, Instant since, Cause cause, Set<Metric> waived)
            implements State {

        /** Why. */
        public enum Cause {
            PERSON,
            GATE,
            DEADLINE,
            EMPTY_WAVE
        }

        public Paused {
            waived = Set.copyOf(waived);
        }

        @Override
        public Phase phase() {
            return Phase.PAUSED;
        }

        @Override
        public Set<Act> possible() {
            var acts = Exits.whileItRuns(rollout);
            acts.remove(Act.PAUSE);
            acts.add(Act.RESUME);
            return acts;
        }

        @Override
        public Step on(Event event) {
            return switch (event) {
                case Event.Asked(var at, var act, _, var reason) when act == Act.RESUME ->
                        Step.to(resumed(at), reason);
                case Event.Approved _, Event.PublishedAgain _, Event.Looked _ -> Step.stay(this);
                case Event.Asked asked -> Exits.asked(this, asked);
                case Event.Overtaken overtaken -> Exits.overtaken(this, overtaken);
            };
        }

        /** A person who goes on past a deadline accepts the wave as it is. */
        private State resumed(Instant at) {
            return switch (cause) {
                case PERSON, GATE -> new Offering(rollout, wave, at, waived);
                case DEADLINE, EMPTY_WAVE -> new Baking(rollout, wave, at, waived);
            };
        }
    }

    /**
     * The base is offered under a new number, to every edge.
     *
     * @param wave that had begun last
     * @param back the new number; 0 until the base was published again, when nothing is offered to
     *     anybody
     */
    record RollingBack(Rollout rollout, int wave, long back, Instant since, String cause)
            implements State {
        @Override
        public Phase phase() {
            return Phase.ROLLING_BACK;
        }

        @Override
        public long base() {
            return back == 0 ? rollout.base() : back;
        }

        @Override
        public Optional<Instant> next() {
            return Optional.of(since.plus(Plan.DEADLINE));
        }

        @Override
        public Step on(Event event) {
            return switch (event) {
                case Event.PublishedAgain(_, var number) when back == 0 ->
                        Step.to(
                                new RollingBack(rollout, wave, number, since, cause),
                                "version " + rollout.base() + " was published again as " + number);
                case Event.Looked(var at, _, var seen, _) when back != 0 && done(at, seen) ->
                        Step.to(
                                new RolledBack(rollout, back, at),
                                "taken by %d of %d edges".formatted(seen.taken(), seen.edges()));
                // Without a number for the way back, the newer rollout must wait: the base would be
                // below what edges have.
                case Event.Overtaken overtaken when back != 0 -> Exits.overtaken(this, overtaken);
                case Event.Asked _ -> Step.refuse(this, "it is rolling back");
                case Event.Overtaken _ -> Step.refuse(this, "it is rolling back");
                case Event.Looked _, Event.Approved _, Event.PublishedAgain _ -> Step.stay(this);
            };
        }

        /** Whoever comes later gets it as the base. */
        private boolean done(Instant at, Progress seen) {
            return (seen.pending() == 0 && seen.away() == 0)
                    || !at.isBefore(since.plus(Plan.DEADLINE));
        }
    }

    /** Over: the base is in force again, under its new number. */
    record RolledBack(Rollout rollout, long back, Instant since) implements State {
        @Override
        public Phase phase() {
            return Phase.ROLLED_BACK;
        }

        @Override
        public long base() {
            return back;
        }

        @Override
        public Step on(Event event) {
            return Exits.over(this, event);
        }
    }

    /**
     * Over, where it was: who has the version keeps it.
     *
     * @param begun whether an edge may have it
     */
    record Aborted(Rollout rollout, Instant since, Begun begun) implements State {

        /** Whether a wave had begun. */
        public enum Begun {
            NO,
            YES
        }

        @Override
        public Phase phase() {
            return Phase.ABORTED;
        }

        @Override
        public Set<Act> possible() {
            return begun == Begun.YES && rollout.base() != 0 ? EnumSet.of(Act.ROLL_BACK) : Set.of();
        }

        @Override
        public Step on(Event event) {
            return Exits.over(this, event);
        }
    }

    /** Over: in force everywhere. */
    record Complete(Rollout rollout, Instant since) implements State {
        @Override
        public Phase phase() {
            return Phase.COMPLETE;
        }

        @Override
        public long base() {
            return rollout.version();
        }

        @Override
        public Set<Act> possible() {
            return rollout.base() == 0 ? Set.of() : EnumSet.of(Act.ROLL_BACK);
        }

        @Override
        public Step on(Event event) {
            return Exits.over(this, event);
        }
    }

    /**
     * Over: a newer rollout took its place.
     *
     * @param base that the newer one begins with
     */
    record Superseded(Rollout rollout, Instant since, long by, long base) implements State {
        @Override
        public Phase phase() {
            return Phase.SUPERSEDED;
        }

        @Override
        public Step on(Event event) {
            return Exits.over(this, event);
        }
    }
}
