package io.overt.control.rollout;

import static io.overt.control.rollout.PlanMessages.timestamp;

import io.overt.control.rollout.Gate.Standing;
import io.overt.control.store.RolloutEventRow;
import io.overt.proto.control.v1.GateReading;
import io.overt.proto.control.v1.PauseCause;
import io.overt.proto.control.v1.RolloutAct;
import io.overt.proto.control.v1.RolloutPhase;
import io.overt.proto.control.v1.RolloutState;
import io.overt.proto.control.v1.RolloutTransition;
import io.overt.proto.control.v1.WaveProgress;
import io.overt.proto.control.v1.WaveStanding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rollouts as they are shown. */
final class RolloutMessages {

    /** One that runs, beside the edges as they are. */
    static RolloutState running(Ledger ledger, List<EdgeReport> fleet, int approvals) {
        var state = ledger.state();
        var rollout = state.rollout();
        var message = common(ledger).setApprovals(approvals);
        for (int wave = 0; wave < rollout.plan().waves().size(); wave++) {
            message.addWaves(
                    EventMessages.of(Progress.of(rollout, wave, fleet)).toBuilder()
                            .setName(rollout.plan().waves().get(wave).name())
                            .setStanding(standing(state, wave)));
        }
        var waived = waived(state);
        Look.readings(state, fleet).forEach(reading -> message.addGates(gate(reading, waived)));
        return message.build();
    }

    /** One that is over, with what was found last. */
    static RolloutState past(Ledger ledger) {
        var state = ledger.state();
        var message = common(ledger);
        for (int wave = 0; wave < state.rollout().plan().waves().size(); wave++) {
            message.addWaves(
                    WaveProgress.newBuilder()
                            .setName(state.rollout().plan().waves().get(wave).name())
                            .setStanding(standing(state, wave)));
        }
        looked(ledger)
                .reduce((_, last) -> last)
                .ifPresent(last -> message.addAllGates(last.event().getLooked().getReadingsList()));
        looked(ledger)
                .filter(RolloutMessages::isOfAWave)
                .reduce((_, last) -> last)
                .ifPresent(
                        last -> {
                            var wave = message.getWavesBuilder(last.wave());
                            message.setWaves(
                                    last.wave(),
                                    last.event().getLooked().getProgress().toBuilder()
                                            .setName(wave.getName())
                                            .setStanding(wave.getStanding()));
                        });
        return message.build();
    }

    private static Stream<RolloutEventRow> looked(Ledger ledger) {
        return ledger.history().stream().filter(event -> event.event().hasLooked());
    }

    /** On the way back every edge was looked at, which says nothing of a wave. */
    private static boolean isOfAWave(RolloutEventRow event) {
        return event.event().getLooked().hasProgress()
                && !event.from().equals(Phase.ROLLING_BACK.name());
    }

    private static RolloutState.Builder common(Ledger ledger) {
        var state = ledger.state();
        var rollout = state.rollout();
        var message =
                RolloutState.newBuilder()
                        .setId(rollout.id())
                        .setVersion(rollout.version())
                        .setAskedVersion(rollout.askedVersion())
                        .setPolicy(rollout.policy())
                        .setBaseVersion(rollout.base())
                        .setBackVersion(back(state))
                        .setPhase(phase(state.phase()))
                        .setWhy(why(ledger))
                        .setPlan(PlanMessages.of(rollout.plan()))
                        .setCurrentWave(lastWave(ledger))
                        .setPauseCause(cause(state))
                        .setApprovalsNeeded(rollout.needed())
                        .setSince(timestamp(state.since()))
                        .setStarted(timestamp(rollout.started()))
                        .setStartedBy(rollout.startedBy())
                        .addAllPossible(possible(state))
                        .addAllHistory(history(ledger))
                        .setRevision(ledger.revision());
        state.next().ifPresent(next -> message.setNext(timestamp(next)));
        if (state instanceof State.Superseded superseded) {
            message.setSupersededBy(superseded.by());
        }
        return message;
    }

    private static long back(State state) {
        return switch (state) {
            case State.RollingBack(_, _, var back, _, _) -> back;
            case State.RolledBack(_, var back, _) -> back;
            case State.AwaitingApproval _,
                    State.Scheduled _,
                    State.Offering _,
                    State.Baking _,
                    State.Paused _,
                    State.Aborted _,
                    State.Complete _,
                    State.Superseded _ ->
                    0;
        };
    }

    private static String why(Ledger ledger) {
        return ledger.history().isEmpty()
                ? ledger.state().rollout().reason()
                : ledger.history().getLast().reason();
    }

    private static List<RolloutAct> possible(State state) {
        var acts = new ArrayList<RolloutAct>();
        state.possible().stream().sorted().map(EventMessages::act).forEach(acts::add);
        if (state instanceof State.AwaitingApproval) {
            acts.add(RolloutAct.ROLLOUT_ACT_APPROVE);
        }
        return acts;
    }

