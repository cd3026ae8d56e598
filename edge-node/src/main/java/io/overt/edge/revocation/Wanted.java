package io.overt.edge.revocation;

import io.overt.policy.Decision;
import io.overt.policy.Revocation;

/**
 * What a rule wants to know about an upstream beyond its chain.
 *
 * @param scts how many logs of certificates must have promised to show its leaf; 0 for none
 */
public record Wanted(Revocation revocation, int scts) {
    /** By the rule that matched. */
    public static Wanted by(Decision decision) {
        return new Wanted(decision.revocation(), decision.scts());
    }

    /** About revocation only. */
    public static Wanted of(Revocation revocation) {
        return new Wanted(revocation, 0);
    }
}
