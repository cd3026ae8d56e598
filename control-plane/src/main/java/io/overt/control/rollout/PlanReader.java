package io.overt.control.rollout;

import io.overt.control.rollout.Plan.Wave;
import io.overt.control.rollout.Plan.Wave.Mode;
import io.overt.proto.control.v1.RolloutPlan;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Plans as people write them: in the control plane's configuration, and in a file for a start. */
public final class PlanReader {

    /** A whole file, as it travels. */
    public static RolloutPlan file(ConfigNode root) throws ConfigException {
        var plan = read(root);
        root.finish();
        return PlanMessages.of(plan);
    }

    /**
     * Reads {@code waves}, {@code gates}, {@code on-deadline} and {@code start}; problems are noted
     * in the node.
     */
    static Plan read(ConfigNode node) {
        var waves = new ArrayList<Wave>();
        for (var each : node.sections("waves")) {
            wave(each).ifPresent(waves::add);
        }
        var gates = gates(node.sectionOrDefaults("gates"));
        var onDeadline = node.choice("on-deadline", Gate.Action.class, Gate.Action.PAUSE);
        var start = node.optional("start", PlanReader::instant);
        if (!node.has("waves")) {
            waves.add(Wave.everywhere());
        }
        try {
            return new Plan(waves, gates, onDeadline, start);
        } catch (Plan.InvalidPlanException e) {
            node.problem("waves", String.valueOf(e.getMessage()));
            return Plan.atOnce();
        }
    }

    private static Optional<Wave> wave(ConfigNode node) {
        var name = node.text("name");
        var sites = Set.copyOf(node.list("sites"));
        var labels = Set.copyOf(node.list("labels"));
        int percent = node.integer("percent", 100, 1, 100);
        var mode = node.flag("shadow", false) ? Mode.SHADOW : Mode.ENFORCE;
        var bake = node.duration("bake", Duration.ZERO, Duration.ZERO, LONGEST);
        var deadline = node.duration("deadline", Plan.DEADLINE, Duration.ofSeconds(1), LONGEST);
        int quorum = node.integer("quorum", 100, 0, 100);
        if (name.isEmpty()) {
            return Optional.empty(); // said by finish()
        }
        try {
            return Optional.of(
                    new Wave(name, sites, labels, percent, mode, bake, deadline, quorum));
        } catch (Plan.InvalidPlanException e) {
            node.problem("name", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static List<Gate> gates(ConfigNode node) {
        var gates = new ArrayList<Gate>();
        for (var metric : Gate.Metric.values()) {
            node.optionalSection(metric.text())
                    .flatMap(each -> gate(metric, each))
                    .ifPresent(gates::add);
        }
        return gates;
    }

    private static Optional<Gate> gate(Gate.Metric metric, ConfigNode node) {
        boolean edges = metric == Gate.Metric.NACKS;
        double atMost =
                node.required("at-most", 0.0, edges ? PlanReader::count : PlanReader::share);
        double timesBase = edges ? 0 : node.parsed("times-base", 0.0, PlanReader::number);
        long connections =
                edges ? 0 : node.integer("connections", LEAST_CONNECTIONS, 1, Integer.MAX_VALUE);
        var action = node.choice("action", Gate.Action.class, Gate.Action.PAUSE);
        try {
            return Optional.of(new Gate(metric, atMost, timesBase, connections, action));
        } catch (Plan.InvalidPlanException e) {
            node.problem("at-most", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static double share(String text) {
        boolean percent = text.endsWith("%");
        double value = number(percent ? text.substring(0, text.length() - 1).strip() : text);
        double share = percent ? value / 100 : value;
        if (share < 0 || share > 1) {
            throw new IllegalArgumentException("0% to 100%");
        }
        return share;
    }

    private static double count(String text) {
        double value = number(text);
        if (value < 0 || value != Math.rint(value)) {
            throw new IllegalArgumentException("a number of edges, 0 or more");
        }
        return value;
    }

    private static double number(String text) {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IllegalArgumentException("a number");
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException _) {
            throw new IllegalArgumentException("a time such as 2026-03-02T22:00:00Z");
        }
    }

    /** Below so many a share says little: one failure in a hundred is a percent. */
    private static final int LEAST_CONNECTIONS = 200;

    private static final Duration LONGEST = Duration.ofDays(30);

    private PlanReader() {}
}
