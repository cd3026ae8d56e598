package io.overt.control.rollout;

import io.overt.service.identity.FleetIdentity;
import java.util.Map;
import java.util.Set;

/**
 * What is known of an edge, as far as rollouts go. All but the identity is what the edge said.
 *
 * @param labels of its configuration
 * @param takesShadow whether it takes offers in shadow
 * @param presence whether its stream is open
 * @param active version in force; 0 when none
 * @param shadow version in shadow; 0 when none
 * @param rejected version that it last refused; 0 when none
 * @param offered version that this process offered it last; 0 when none
 * @param enforced figures by the version in force that they are of
 * @param shadowed figures by the version in shadow that they are of
 */
public record EdgeReport(
        FleetIdentity identity,
        Set<String> labels,
        Shadow takesShadow,
        Presence presence,
        long active,
        long shadow,
        long rejected,
        long offered,
        Map<Long, Figures> enforced,
        Map<Long, Figures> shadowed) {

    /** Whether an edge takes offers in shadow. */
    public enum Shadow {
        TAKES,
        TAKES_NONE
    }

    /** Whether an edge is there. */
    public enum Presence {
        CONNECTED,
        /** It was connected when the last process ended, and has not come back yet. */
        EXPECTED,
        AWAY
    }

    public EdgeReport {
        labels = Set.copyOf(labels);
        enforced = Map.copyOf(enforced);
        shadowed = Map.copyOf(shadowed);
    }
}
