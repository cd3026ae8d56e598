package io.overt.policy;

import java.util.Optional;

/**
 * What the policy says about one connection, and by which rule.
 *
 * @param rule the first rule that matched
 * @param action what it says
 * @param on what it says about failures; meaningful where the action is {@code INSPECT}
 * @param revocation how much it wants to know about revocation; meaningful where the action is
 *     {@code INSPECT}
 * @param scts how many logs of certificates must have promised to show the upstream's leaf, 0 where
 *     nobody asks; meaningful where the action is {@code INSPECT}
 * @param label what is shown to the user of a blocked connection
 * @param because the rule's reason in plain words, for records and for those who are inspected
 */
public record Decision(
        RuleName rule,
        Action action,
        Outcomes on,
        Revocation revocation,
        int scts,
        Optional<String> label,
        Optional<String> because) {}
