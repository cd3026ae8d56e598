package io.overt.control.rollout;

import java.util.Locale;
import java.util.Optional;

/**
 * What the figures of edges must keep to while a version comes into force.
 *
 * @param atMost a share of connections; of {@link Metric#NACKS}, a number of edges
 * @param timesBase or so many times what the version before has, where that is more; 0 for no such
 *     allowance
 * @param connections not judged below so many
 */
public record Gate(
        Metric metric, double atMost, double timesBase, long connections, Action action) {

    /** Which figure. */
    public enum Metric {
        HANDSHAKE_FAILURES,
        CLIENT_REFUSALS,
        SPLICES_BY_FAILURE,
        NACKS,
        SHADOW_DIFFERING;

        /** As configuration and people write it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What is done when it fails. */
    public enum Action {
        PAUSE,
        ROLL_BACK
    }

    /** How it stands. */
    public enum Standing {
        NOT_JUDGED,
        KEPT,
        FAILED,
        WAIVED
    }

    /**
     * What was found.
     *
     * @param limit what may be, with the allowance for the base
     * @param over connections; of {@link Metric#NACKS}, edges
     * @param base what the version before has; empty where nothing is known of it
     */
    public record Reading(
            Gate gate,
            double limit,
            double value,
            long over,
            Standing standing,
            Optional<Double> base) {

        /** For people. */
        String text() {
            return gate.metric() == Metric.NACKS
                    ? "%s: %.0f edges (at most %.0f)".formatted(gate.metric().text(), value, limit)
                    : "%s: %.2f %% of %d connections (at most %.2f %%)"
                            .formatted(gate.metric().text(), value * 100, over, limit * 100);
        }
    }

    public Gate {
        boolean share = metric != Metric.NACKS;
        if (!(atMost >= 0) || (share && atMost > 1) || Double.isInfinite(atMost)) {
            throw new Plan.InvalidPlanException(
                    "gate "
                            + metric.text()
                            + ": at-most: "
                            + atMost
                            + (share
                                    ? " (expected: 0 to 1, or percent)"
                                    : " (expected: 0 or more edges)"));
        }
        if (!(timesBase == 0 || (timesBase >= 1 && timesBase <= 1000))) {
            throw new Plan.InvalidPlanException(
                    "gate "
                            + metric.text()
                            + ": times-base: "
                            + timesBase
                            + " (expected: 1 to 1000)");
        }
        if (connections < 0) {
            throw new Plan.InvalidPlanException(
                    "gate "
                            + metric.text()
                            + ": connections: "
                            + connections
                            + " (expected: >= 0)");
        }
    }

    /** Judges the figures of a version, beside those of the one before. */
    Reading read(Figures figures, Figures base, int nacks) {
        return switch (metric) {
            case NACKS ->
                    new Reading(
                            this,
                            atMost,
                            nacks,
                            nacks,
                            nacks > atMost ? Standing.FAILED : Standing.KEPT,
                            Optional.empty());
            case HANDSHAKE_FAILURES ->
                    share(
                            figures.handshakeFailures(),
                            figures.connections(),
                            base.handshakeFailures(),
                            base.connections());
            case CLIENT_REFUSALS ->
                    share(
                            figures.clientRefusals(),
                            figures.connections(),
                            base.clientRefusals(),
                            base.connections());
            case SPLICES_BY_FAILURE ->
                    share(
                            figures.splicesByFailure(),
                            figures.connections(),
                            base.splicesByFailure(),
                            base.connections());
            // The version in shadow has no base: it is itself a comparison with it.
            case SHADOW_DIFFERING ->
                    share(figures.shadowDiffering(), figures.shadowDecided(), 0, 0);
        };
    }

    private Reading share(long bad, long all, long baseBad, long baseAll) {
        Optional<Double> base =
                baseAll >= Math.max(1, connections)
                        ? Optional.of((double) baseBad / baseAll)
                        : Optional.empty();
        double limit = Math.max(atMost, base.map(share -> share * timesBase).orElse(0.0));
        double value = all == 0 ? 0 : (double) bad / all;
        var standing =
                all < Math.max(1, connections)
                        ? Standing.NOT_JUDGED
                        : value > limit ? Standing.FAILED : Standing.KEPT;
        return new Reading(this, limit, value, all, standing, base);
    }
}
