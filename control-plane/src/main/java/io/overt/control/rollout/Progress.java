package io.overt.control.rollout;

import io.overt.control.rollout.EdgeReport.Presence;
import io.overt.control.rollout.EdgeReport.Shadow;
import io.overt.control.rollout.Plan.Wave.Mode;
import java.util.List;

/**
 * How some edges take a version. An edge counts that is connected, is expected back, has the
 * version, or was offered it.
 *
 * @param pending connected, without an answer
 * @param away without an answer
 * @param passedOver in shadow: edges that cannot
 * @param earlier further edges that the wave names, and that have the version by a wave before it
 */
public record Progress(
        int edges, int taken, int refused, int pending, int away, int passedOver, int earlier) {

    /** Of no edge. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, 0, 0, 0);

    /** Of the edges of one wave. */
    static Progress of(Rollout rollout, int wave, List<EdgeReport> fleet) {
        var mode = rollout.plan().waves().get(wave).mode();
        var count = new Count();
        for (var edge : fleet) {
            var own = rollout.waveOf(edge.identity(), edge.labels(), mode);
            if (own.isEmpty() || own.getAsInt() > wave) {
                continue;
            }
            if (own.getAsInt() < wave) {
                if (rollout.names(wave, edge.identity(), edge.labels())
                        && has(edge, rollout.version(), mode)) {
                    count.earlier++;
                }
                continue;
            }
            if (mode == Mode.SHADOW && edge.takesShadow() == Shadow.TAKES_NONE) {
                count.passedOver++;
                continue;
            }
            count.add(edge, rollout.version(), has(edge, rollout.version(), mode));
        }
        return count.sum();
    }

    private static boolean has(EdgeReport edge, long version, Mode mode) {
        return edge.active() == version || (mode == Mode.SHADOW && edge.shadow() == version);
    }

    /** Of the edges that have the version, or may have: on the way back. */
    static Progress back(Rollout rollout, long back, List<EdgeReport> fleet) {
        var count = new Count();
        for (var edge : fleet) {
            if (edge.active() == rollout.version() || edge.active() == back) {
                count.add(edge, back, edge.active() == back);
            }
        }
        return count.sum();
    }

    private static final class Count {
        private int taken;
        private int refused;
        private int pending;
        private int away;
        private int passedOver;
        private int earlier;

        void add(EdgeReport edge, long version, boolean has) {
            if (has) {
                taken++;
            } else if (edge.rejected() == version) {
                refused++;
            } else if (edge.presence() == Presence.CONNECTED) {
                pending++;
            } else if (edge.presence() == Presence.EXPECTED || edge.offered() == version) {
                away++;
            }
        }

        Progress sum() {
            return new Progress(
                    taken + refused + pending + away,
                    taken,
                    refused,
                    pending,
                    away,
                    passedOver,
                    earlier);
        }
    }
}
