package io.overt.control.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a version is rolled out.
 *
 * @param waves in this order; the last one takes every edge, so that a rollout ends with one
 *     version everywhere
 * @param gates what must hold in each wave
 * @param onDeadline what is done when too few edges have taken the version in time
 * @param start not before
 */
public record Plan(
        List<Wave> waves, List<Gate> gates, Gate.Action onDeadline, Optional<Instant> start) {

    /** One wave. */
    public record Wave(
            String name,
            Set<String> sites,
            Set<String> labels,
            int percent,
            Mode mode,
            Duration bake,
            Duration deadline,
            int quorum) {

        /** How the edges of a wave take the version. */
        public enum Mode {
            ENFORCE,
            /** Decided by and counted, and not acted upon. */
            SHADOW
        }

        public Wave {
            sites = Set.copyOf(sites);
            labels = Set.copyOf(labels);
            if (name.isBlank() || name.length() > MOST_NAME) {
                throw new InvalidPlanException(
                        "waves.name: \"" + name + "\" (expected: 1 to " + MOST_NAME + " letters)");
            }
            require(name, "percent", percent, percent >= 1 && percent <= 100, "1 to 100");
            require(name, "quorum", quorum, quorum >= 0 && quorum <= 100, "0 to 100");
            require(
                    name,
                    "bake",
                    bake,
                    !bake.isNegative() && bake.compareTo(LONGEST) <= 0,
                    "0 to 30 days");
            require(
                    name,
                    "deadline",
                    deadline,
                    deadline.isPositive() && deadline.compareTo(LONGEST) <= 0,
                    "more than 0, at most 30 days");
        }

        /** All edges at once, without a pause for anything. */
        static Wave everywhere() {
            return new Wave(
                    "everywhere",
                    Set.of(),
                    Set.of(),
                    100,
                    Mode.ENFORCE,
                    Duration.ZERO,
                    DEADLINE,
                    0);
        }

        boolean takesAll() {
            return sites.isEmpty() && labels.isEmpty() && percent == 100 && mode == Mode.ENFORCE;
        }

        private static void require(
                String wave, String key, Object value, boolean holds, String expected) {
            if (!holds) {
                throw new InvalidPlanException(
                        "wave "
                                + wave
                                + ": "
                                + key
                                + ": "
                                + value
                                + " (expected: "
                                + expected
                                + ")");
            }
        }
    }

    public Plan {
        waves = List.copyOf(waves);
        gates = List.copyOf(gates);
        if (waves.isEmpty() || waves.size() > MOST_WAVES) {
            throw new InvalidPlanException(
                    "waves: " + waves.size() + " (expected: 1 to " + MOST_WAVES + ")");
        }
        var names = new HashSet<String>();
        for (var wave : waves) {
            if (!names.add(wave.name())) {
                throw new InvalidPlanException("wave " + wave.name() + ": a name given before");
            }
        }
        if (!waves.getLast().takesAll()) {
            throw new InvalidPlanException(
                    "wave "
                            + waves.getLast().name()
                            + ": does not take every edge (expected: the last wave has no sites, no"
                            + " labels, 100 percent and no shadow, so that a rollout ends with one"
                            + " version everywhere)");
        }
        var metrics = new HashSet<Gate.Metric>();
        for (var gate : gates) {
            if (!metrics.add(gate.metric())) {
                throw new InvalidPlanException("gate " + gate.metric().text() + ": given before");
            }
        }
    }

    /** What a control plane does that says nothing of rollouts: what it did before it had them. */
    public static Plan atOnce() {
        return new Plan(List.of(Wave.everywhere()), List.of(), Gate.Action.PAUSE, Optional.empty());
    }

    /**
     * A plan that says what cannot be. The message names wave, key, value and what was expected.
     */
    public static final class InvalidPlanException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        InvalidPlanException(String message) {
            super(message);
        }
    }

    /**
     * Unless a wave says otherwise: an edge takes a version in seconds, and comes back in minutes.
     */
    public static final Duration DEADLINE = Duration.ofMinutes(10);

    /** What is baked longer is forgotten. */
    private static final Duration LONGEST = Duration.ofDays(30);

    private static final int MOST_WAVES = 50;
    private static final int MOST_NAME = 60;
}
