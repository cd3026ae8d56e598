package io.overt.control.rollout;

import io.overt.service.bundle.PolicySignature;
import io.overt.service.identity.FleetIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a rollout is from its first moment to its last.
 *
 * @param id rises by one
 * @param version that it brings
 * @param askedVersion that it was asked for; another where that was published again
 * @param policy its name
 * @param base what edges outside of its waves have; 0 when nothing was there before
 * @param needed how many people must have approved the version
 * @param startedBy fleet identity
 * @param reason for the history
 */
public record Rollout(
        long id,
        long version,
        long askedVersion,
        String policy,
        long base,
        Plan plan,
        int needed,
        Instant started,
        String startedBy,
        String reason) {

    public Rollout {
        if (id < 1 || version < 1 || base < 0 || base >= version) {
            throw new IllegalArgumentException(
                    "rollout %d of version %d over %d (expected: 1 or more, the version above the base)"
                            .formatted(id, version, base));
        }
    }

    /** Index of the first wave of this mode that takes the edge. */
    OptionalInt waveOf(FleetIdentity edge, Set<String> labels, Plan.Wave.Mode mode) {
        for (int index = 0; index < plan.waves().size(); index++) {
            var wave = plan.waves().get(index);
            if (wave.mode() == mode && takes(wave, edge, labels)) {
                return OptionalInt.of(index);
            }
        }
        return OptionalInt.empty();
    }

    /** Index of the first wave, of whichever mode, that takes the edge: the last takes all. */
    public int waveOf(FleetIdentity edge, Set<String> labels) {
        for (int index = 0; index < plan.waves().size(); index++) {
            if (takes(plan.waves().get(index), edge, labels)) {
                return index;
            }
        }
        throw new IllegalStateException("a plan whose last wave does not take all");
    }

    /** Whether a wave names the edge, which an earlier one may have taken. */
    boolean names(int wave, FleetIdentity edge, Set<String> labels) {
        return takes(plan.waves().get(wave), edge, labels);
    }

    private boolean takes(Plan.Wave wave, FleetIdentity edge, Set<String> labels) {
        return (wave.sites().isEmpty() || wave.sites().contains(edge.site()))
                && (wave.labels().isEmpty() || wave.labels().stream().anyMatch(labels::contains))
                && hundredth(edge) < wave.percent();
    }

    /**
     * From 0 to 99, the same for an edge in all waves of a rollout, so that ten percent are among
     * the fifty that follow; and another in each rollout, so that it is not always the same edges
     * that go first.
     */
    private int hundredth(FleetIdentity edge) {
        var digest =
                PolicySignature.sha256(
                        ("rollout " + id + "\n" + edge.uri()).getBytes(StandardCharsets.UTF_8));
        return ((digest[0] & 0xff) << 16 | (digest[1] & 0xff) << 8 | (digest[2] & 0xff)) % 100;
    }
}
