package io.overt.control.cli;

import com.google.protobuf.Timestamp;
import io.overt.proto.control.v1.GateMetric;
import io.overt.proto.control.v1.GateReading;
import io.overt.proto.control.v1.RolloutPhase;
import io.overt.proto.control.v1.RolloutState;
import io.overt.proto.control.v1.RolloutTransition;
import io.overt.proto.control.v1.WaveProgress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How rollouts look. */
final class RolloutOutput {

    /** Over otherwise than complete is not what was asked for; not over yet is neither. */
    static int exitCode(RolloutState rollout) {
        return switch (rollout.getPhase()) {
            case ROLLOUT_PHASE_ROLLED_BACK,
                    ROLLOUT_PHASE_ABORTED,
                    ROLLOUT_PHASE_SUPERSEDED,
                    ROLLOUT_PHASE_UNSPECIFIED,
                    UNRECOGNIZED ->
                    ExitCode.NOT_IN_FORCE;
            case ROLLOUT_PHASE_COMPLETE,
                    ROLLOUT_PHASE_AWAITING_APPROVAL,
                    ROLLOUT_PHASE_SCHEDULED,
                    ROLLOUT_PHASE_WAVE,
                    ROLLOUT_PHASE_BAKING,
                    ROLLOUT_PHASE_PAUSED,
                    ROLLOUT_PHASE_ROLLING_BACK ->
                    ExitCode.OK;
        };
    }

