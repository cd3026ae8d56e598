package io.overt.control.rollout;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.overt.proto.control.v1.GateAction;
import io.overt.proto.control.v1.GateMetric;
import io.overt.proto.control.v1.RolloutGate;
import io.overt.proto.control.v1.RolloutPlan;
import io.overt.proto.control.v1.RolloutWave;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Plans as they travel and are kept. */
final class PlanMessages {

    static RolloutPlan of(Plan plan) {
        var message =
                RolloutPlan.newBuilder()
                        .addAllWaves(plan.waves().stream().map(PlanMessages::of).toList())
                        .addAllGates(plan.gates().stream().map(PlanMessages::of).toList())
                        .setOnDeadline(action(plan.onDeadline()));
        plan.start().ifPresent(start -> message.setStart(timestamp(start)));
        return message.build();
    }

    /**
     * Reads one.
     *
     * @throws Plan.InvalidPlanException naming wave, key, value and what was expected
     */
    static Plan parse(RolloutPlan message) {
        return new Plan(
                message.getWavesList().stream().map(PlanMessages::parse).toList(),
                message.getGatesList().stream().map(PlanMessages::parse).toList(),
                action(message.getOnDeadline()),
                message.hasStart() ? Optional.of(instant(message.getStart())) : Optional.empty());
    }

    private static RolloutWave of(Plan.Wave wave) {
        return RolloutWave.newBuilder()
                .setName(wave.name())
                .addAllSites(sorted(wave.sites()))
                .addAllLabels(sorted(wave.labels()))
                .setPercent(wave.percent())
                .setBake(duration(wave.bake()))
                .setShadow(wave.mode() == Plan.Wave.Mode.SHADOW)
                .setDeadline(duration(wave.deadline()))
                .setQuorum(wave.quorum())
                .build();
    }

    private static Plan.Wave parse(RolloutWave wave) {
        return new Plan.Wave(
                wave.getName(),
                Set.copyOf(wave.getSitesList()),
                Set.copyOf(wave.getLabelsList()),
                wave.getPercent() == 0 ? 100 : wave.getPercent(),
                wave.getShadow() ? Plan.Wave.Mode.SHADOW : Plan.Wave.Mode.ENFORCE,
                wave.hasBake() ? duration(wave.getBake()) : java.time.Duration.ZERO,
                wave.hasDeadline() ? duration(wave.getDeadline()) : Plan.DEADLINE,
                wave.hasQuorum() ? wave.getQuorum() : 100);
    }

    private static RolloutGate of(Gate gate) {
        return RolloutGate.newBuilder()
                .setMetric(metric(gate.metric()))
                .setAtMost(gate.atMost())
                .setTimesBase(gate.timesBase())
                .setConnections(gate.connections())
                .setAction(action(gate.action()))
                .build();
    }

    private static Gate parse(RolloutGate gate) {
        return new Gate(
                metric(gate.getMetric()),
                gate.getAtMost(),
                gate.getTimesBase(),
                gate.getConnections(),
                action(gate.getAction()));
    }

    static GateMetric metric(Gate.Metric metric) {
        return switch (metric) {
            case HANDSHAKE_FAILURES -> GateMetric.GATE_METRIC_HANDSHAKE_FAILURES;
            case CLIENT_REFUSALS -> GateMetric.GATE_METRIC_CLIENT_REFUSALS;
            case SPLICES_BY_FAILURE -> GateMetric.GATE_METRIC_SPLICES_BY_FAILURE;
            case NACKS -> GateMetric.GATE_METRIC_NACKS;
            case SHADOW_DIFFERING -> GateMetric.GATE_METRIC_SHADOW_DIFFERING;
        };
    }

    static Gate.Metric metric(GateMetric metric) {
        return switch (metric) {
            case GATE_METRIC_HANDSHAKE_FAILURES -> Gate.Metric.HANDSHAKE_FAILURES;
            case GATE_METRIC_CLIENT_REFUSALS -> Gate.Metric.CLIENT_REFUSALS;
            case GATE_METRIC_SPLICES_BY_FAILURE -> Gate.Metric.SPLICES_BY_FAILURE;
            case GATE_METRIC_NACKS -> Gate.Metric.NACKS;
            case GATE_METRIC_SHADOW_DIFFERING -> Gate.Metric.SHADOW_DIFFERING;
            case GATE_METRIC_UNSPECIFIED, UNRECOGNIZED ->
                    throw new Plan.InvalidPlanException(
                            "gates.metric: "
                                    + metric
                                    + " (expected: a figure that this build knows)");
        };
    }

    static GateAction action(Gate.Action action) {
        return switch (action) {
            case PAUSE -> GateAction.GATE_ACTION_PAUSE;
            case ROLL_BACK -> GateAction.GATE_ACTION_ROLL_BACK;
        };
    }

    static Gate.Action action(GateAction action) {
        return switch (action) {
            case GATE_ACTION_UNSPECIFIED, GATE_ACTION_PAUSE -> Gate.Action.PAUSE;
            case GATE_ACTION_ROLL_BACK -> Gate.Action.ROLL_BACK;
            case UNRECOGNIZED ->
                    throw new Plan.InvalidPlanException(
                            "action: unknown to this build (expected: pause or roll back)");
        };
    }

    static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    static Instant instant(Timestamp at) {
        return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
    }

    private static Duration duration(java.time.Duration time) {
        return Duration.newBuilder().setSeconds(time.getSeconds()).setNanos(time.getNano()).build();
    }

    static java.time.Duration duration(Duration time) {
        try {
            return java.time.Duration.ofSeconds(time.getSeconds(), time.getNanos());
        } catch (ArithmeticException e) {
            throw new Plan.InvalidPlanException("a time of " + time.getSeconds() + " s: " + e);
        }
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private PlanMessages() {}
}
