package io.overt.edge.policy;

import io.overt.policy.Compilation;
import io.overt.policy.PolicyCompiler;
import io.overt.policy.RuleName;
import io.overt.proto.control.v1.Problem;
import java.util.List;
import java.util.Optional;

/**
 * Whether an offered version is taken. Pure: the same offer on the same state has the same answer.
 */
sealed interface Taking {

    /** It compiles and is newer: it is to be put in force. */
    record Taken(PolicyInForce next, VerifiedBundle bundle, List<io.overt.policy.Problem> warnings)
            implements Taking {}

    /**
     * It is what is in force.
     *
     * @param again as it came now: its approvals may be others
     */
    record Already(PolicyInForce active, VerifiedBundle again) implements Taking {}

    /** It changes nothing. */
    record Refused(long version, List<Problem> problems) implements Taking {}

    /**
     * The whole decision, in this order: signature and files, version, language, the policy itself.
     */
    static Taking consider(Optional<PolicyInForce> active, Verification verification) {
        return switch (verification) {
            case Verification.Refused(var version, var problems) -> new Refused(version, problems);
            case Verification.Verified(var bundle) -> consider(active, bundle);
        };
    }

    private static Taking consider(Optional<PolicyInForce> active, VerifiedBundle bundle) {
        if (active.isPresent()) {
            long running = active.get().active().version();
            if (bundle.manifestSha256().equals(active.get().manifestSha256())) {
                return new Already(active.get(), bundle);
            }
            // An old bundle is well signed for ever: who replays one must not bring back what it
            // allowed.
            if (bundle.version() < running) {
                return refused(
                        bundle,
                        "version "
                                + bundle.version()
                                + " is older than "
                                + running
                                + ", which is in force");
            }
            if (bundle.version() == running) {
                return refused(
                        bundle,
                        "version "
                                + running
                                + " is in force with other content; a number names one content");
            }
        }
        if (bundle.language() < 1 || bundle.language() > PolicyCompiler.LANGUAGE) {
            return refused(
                    bundle,
                    "policy language "
                            + Integer.toUnsignedString(bundle.language())
                            + " (expected: at most "
                            + PolicyCompiler.LANGUAGE
                            + "; a newer edge may know it)");
        }
        return switch (PolicyCompiler.compile(bundle.source())) {
            case Compilation.Compiled(var policy, var warnings) ->
                    new Taken(
                            new PolicyInForce(
                                    new ActivePolicy(bundle.version(), policy),
                                    bundle.manifestSha256(),
                                    bundle.bundle().getApprovalsList()),
                            bundle,
                            warnings);
            case Compilation.Rejected(var problems) ->
                    new Refused(bundle.version(), problems.stream().map(Taking::wire).toList());
        };
    }

    private static Refused refused(VerifiedBundle bundle, String message) {
        return new Refused(
                bundle.version(), List.of(Problem.newBuilder().setMessage(message).build()));
    }

    private static Problem wire(io.overt.policy.Problem problem) {
        return Problem.newBuilder()
                .setFile(problem.file())
                .setLine(problem.line())
                .setColumn(problem.column())
                .setRule(problem.rule().map(RuleName::value).orElse(""))
                .setMessage(problem.message())
                .build();
    }
}
