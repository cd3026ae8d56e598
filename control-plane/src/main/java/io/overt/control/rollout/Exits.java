package io.overt.control.rollout;

import io.overt.control.rollout.Event.Act;
import io.overt.control.rollout.Gate.Metric;
import io.overt.control.rollout.Gate.Standing;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Ways out of a state that several states share. Pure, as they are. */
final class Exits {

    /** A wave begins. */
    static Step wave(Rollout rollout, int wave, Instant at) {
        return Step.to(
                new State.Offering(rollout, wave, at, Set.of()),
                "wave " + rollout.plan().waves().get(wave).name());
    }

    /** What a person may want while a wave has begun. */
    static EnumSet<Act> whileItRuns(Rollout rollout) {
        return rollout.base() == 0
                ? EnumSet.of(Act.PAUSE, Act.ABORT)
                : EnumSet.of(Act.PAUSE, Act.ABORT, Act.ROLL_BACK);
    }

    /** What a person wants, but for what a state answers itself. */
    static Step asked(State state, Event.Asked asked) {
        if (!state.possible().contains(asked.act())) {
            return refuse(state, asked.act());
        }
        return switch (asked.act()) {
            case ABORT ->
                    Step.to(
                            new State.Aborted(state.rollout(), asked.at(), begun(state)),
                            asked.reason());
            case ROLL_BACK -> back(state, asked.at(), asked.reason());
            case PAUSE, RESUME -> refuse(state, asked.act());
        };
    }

    private static Step refuse(State state, Act act) {
        boolean baseless = act == Act.ROLL_BACK && state.rollout().base() == 0;
        return Step.refuse(
                state,
                "rollout %d is %s%s"
                        .formatted(
                                state.rollout().id(),
                                state.phase().text(),
                                baseless ? ", and no version was there before it" : ""));
    }

    private static State.Aborted.Begun begun(State state) {
        return switch (state) {
            case State.AwaitingApproval _, State.Scheduled _ -> State.Aborted.Begun.NO;
            case State.Offering _,
                    State.Baking _,
                    State.Paused _,
                    State.RollingBack _,
                    State.RolledBack _,
                    State.Aborted _,
                    State.Complete _,
                    State.Superseded _ ->
                    State.Aborted.Begun.YES;
        };
    }

    static Step overtaken(State state, Event.Overtaken overtaken) {
        return Step.to(
                new State.Superseded(state.rollout(), overtaken.at(), overtaken.by(), state.base()),
                "rollout " + overtaken.by() + " was started");
    }

    /** Of what is over, only what has left the version on edges can still be rolled back. */
    static Step over(State state, Event event) {
        return switch (event) {
            case Event.Asked asked -> asked(state, asked);
            case Event.Approved _, Event.Looked _, Event.PublishedAgain _, Event.Overtaken _ ->
                    Step.stay(state);
        };
    }

    static Step pause(
            State state,
            int wave,
            Set<Metric> waived,
            State.Paused.Cause cause,
            Instant at,
            String why) {
        return Step.to(new State.Paused(state.rollout(), wave, at, cause, waived), why);
    }

    static Step back(State state, Instant at, String why) {
        return Step.to(new State.RollingBack(state.rollout(), wave(state), 0, at, why), why);
    }

    /** What the plan says is to be done by itself. */
    static Step act(
            Gate.Action action,
            State state,
            int wave,
            Set<Metric> waived,
            State.Paused.Cause cause,
            Instant at,
            String why) {
        return switch (action) {
            case PAUSE -> pause(state, wave, waived, cause, at, why);
            case ROLL_BACK ->
                    state.rollout().base() == 0
                            ? pause(
                                    state,
                                    wave,
                                    waived,
                                    cause,
                                    at,
                                    why + "; no version was there before it")
                            : back(state, at, why);
        };
    }

    /** Whether a gate has failed that nobody has gone past: the gravest says what is done. */
    static Optional<Step> gates(State state, int wave, Set<Metric> waived, Event.Looked looked) {
        var failed =
                looked.readings().stream()
                        .filter(
                                reading ->
                                        reading.standing() == Standing.FAILED
                                                && !waived.contains(reading.gate().metric()))
                        .toList();
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        var gone = new HashSet<>(waived);
        failed.forEach(reading -> gone.add(reading.gate().metric()));
        boolean back =
                failed.stream().anyMatch(each -> each.gate().action() == Gate.Action.ROLL_BACK);
        return Optional.of(
                act(
                        back ? Gate.Action.ROLL_BACK : Gate.Action.PAUSE,
                        state,
                        wave,
                        gone,
                        State.Paused.Cause.GATE,
                        looked.at(),
                        String.join("; ", failed.stream().map(Gate.Reading::text).toList())));
    }

    /** The wave that had begun last. */
    static int wave(State state) {
        return switch (state) {
            case State.Offering(_, var wave, _, _) -> wave;
            case State.Baking(_, var wave, _, _) -> wave;
            case State.Paused(_, var wave, _, _, _) -> wave;
            case State.RollingBack(_, var wave, _, _, _) -> wave;
            case State.Complete complete -> complete.rollout().plan().waves().size() - 1;
            case State.AwaitingApproval _,
                    State.Scheduled _,
                    State.RolledBack _,
                    State.Aborted _,
                    State.Superseded _ ->
                    0;
        };
    }

    private Exits() {}
}
