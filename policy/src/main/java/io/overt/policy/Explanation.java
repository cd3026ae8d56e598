package io.overt.policy;

import java.util.List;
import java.util.Set;

/**
 * A decision about a connection, and why.
 *
 * @param decision what {@link Policy#decide} says of the same facts
 * @param rules the rules that were looked at, in order: all that did not match, and the one that
 *     did
 */
public record Explanation(Decision decision, List<RuleFinding> rules) {
    public Explanation {
        rules = List.copyOf(rules);
    }

    /**
     * Those of the facts, not known to whoever asks, that would have a say in the decision: the
     * first rule that nobody can tell of waits for them. Empty when the decision is the same
     * whatever they are.
     */
    public Set<Fact> restsOn(Set<Fact> unknown) {
        return RuleFinding.restsOn(rules, unknown);
    }
}
