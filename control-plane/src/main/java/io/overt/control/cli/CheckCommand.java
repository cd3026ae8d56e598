package io.overt.control.cli;

import io.overt.control.admin.WireProblems;
import io.overt.control.lists.ListPress;
import io.overt.policy.Compilation;
import io.overt.policy.PolicyCompiler;
import io.overt.proto.control.v1.CheckRequest;
import io.overt.proto.control.v1.CheckResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl check}. */
@Command(
        name = "check",
        description = "Compiles a policy and tells every problem; changes nothing.")
final class CheckCommand extends OvertctlCommand {
    @Parameters(
            paramLabel = "POLICY",
            description = "The policy's document, or the folder with its policy.yaml.")
    private @Nullable Path policy;

    @Option(
            names = "--offline",
            description = "Ask this program's own compiler instead of the control plane's.")
    private boolean offline;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var folder = PolicyFolder.read(filledIn(policy));
        var response = offline ? compile(folder) : ask(overtctl, folder);
        var report = new LinkedHashMap<String, Object>();
        new ProblemReport(folder, spec().commandLine().getOut(), overtctl.format())
                .print(report, response.getProblemsList(), response.getWarningsList(), "ok");
        return response.getProblemsCount() == 0 ? ExitCode.OK : ExitCode.PROBLEMS;
    }

    private static CheckResponse ask(Overtctl overtctl, PolicyFolder folder) throws Exception {
        try (var connection = overtctl.connect()) {
            return connection
                    .admin()
                    .check(CheckRequest.newBuilder().addAllFiles(folder.files()).build());
        }
    }

    private static CheckResponse compile(PolicyFolder folder) throws IOException {
        var copies = folder.copies();
        return switch (PolicyCompiler.compile(folder.source(copies), ListPress::isSuffix)) {
            case Compilation.Compiled(_, var warnings) ->
                    CheckResponse.newBuilder()
                            .addAllWarnings(WireProblems.of(warnings))
                            .addAllWarnings(WireProblems.of(copies.warnings()))
                            .build();
            case Compilation.Rejected(var problems) ->
                    CheckResponse.newBuilder().addAllProblems(WireProblems.of(problems)).build();
        };
    }
}
