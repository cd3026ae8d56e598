package io.overt.edge.flow;

import io.overt.edge.flow.Known.Spliceable;
import io.overt.policy.FailureAction;
import java.util.Optional;

/**
 * The one place where a failure becomes what the matched rule says about it. It takes knowledge
 * from before our ServerHello only, so no later state can end up in a splice.
 */
final class Failing {

    private Failing() {}

    static Step because(Spliceable known, Reason reason, String detail) {
        return because(known, reason, detail, Optional.empty());
    }

    static Step because(
            Spliceable known, Reason reason, String detail, Optional<TlsAlert> upstreamAlert) {
        var failure =
                reason.failure()
                        .orElseThrow(
                                () -> new IllegalArgumentException(reason + ": no rule is asked"));
        FailureAction action = known.pinned().decision().on().of(failure);
        return switch (action) {
            case SPLICE -> SpliceConnecting.enter(known, reason, Optional.of(detail));
            case BLOCK -> Blocking.enter(known, reason, Optional.of(detail), upstreamAlert);
            case MIRROR_UNTRUSTED ->
                    Blocking.enter(
                            known, Reason.MIRROR_UNTRUSTED, Optional.of(detail), upstreamAlert);
        };
    }
}