    static Map<String, Object> json(RolloutState rollout) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", rollout.getId());
        json.put("version", rollout.getVersion());
        json.put("asked_version", rollout.getAskedVersion());
        json.put("policy", rollout.getPolicy());
        json.put("base_version", rollout.getBaseVersion());
        json.put("back_version", rollout.getBackVersion());
        json.put("phase", phase(rollout.getPhase()));
        json.put("why", rollout.getWhy());
        json.put("current_wave", rollout.getCurrentWave());
        json.put("waves", rollout.getWavesList().stream().map(RolloutOutput::json).toList());
        json.put("gates", rollout.getGatesList().stream().map(RolloutOutput::json).toList());
        json.put("approvals", rollout.getApprovals());
        json.put("approvals_needed", rollout.getApprovalsNeeded());
        json.put("since", time(rollout.getSince()));
        json.put("started", time(rollout.getStarted()));
        json.put("started_by", rollout.getStartedBy());
        json.put("next", rollout.hasNext() ? time(rollout.getNext()) : "");
        json.put(
                "possible",
                rollout.getPossibleList().stream()
                        .map(act -> word(act.name(), "ROLLOUT_ACT_"))
                        .toList());
        json.put("revision", rollout.getRevision());
        json.put("history", rollout.getHistoryList().stream().map(RolloutOutput::json).toList());
        return json;
    }

    private static Map<String, Object> json(WaveProgress wave) {
        var json = new LinkedHashMap<String, Object>();
        json.put("name", wave.getName());
        json.put("standing", word(wave.getStanding().name(), "WAVE_STANDING_"));
        json.put("edges", wave.getEdges());
        json.put("taken", wave.getTaken());
        json.put("refused", wave.getRefused());
        json.put("pending", wave.getPending());
        json.put("away", wave.getAway());
        json.put("passed_over", wave.getPassedOver());
        json.put("earlier", wave.getEarlier());
        return json;
    }

    private static Map<String, Object> json(GateReading gate) {
        var json = new LinkedHashMap<String, Object>();
        json.put("metric", word(gate.getMetric().name(), "GATE_METRIC_"));
        json.put("limit", gate.getLimit());
        json.put("value", gate.getValue());
        json.put("over", gate.getOver());
        json.put("standing", word(gate.getStanding().name(), "GATE_STANDING_"));
        return json;
    }

    private static Map<String, Object> json(RolloutTransition transition) {
        var json = new LinkedHashMap<String, Object>();
        json.put("number", transition.getNumber());
        json.put("at", time(transition.getAt()));
        json.put("actor", transition.getActor());
        json.put("from", phase(transition.getFrom()));
        json.put("to", phase(transition.getTo()));
        json.put("wave", transition.getWave());
        json.put("reason", transition.getReason());
        return json;
    }

    static String table(List<RolloutState> rollouts) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ROLLOUT", "VERSION", "OVER", "PHASE", "SINCE", "BY", "WHY"));
        rollouts.forEach(
                each ->
                        rows.add(
                                List.of(
                                        Long.toString(each.getId()),
                                        Long.toString(each.getVersion()),
                                        number(each.getBaseVersion()),
                                        phase(each.getPhase()),
                                        time(each.getSince()),
                                        each.getStartedBy(),
                                        Output.printable(each.getWhy()))));
        return Output.table(rows);
    }

    static String text(RolloutState rollout) {
        var text = new StringBuilder(head(rollout));
        var waves = new ArrayList<List<String>>();
        waves.add(List.of("WAVE", "", "EDGES", "TAKEN", "REFUSED", "PENDING", "AWAY"));
        rollout.getWavesList().forEach(wave -> waves.add(row(wave)));
        text.append('\n').append(Output.table(waves));
        if (rollout.getGatesCount() > 0) {
            var gates = new ArrayList<List<String>>();
            gates.add(List.of("GATE", "", "VALUE", "LIMIT", "OVER"));
            rollout.getGatesList().forEach(gate -> gates.add(row(gate)));
            text.append('\n').append(Output.table(gates));
        }
        var history = new ArrayList<List<String>>();
        history.add(List.of("REVISION", "WHEN", "PHASE", "BY", "WHY"));
        rollout.getHistoryList().forEach(each -> history.add(row(each)));
        return text.append('\n').append(Output.table(history)).toString();
    }

    /** What is new since the last look. */
    static String progress(RolloutState before, RolloutState now) {
        var text = new StringBuilder();
        if (before.getPhase() != now.getPhase()
                || before.getCurrentWave() != now.getCurrentWave()
                || before.getApprovals() != now.getApprovals()) {
            text.append(head(now));
        }
        int wave = now.getCurrentWave();
        if (wave < now.getWavesCount()
                && (before.getWavesCount() == 0
                        || !before.getWaves(wave).equals(now.getWaves(wave)))) {
            text.append("  ").append(bar(now.getWaves(wave))).append('\n');
        }
        for (int i = 0; i < now.getGatesCount(); i++) {
            if (before.getGatesCount() <= i || !before.getGates(i).equals(now.getGates(i))) {
                text.append("  ").append(String.join("  ", row(now.getGates(i)))).append('\n');
            }
        }
        return text.toString();
    }

    private static String bar(WaveProgress wave) {
        int filled = wave.getEdges() == 0 ? 0 : BAR * wave.getTaken() / wave.getEdges();
        var text =
                new StringBuilder(Output.printable(wave.getName()))
                        .append("  [")
                        .repeat("#", filled)
                        .repeat(".", BAR - filled)
                        .append("] ")
                        .append(wave.getTaken())
                        .append(" of ")
                        .append(wave.getEdges());
        if (wave.getRefused() > 0) {
            text.append(", ").append(wave.getRefused()).append(" refused");
        }
        if (wave.getAway() > 0) {
            text.append(", ").append(wave.getAway()).append(" away");
        }
        return text.toString();
    }

    private static String head(RolloutState rollout) {
        var text =
                new StringBuilder("rollout ")
                        .append(rollout.getId())
                        .append(": version ")
                        .append(rollout.getVersion());
        if (rollout.getBaseVersion() != 0) {
            text.append(" over ").append(rollout.getBaseVersion());
        }
        text.append(": ").append(phase(rollout.getPhase()));
        if (rollout.getPhase() == RolloutPhase.ROLLOUT_PHASE_AWAITING_APPROVAL) {
            text.append(", ")
                    .append(rollout.getApprovals())
                    .append(" of ")
                    .append(rollout.getApprovalsNeeded());
        }
        if (rollout.getBackVersion() != 0) {
            text.append(" with version ").append(rollout.getBackVersion());
        }
        if (!rollout.getWhy().isEmpty()) {
            text.append(" (").append(Output.printable(rollout.getWhy())).append(')');
        }
        return text.append('\n').toString();
    }

    private static List<String> row(WaveProgress wave) {
        return List.of(
                Output.printable(wave.getName()),
                word(wave.getStanding().name(), "WAVE_STANDING_"),
                Integer.toString(wave.getEdges()),
                Integer.toString(wave.getTaken()),
                Integer.toString(wave.getRefused()),
                Integer.toString(wave.getPending()),
                Integer.toString(wave.getAway()));
    }

    private static List<String> row(GateReading gate) {
        boolean edges = gate.getMetric() == GateMetric.GATE_METRIC_NACKS;
        return List.of(
                word(gate.getMetric().name(), "GATE_METRIC_"),
                word(gate.getStanding().name(), "GATE_STANDING_"),
                share(gate.getValue(), edges),
                share(gate.getLimit(), edges),
                gate.getOver() + (edges ? " edges" : " connections"));
    }

    private static String share(double value, boolean count) {
        return count
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f%%", value * 100);
    }

    private static List<String> row(RolloutTransition transition) {
        return List.of(
                Long.toString(transition.getNumber()),
                time(transition.getAt()),
                phase(transition.getTo()),
                transition.getActor().isEmpty() ? "-" : transition.getActor(),
                Output.printable(transition.getReason()));
    }

    static String phase(RolloutPhase phase) {
        return phase == RolloutPhase.ROLLOUT_PHASE_UNSPECIFIED
                ? ""
                : word(phase.name(), "ROLLOUT_PHASE_");
    }

    static String word(String name, String prefix) {
        return name.replace(prefix, "").toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String number(long version) {
        return version == 0 ? "-" : Long.toString(version);
    }

    static String time(Timestamp at) {
        return Instant.ofEpochSecond(at.getSeconds(), at.getNanos())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    private static final int BAR = 30;

    private RolloutOutput() {}
}
