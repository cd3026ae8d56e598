package io.overt.control.cli;

import io.overt.proto.control.v1.Problem;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * Prints what a compiler found, one line a problem with the place first, as editors and CI read it.
 */
record ProblemReport(PolicyFolder folder, PrintWriter out, Overtctl.Format format) {

    /**
     * Prints.
     *
     * @param json the answer's other members; problems and warnings are added to it
     * @param success printed for people when there is no problem
     */
    void print(
            Map<String, Object> json,
            List<Problem> problems,
            List<Problem> warnings,
            String success) {
        json.put("problems", Output.problems(problems));
        json.put("warnings", Output.problems(warnings));
        format.print(out, json, () -> people(problems, warnings, success));
    }

    private String people(List<Problem> problems, List<Problem> warnings, String success) {
        var text = new StringBuilder();
        problems.forEach(problem -> text.append(line("", problem)).append('\n'));
        warnings.forEach(warning -> text.append(line("warning: ", warning)).append('\n'));
        return text.append(
                        switch (problems.size()) {
                            case 0 -> success;
                            case 1 -> "1 problem, nothing changed";
                            default -> problems.size() + " problems, nothing changed";
                        })
                .append('\n')
                .toString();
    }

    private String line(String kind, Problem problem) {
        return Output.printable(
                folder.place(problem) + ": " + kind + Output.rule(problem) + problem.getMessage());
    }
}
