package io.overt.edge.flow;

import io.overt.edge.flow.Known.Spliceable;
import io.overt.policy.FailureAction;
import io.overt.x509.UntrustedUpstream;
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

    /** The upstream went away after its handshake, and before our leaf was out. */
    static Step lost(Known.Spliceable known, Known.Met met, Symptom symptom, String detail) {
        return switch (met.session().certificate()) {
            case ASKED ->
                    ClientCertificates.insists(known, met.judged(), Optional.of(symptom), detail);
            case NOT_ASKED -> because(known, Reason.HANDSHAKE_FAILED, detail, Optional.of(symptom));
        };
    }

    /**
     * A chain that did not verify.
     *
     * @param mirrorable it, where a leaf of the untrusted issuer can show what is wrong
     */
    static Step untrusted(Known.Met known, String detail, Optional<UntrustedUpstream> mirrorable) {
        return mirrorable
                .filter(_ -> action(known, Reason.UNTRUSTED) == FailureAction.MIRROR_UNTRUSTED)
                .map(upstream -> Forging.enter(new Known.Distrusted(known, upstream)))
                .orElseGet(() -> because(known, Reason.UNTRUSTED, detail));
    }

    static FailureAction action(Spliceable known, Reason reason) {
        var failure =
                reason.failure()
                        .orElseThrow(
                                () -> new IllegalArgumentException(reason + ": no rule is asked"));
        return known.pinned().decision().on().of(failure);
    }

    static Step because(Spliceable known, Reason reason, String detail, Optional<Symptom> symptom) {
        return switch (action(known, reason)) {
            case SPLICE -> SpliceConnecting.enter(known, reason, Optional.of(detail));
            // What is to be mirrored and cannot be shown by any leaf of ours is blocked.
            case BLOCK, MIRROR_UNTRUSTED ->
                    Blocking.enter(known, reason, Optional.of(detail), symptom);
            case INSPECT -> throw new IllegalStateException(reason + ": the rule says to go on");
        };
    }
}
