package io.overt.control.cli;

import io.overt.control.admin.WireProblems;
import io.overt.policy.PolicyTest;
import io.overt.policy.PolicyTestReader;
import io.overt.policy.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl test}. */
@Command(
        name = "test",
        sortOptions = false,
        description = {
            "Runs a policy's own tests: the *.test.yaml files beside its document.",
            "Asks nobody; a policy with problems is told as by check."
        })
final class TestCommand extends OvertctlCommand {
    @Parameters(
            paramLabel = "POLICY",
            description = "The policy's document, or the folder with its policy.yaml.")
    private @Nullable Path policy;

    @Option(
            names = "--tests",
            paramLabel = "FILE",
            description = "These tests instead. May be repeated.")
    private List<Path> tests = new ArrayList<>();

    @Option(
            names = "--junit",
            paramLabel = "FILE",
            description = "Writes the results there as well, in the XML that CI systems read.")
    private @Nullable Path junit;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var compiled = LocalPolicy.read(filledIn(policy), spec(), overtctl.format());
        if (compiled.isEmpty()) {
            return ExitCode.PROBLEMS;
        }
        var files = tests.isEmpty() ? beside(compiled.get().folder().document()) : tests;
        var found = new ArrayList<PolicyTest>();
        var problems = new ArrayList<Problem>();
        for (var file : files) {
            var name = file.toString();
            switch (PolicyTestReader.read(
                    compiled.get().policy(), name, Files.readAllBytes(file))) {
                case PolicyTestReader.Reading.Tests(var read) -> found.addAll(read);
                case PolicyTestReader.Reading.Wrong(var wrong) -> problems.addAll(wrong);
            }
        }
        if (!problems.isEmpty()) {
            report(overtctl, problems);
            return ExitCode.PROBLEMS;
        }
        var results = found.stream().map(test -> test.run(compiled.get().policy())).toList();
        if (junit != null) {
            Files.writeString(junit, JUnitXml.of(compiled.get().policy().name(), results));
        }
        report(results, overtctl);
        return results.stream().allMatch(result -> result.failures().isEmpty())
                ? ExitCode.OK
                : ExitCode.TEST_FAILED;
    }

    /**
     * @throws IOException also when there are none: a folder without tests passes no check of them
     */
    private static List<Path> beside(Path document) throws IOException {
        var folder = document.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(document + ": is in no folder");
        }
        List<Path> files;
        try (var listed = Files.list(folder)) {
            files =
                    listed.map(file -> file.getFileName())
                            .filter(name -> name != null && name.toString().endsWith(SUFFIX))
                            .map(document::resolveSibling)
                            .sorted()
                            .toList();
        }
        if (files.isEmpty()) {
            throw new IOException(
                    folder
                            + ": no tests (expected: a file policy"
                            + SUFFIX
                            + " beside "
                            + document
                            + ")");
        }
        return files;
    }

    private void report(Overtctl overtctl, List<Problem> problems) {
        var json = new LinkedHashMap<String, Object>();
        json.put("problems", Output.problems(WireProblems.of(problems)));
        overtctl.format()
                .print(
                        spec().commandLine().getOut(),
                        json,
                        () ->
                                problems.stream()
                                                .map(problem -> problem.text() + "\n")
                                                .collect(Collectors.joining())
                                        + (problems.size() == 1
                                                ? "1 problem, nothing tested\n"
                                                : problems.size() + " problems, nothing tested\n"));
    }

    private void report(List<PolicyTest.Result> results, Overtctl overtctl) {
        var json = new LinkedHashMap<String, Object>();
        json.put("tests", results.size());
        json.put("failed", results.stream().filter(each -> !each.failures().isEmpty()).count());
        json.put("results", results.stream().map(TestCommand::json).toList());
        overtctl.format().print(spec().commandLine().getOut(), json, () -> text(results));
    }

    private static Map<String, Object> json(PolicyTest.Result result) {
        var json = new LinkedHashMap<String, Object>();
        json.put("name", result.name());
        json.put("file", result.place().file());
        json.put("line", result.place().line());
        json.put("column", result.place().column());
        json.put("passed", result.failures().isEmpty());
        json.put("failures", result.failures());
        return json;
    }

    private static String text(List<PolicyTest.Result> results) {
        var text = new StringBuilder();
        int failed = 0;
        for (var result : results) {
            failed += result.failures().isEmpty() ? 0 : 1;
            for (var failure : result.failures()) {
                text.append(
                                Output.printable(
                                        place(result) + ": test " + result.name() + ": " + failure))
                        .append('\n');
            }
        }
        return text.append(results.size())
                .append(results.size() == 1 ? " test, " : " tests, ")
                .append(failed)
                .append(" failed\n")
                .toString();
    }

    static String place(PolicyTest.Result result) {
        return result.place().file() + ":" + result.place().line() + ":" + result.place().column();
    }

    private static final String SUFFIX = ".test.yaml";
}
