package io.overt.control.rollout;

import io.overt.proto.control.v1.Health;

/**
 * How connections fare, of one version, over some edges. What edges say is taken as it is: one that
 * was taken over can stop a rollout, and cannot hurry one past the others.
 */
public record Figures(
        long connections,
        long handshakeFailures,
        long clientRefusals,
        long splicesByFailure,
        long shadowDecided,
        long shadowDiffering) {

    /** Of no edge. */
    public static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0);

    /** Those of the version in force. */
    public static Figures enforced(Health health) {
        return new Figures(
                sane(health.getConnections()),
                sane(health.getHandshakeFailures()),
                sane(health.getClientRefusals()),
                sane(health.getSplicedByFailure()),
                0,
                0);
    }

    /** Those of the version in shadow. */
    public static Figures shadow(Health health) {
        return new Figures(
                0, 0, 0, 0, sane(health.getShadowDecided()), sane(health.getShadowDiffering()));
    }

    /** Both together. */
    public Figures plus(Figures other) {
        return new Figures(
                connections + other.connections,
                handshakeFailures + other.handshakeFailures,
                clientRefusals + other.clientRefusals,
                splicesByFailure + other.splicesByFailure,
                shadowDecided + other.shadowDecided,
                shadowDiffering + other.shadowDiffering);
    }

    /** An unsigned number that no edge reaches must not turn a sum around. */
    private static long sane(long count) {
        return count < 0 ? MOST : Math.min(count, MOST);
    }

    private static final long MOST = 1L << 48;
}
