package io.overt.policy;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What became of one rule that was looked at.
 *
 * @param joint how the conditions make the rule match: all of them; or, where a URL was read in two
 *     ways that tell differently, any or all of the readings
 * @param matched whether it matched, and so decided
 * @param conditions each condition of the rule, or the readings; empty for a rule that matches
 *     everything
 */
public record RuleFinding(
        RuleName rule, Finding.Joint joint, boolean matched, List<Finding> conditions) {
    public RuleFinding {
        conditions = List.copyOf(conditions);
    }

    // Two readings that tell the same are one.
    static RuleFinding of(
            RuleName rule, Finding.Joint joint, boolean matched, List<Finding> found) {
        boolean readings = !found.isEmpty() && found.getFirst().line() == 0;
        boolean alike =
                readings
                        && found.stream()
                                .allMatch(each -> each.parts().equals(found.getFirst().parts()));
        return alike
                ? new RuleFinding(rule, Finding.Joint.ALL, matched, found.getFirst().parts())
                : new RuleFinding(rule, joint, matched, found);
    }

    /**
     * The one condition for which the rule did not match, where all its others held, and there are
     * others. What nobody knows has not held.
     */
    public Optional<Finding> nearly(Set<Fact> unknown) {
        if (matched || joint != Finding.Joint.ALL) {
            return Optional.empty();
        }
        List<Finding> failed = failed(unknown);
        List<Finding> demands = conditions.stream().flatMap(Finding::demands).toList();
        long held =
                demands.stream()
                        .filter(each -> each.standing(unknown) == Finding.Standing.HOLDS)
                        .count();
        return failed.size() == 1 && held > 0 && held == demands.size() - 1
                ? Optional.of(failed.getFirst())
                : Optional.empty();
    }

    /** What all had to hold and did not, whatever the unknown facts are. */
    List<Finding> failed(Set<Fact> unknown) {
        return conditions.stream()
                .flatMap(Finding::demands)
                .filter(demand -> demand.standing(unknown) == Finding.Standing.FAILS)
                .toList();
    }

    /** Whether it matches whatever the unknown facts are. */
    public Finding.Standing standing(Set<Fact> unknown) {
        return Finding.Standing.of(
                joint, conditions.stream().map(each -> each.standing(unknown)).toList());
    }

    /**
     * Those of the unknown facts that would have a say in which of the rules decides; empty when
     * none would.
     */
    static Set<Fact> restsOn(List<RuleFinding> rules, Set<Fact> unknown) {
        for (RuleFinding rule : rules) {
            switch (rule.standing(unknown)) {
                case FAILS -> {}
                case HOLDS -> {
                    return Set.of();
                }
                case OPEN -> {
                    EnumSet<Fact> facts = EnumSet.noneOf(Fact.class);
                    rule.conditions.forEach(each -> facts.addAll(each.waitsFor(unknown)));
                    return facts;
                }
            }
        }
        return Set.of();
    }
}
