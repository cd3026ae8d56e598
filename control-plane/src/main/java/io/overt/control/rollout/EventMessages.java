package io.overt.control.rollout;

import static io.overt.control.rollout.PlanMessages.instant;
import static io.overt.control.rollout.PlanMessages.timestamp;

import io.overt.control.rollout.Event.Act;
import io.overt.proto.control.v1.ActAsked;
import io.overt.proto.control.v1.ApprovalsCounted;
import io.overt.proto.control.v1.BasePublishedAgain;
import io.overt.proto.control.v1.FleetLooked;
import io.overt.proto.control.v1.GateReading;
import io.overt.proto.control.v1.GateStanding;
import io.overt.proto.control.v1.RolloutAct;
import io.overt.proto.control.v1.RolloutEvent;
import io.overt.proto.control.v1.RolloutOvertaken;
import io.overt.proto.control.v1.WaveProgress;
import java.util.Optional;

/** Events as they are kept. What is read back leads to the same state as what was written. */
final class EventMessages {

    static RolloutEvent of(Event event) {
        var message = RolloutEvent.newBuilder().setAt(timestamp(event.at()));
        return switch (event) {
            case Event.Approved(_, var counted) ->
                    message.setApproved(ApprovalsCounted.newBuilder().setCounted(counted)).build();
            case Event.Looked looked -> message.setLooked(of(looked)).build();
            case Event.Asked(_, var act, var actor, var reason) ->
                    message.setAsked(
                                    ActAsked.newBuilder()
                                            .setAct(act(act))
                                            .setActor(actor)
                                            .setReason(reason))
                            .build();
            case Event.PublishedAgain(_, var back) ->
                    message.setPublishedAgain(BasePublishedAgain.newBuilder().setBack(back))
                            .build();
            case Event.Overtaken(_, var by, var actor) ->
                    message.setOvertaken(RolloutOvertaken.newBuilder().setBy(by).setActor(actor))
                            .build();
        };
    }

    /**
     * Reads one of a rollout with this plan.
     *
     * @throws IllegalArgumentException when it is of a kind that this build does not know
     */
    static Event parse(RolloutEvent message, Plan plan) {
        var at = instant(message.getAt());
        return switch (message.getKindCase()) {
            case APPROVED -> new Event.Approved(at, message.getApproved().getCounted());
            case LOOKED -> {
                var looked = message.getLooked();
                yield new Event.Looked(
                        at,
                        looked.hasFrozenUntil()
                                ? Optional.of(instant(looked.getFrozenUntil()))
                                : Optional.empty(),
                        parse(looked.getProgress()),
                        looked.getReadingsList().stream()
                                .map(reading -> parse(reading, plan))
                                .toList());
            }
            case ASKED -> {
                var asked = message.getAsked();
                yield new Event.Asked(at, act(asked.getAct()), asked.getActor(), asked.getReason());
            }
            case PUBLISHED_AGAIN ->
                    new Event.PublishedAgain(at, message.getPublishedAgain().getBack());
            case OVERTAKEN ->
                    new Event.Overtaken(
                            at, message.getOvertaken().getBy(), message.getOvertaken().getActor());
            case KIND_NOT_SET ->
                    throw new IllegalArgumentException("an event that this build does not know");
        };
    }

    private static FleetLooked of(Event.Looked looked) {
        var message =
                FleetLooked.newBuilder()
                        .setProgress(of(looked.progress()))
                        .addAllReadings(looked.readings().stream().map(EventMessages::of).toList());
        looked.frozenUntil().ifPresent(until -> message.setFrozenUntil(timestamp(until)));
        return message.build();
    }

    static WaveProgress of(Progress progress) {
        return WaveProgress.newBuilder()
                .setEdges(progress.edges())
                .setTaken(progress.taken())
                .setRefused(progress.refused())
                .setPending(progress.pending())
                .setAway(progress.away())
                .setPassedOver(progress.passedOver())
                .setEarlier(progress.earlier())
                .build();
    }

    private static Progress parse(WaveProgress progress) {
        return new Progress(
                progress.getEdges(),
                progress.getTaken(),
                progress.getRefused(),
                progress.getPending(),
                progress.getAway(),
                progress.getPassedOver(),
                progress.getEarlier());
    }

    static GateReading of(Gate.Reading reading) {
        var message =
                GateReading.newBuilder()
                        .setMetric(PlanMessages.metric(reading.gate().metric()))
                        .setLimit(reading.limit())
                        .setValue(reading.value())
                        .setOver(reading.over())
                        .setStanding(standing(reading.standing()));
        reading.base().ifPresent(message::setBaseValue);
        return message.build();
    }

    private static Gate.Reading parse(GateReading reading, Plan plan) {
        var metric = PlanMessages.metric(reading.getMetric());
        var gate =
                plan.gates().stream()
                        .filter(each -> each.metric() == metric)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "a reading of "
                                                        + metric.text()
                                                        + ", which the plan has no gate for"));
        return new Gate.Reading(
                gate,
                reading.getLimit(),
                reading.getValue(),
                reading.getOver(),
                standing(reading.getStanding()),
                reading.hasBaseValue() ? Optional.of(reading.getBaseValue()) : Optional.empty());
    }

    static GateStanding standing(Gate.Standing standing) {
        return switch (standing) {
            case NOT_JUDGED -> GateStanding.GATE_STANDING_NOT_JUDGED;
            case KEPT -> GateStanding.GATE_STANDING_KEPT;
            case FAILED -> GateStanding.GATE_STANDING_FAILED;
            case WAIVED -> GateStanding.GATE_STANDING_WAIVED;
        };
    }

    private static Gate.Standing standing(GateStanding standing) {
        return switch (standing) {
            case GATE_STANDING_NOT_JUDGED -> Gate.Standing.NOT_JUDGED;
            case GATE_STANDING_KEPT -> Gate.Standing.KEPT;
            case GATE_STANDING_FAILED -> Gate.Standing.FAILED;
            case GATE_STANDING_WAIVED -> Gate.Standing.WAIVED;
            case GATE_STANDING_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalArgumentException(
                            "a gate's standing of no build's: " + standing);
        };
    }

    static RolloutAct act(Act act) {
        return switch (act) {
            case PAUSE -> RolloutAct.ROLLOUT_ACT_PAUSE;
            case RESUME -> RolloutAct.ROLLOUT_ACT_RESUME;
            case ABORT -> RolloutAct.ROLLOUT_ACT_ABORT;
            case ROLL_BACK -> RolloutAct.ROLLOUT_ACT_ROLL_BACK;
        };
    }

    private static Act act(RolloutAct act) {
        return switch (act) {
            case ROLLOUT_ACT_PAUSE -> Act.PAUSE;
            case ROLLOUT_ACT_RESUME -> Act.RESUME;
            case ROLLOUT_ACT_ABORT -> Act.ABORT;
            case ROLLOUT_ACT_ROLL_BACK -> Act.ROLL_BACK;
            case ROLLOUT_ACT_APPROVE, ROLLOUT_ACT_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalArgumentException("an act that no event has: " + act);
        };
    }

    private EventMessages() {}
}
