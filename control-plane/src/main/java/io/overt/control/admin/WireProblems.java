package io.overt.control.admin;

import io.overt.policy.RuleName;
import io.overt.proto.control.v1.Problem;
import java.util.List;

/** A compiler's problems as they travel. */
public final class WireProblems {

    /** In the same order. */
    public static List<Problem> of(List<io.overt.policy.Problem> problems) {
        return problems.stream().map(WireProblems::of).toList();
    }

    private static Problem of(io.overt.policy.Problem problem) {
        return Problem.newBuilder()
                .setFile(problem.file())
                .setLine(problem.line())
                .setColumn(problem.column())
                .setRule(problem.rule().map(RuleName::value).orElse(""))
                .setMessage(problem.message())
                .build();
    }

    private WireProblems() {}
}
