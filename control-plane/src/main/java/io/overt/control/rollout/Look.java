package io.overt.control.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What of a fleet concerns a rollout, as one event. Pure. */
final class Look {

    static Event.Looked at(
            State state, Instant at, Optional<Instant> frozenUntil, List<EdgeReport> fleet) {
        return new Event.Looked(at, frozenUntil, progress(state, fleet), readings(state, fleet));
    }

    private static Progress progress(State state, List<EdgeReport> fleet) {
        return switch (state) {
            case State.Offering(var rollout, var wave, _, _) -> Progress.of(rollout, wave, fleet);
            case State.Baking(var rollout, var wave, _, _) -> Progress.of(rollout, wave, fleet);
            case State.Paused(var rollout, var wave, _, _, _) -> Progress.of(rollout, wave, fleet);
            case State.RollingBack(var rollout, _, var back, _, _) ->
                    Progress.back(rollout, back, fleet);
            case State.AwaitingApproval _,
                    State.Scheduled _,
                    State.RolledBack _,
                    State.Aborted _,
                    State.Complete _,
                    State.Superseded _ ->
                    Progress.NONE;
        };
    }

    /** Each gate of the plan, by what edges last said. */
    static List<Gate.Reading> readings(State state, List<EdgeReport> fleet) {
        var rollout = state.rollout();
        var gates = rollout.plan().gates();
        if (gates.isEmpty()) {
            return List.of();
        }
        var figures =
                sum(fleet, rollout.version(), EdgeReport::enforced)
                        .plus(sum(fleet, rollout.version(), EdgeReport::shadowed));
        var base = sum(fleet, rollout.base(), EdgeReport::enforced);
        int nacks =
                (int) fleet.stream().filter(edge -> edge.rejected() == rollout.version()).count();
        return gates.stream().map(gate -> gate.read(figures, base, nacks)).toList();
    }

    private static Figures sum(
            List<EdgeReport> fleet, long version, Function<EdgeReport, Map<Long, Figures>> of) {
        return fleet.stream()
                .map(edge -> of.apply(edge).getOrDefault(version, Figures.NONE))
                .reduce(Figures.NONE, Figures::plus);
    }

    private Look() {}
}
