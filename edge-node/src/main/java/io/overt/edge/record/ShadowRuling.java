package io.overt.edge.record;

import io.overt.edge.flow.Fate;
import io.overt.edge.flow.Outcome;
import io.overt.edge.flow.Reason;
import io.overt.policy.Decision;
import io.overt.policy.FailureAction;
import java.util.Optional;

/**
 * What the version in shadow said of a connection that another version decided.
 *
 * @param version the one in shadow
 * @param decision what it says
 */
public record ShadowRuling(long version, Decision decision) {

    /**
     * How the connection would have fared.
     *
     * @param fate how it did
     * @return empty where that cannot be told: it ended before it had anything, or an order went
     *     before the policy
     */
    public Optional<Outcome> under(Fate fate) {
        return fate.reason() == Reason.RULE || fate.reason().failure().isPresent()
                ? Optional.of(compared(fate))
                : Optional.empty();
    }

    private Outcome compared(Fate fate) {
        return switch (decision.action()) {
            case SPLICE -> Outcome.SPLICE;
            case BLOCK -> Outcome.BLOCK;
            // What failed would have failed as well, and the rule says what then.
            case INSPECT ->
                    fate.reason()
                            .failure()
                            .map(failure -> outcome(decision.on().of(failure)))
                            .orElse(Outcome.INSPECT);
        };
    }

    private static Outcome outcome(FailureAction action) {
        return switch (action) {
            case SPLICE -> Outcome.SPLICE;
            case BLOCK -> Outcome.BLOCK;
            case MIRROR_UNTRUSTED, INSPECT -> Outcome.INSPECT;
        };
    }
}
