package io.overt.policy;

import java.util.List;
import java.util.Set;

/**
 * A decision about a request, and why.
 *
 * @param decision what {@link HttpRules#decide} says of the same facts
 * @param rules the rules that were looked at, in order; none for a request that cannot be read
 */
public record HttpExplanation(HttpDecision decision, List<RuleFinding> rules) {
    public HttpExplanation {
        rules = List.copyOf(rules);
    }

    /** As {@link Explanation#restsOn}. */
    public Set<Fact> restsOn(Set<Fact> unknown) {
        return RuleFinding.restsOn(rules, unknown);
    }
}
