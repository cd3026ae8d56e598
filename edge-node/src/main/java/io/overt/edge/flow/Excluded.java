package io.overt.edge.flow;

import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.flow.Known.Spliceable;
import io.overt.policy.Failure;
import io.overt.policy.FailureAction;

/**
 * A connection that is excluded because clients do not take our certificate. It is blocked at once,
 * and spliced only when the upstream has proven to be the host that was refused: the server name is
 * the client's word, and without proof one host that is excluded would be the way to all (ADR
 * 0126).
 */
final class Excluded {

    private Excluded() {}

    /** Whether the rule closes what is excluded. */
    static boolean isBlocked(Spliceable known) {
        return known.pinned().exclusion().isPresent()
                && known.pinned().decision().on().of(Failure.CLIENT_REFUSED) == FailureAction.BLOCK;
    }

    /** What the rule says. */
    static Step enter(Spliceable known) {
        var exclusion =
                known.pinned()
                        .exclusion()
                        .map(Exclusion::text)
                        .orElseThrow(() -> new IllegalArgumentException("nothing is excluded"));
        return Failing.because(known, Reason.PINNED, exclusion);
    }
}