    private static List<RolloutTransition> history(Ledger ledger) {
        var rollout = ledger.state().rollout();
        var all = new ArrayList<RolloutTransition>();
        var first =
                ledger.history().isEmpty()
                        ? ledger.state().phase()
                        : Phase.valueOf(ledger.history().getFirst().from());
        all.add(
                RolloutTransition.newBuilder()
                        .setNumber(1)
                        .setAt(timestamp(rollout.started()))
                        .setActor(rollout.startedBy())
                        .setTo(phase(first))
                        .setReason(rollout.reason())
                        .build());
        ledger.history().forEach(event -> all.add(transition(event)));
        return all;
    }

    private static RolloutTransition transition(RolloutEventRow event) {
        return RolloutTransition.newBuilder()
                .setNumber(event.number() + 1)
                .setAt(timestamp(event.at()))
                .setActor(event.actor())
                .setFrom(phase(Phase.valueOf(event.from())))
                .setTo(phase(Phase.valueOf(event.to())))
                .setWave(event.wave())
                .setReason(event.reason())
                .build();
    }

    /** Of one that is over, the wave that it had come to. */
    private static int lastWave(Ledger ledger) {
        int now = Exits.wave(ledger.state());
        return ledger.state().phase().over()
                ? ledger.history().stream().mapToInt(RolloutEventRow::wave).max().orElse(now)
                : now;
    }

    private static WaveStanding standing(State state, int wave) {
        return switch (state) {
            case State.Offering(_, var begun, _, _) ->
                    standing(wave, begun, WaveStanding.WAVE_STANDING_OFFERING);
            case State.Baking(_, var begun, _, _) ->
                    standing(wave, begun, WaveStanding.WAVE_STANDING_BAKING);
            case State.Paused(_, var begun, _, _, _) ->
                    standing(wave, begun, WaveStanding.WAVE_STANDING_OFFERING);
            case State.Complete _ -> WaveStanding.WAVE_STANDING_DONE;
            case State.AwaitingApproval _,
                    State.Scheduled _,
                    State.RollingBack _,
                    State.RolledBack _,
                    State.Aborted _,
                    State.Superseded _ ->
                    WaveStanding.WAVE_STANDING_WAITING;
        };
    }

    private static WaveStanding standing(int wave, int begun, WaveStanding current) {
        return wave == begun
                ? current
                : wave < begun
                        ? WaveStanding.WAVE_STANDING_DONE
                        : WaveStanding.WAVE_STANDING_WAITING;
    }

    private static Set<Gate.Metric> waived(State state) {
        return switch (state) {
            case State.Offering(_, _, _, var waived) -> waived;
            case State.Baking(_, _, _, var waived) -> waived;
            case State.AwaitingApproval _,
                    State.Scheduled _,
                    State.Paused _,
                    State.RollingBack _,
                    State.RolledBack _,
                    State.Aborted _,
                    State.Complete _,
                    State.Superseded _ ->
                    Set.of();
        };
    }

    private static GateReading gate(Gate.Reading reading, Set<Gate.Metric> waived) {
        var message = EventMessages.of(reading);
        return reading.standing() == Standing.FAILED && waived.contains(reading.gate().metric())
                ? message.toBuilder().setStanding(EventMessages.standing(Standing.WAIVED)).build()
                : message;
    }

    private static PauseCause cause(State state) {
        return state instanceof State.Paused paused
                ? switch (paused.cause()) {
                    case PERSON -> PauseCause.PAUSE_CAUSE_PERSON;
                    case GATE -> PauseCause.PAUSE_CAUSE_GATE;
                    case DEADLINE -> PauseCause.PAUSE_CAUSE_DEADLINE;
                    case EMPTY_WAVE -> PauseCause.PAUSE_CAUSE_EMPTY_WAVE;
                }
                : PauseCause.PAUSE_CAUSE_UNSPECIFIED;
    }

    private static RolloutPhase phase(Phase phase) {
        return switch (phase) {
            case AWAITING_APPROVAL -> RolloutPhase.ROLLOUT_PHASE_AWAITING_APPROVAL;
            case SCHEDULED -> RolloutPhase.ROLLOUT_PHASE_SCHEDULED;
            case WAVE -> RolloutPhase.ROLLOUT_PHASE_WAVE;
            case BAKING -> RolloutPhase.ROLLOUT_PHASE_BAKING;
            case PAUSED -> RolloutPhase.ROLLOUT_PHASE_PAUSED;
            case ROLLING_BACK -> RolloutPhase.ROLLOUT_PHASE_ROLLING_BACK;
            case ROLLED_BACK -> RolloutPhase.ROLLOUT_PHASE_ROLLED_BACK;
            case ABORTED -> RolloutPhase.ROLLOUT_PHASE_ABORTED;
            case COMPLETE -> RolloutPhase.ROLLOUT_PHASE_COMPLETE;
            case SUPERSEDED -> RolloutPhase.ROLLOUT_PHASE_SUPERSEDED;
        };
    }

    private RolloutMessages() {}
}
