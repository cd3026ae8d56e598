package io.overt.control.rollout;

import io.overt.control.rollout.EdgeReport.Shadow;
import io.overt.control.rollout.Plan.Wave.Mode;
import java.util.OptionalInt;

/**
 * What an edge is to have: a pure function of the newest rollout and of the edge. Each field is 0
 * where nothing is to be offered. Whoever offers never offers less than the edge has: versions only
 * rise there.
 */
public record Target(long enforced, long shadow) {

    /** Nothing is to be offered. */
    public static final Target NONE = new Target(0, 0);

    /** What this edge is to have. */
    public static Target of(State state, EdgeReport edge) {
        var rollout = state.rollout();
        return switch (state) {
            case State.AwaitingApproval _, State.Scheduled _ -> new Target(rollout.base(), 0);
            case State.Offering(_, var wave, _, _) -> inWaves(rollout, wave, edge);
            case State.Baking(_, var wave, _, _) -> inWaves(rollout, wave, edge);
            // Who has it keeps it; nobody gets it who has not.
            case State.Paused(_, var wave, _, _, _) ->
                    edge.active() == rollout.version()
                            ? new Target(rollout.version(), 0)
                            : new Target(
                                    rollout.base(),
                                    edge.shadow() == rollout.version()
                                            ? inWaves(rollout, wave, edge).shadow()
                                            : 0);
            case State.RollingBack(_, _, var back, _, _) -> new Target(back, 0);
            case State.RolledBack(_, var back, _) -> new Target(back, 0);
            case State.Aborted _, State.Superseded _, State.Complete _ ->
                    new Target(state.base(), 0);
        };
    }

    private static Target inWaves(Rollout rollout, int begun, EdgeReport edge) {
        if (begun(rollout.waveOf(edge.identity(), edge.labels(), Mode.ENFORCE), begun)) {
            return new Target(rollout.version(), 0);
        }
        boolean shadow =
                edge.takesShadow() == Shadow.TAKES
                        && begun(
                                rollout.waveOf(edge.identity(), edge.labels(), Mode.SHADOW), begun);
        return new Target(rollout.base(), shadow ? rollout.version() : 0);
    }

    private static boolean begun(OptionalInt wave, int begun) {
        return wave.isPresent() && wave.getAsInt() <= begun;
    }
}
