package io.overt.control.store;

import io.overt.proto.control.v1.EdgeAbility;
import java.util.Set;

/**
 * What an edge is, beside what it runs: as its last Hello said.
 *
 * @param labels of its configuration
 * @param abilities those that this build knows
 * @param link whether its stream was open when this was written
 */
public record EdgeTraits(Set<String> labels, Set<EdgeAbility> abilities, Link link) {

    /** Whether a stream was open. */
    public enum Link {
        /** Still so after a process that ended without a word: the edge is expected back. */
        OPEN,
        CLOSED
    }

    public EdgeTraits {
        labels = Set.copyOf(labels);
        abilities = Set.copyOf(abilities);
    }

    /** Of one that has not said anything yet. */
    public static final EdgeTraits UNKNOWN = new EdgeTraits(Set.of(), Set.of(), Link.CLOSED);

    /** The same, with another link. */
    public EdgeTraits with(Link now) {
        return new EdgeTraits(labels, abilities, now);
    }
}
