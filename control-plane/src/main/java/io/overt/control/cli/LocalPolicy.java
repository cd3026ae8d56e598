package io.overt.control.cli;

import io.overt.control.admin.WireProblems;
import io.overt.policy.Compilation;
import io.overt.policy.Policy;
import io.overt.policy.PolicyCompiler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A policy compiled in this process, for commands that ask it something. What is wrong with it is
 * printed, as {@code check} prints it.
 */
record LocalPolicy(PolicyFolder folder, Policy policy) {

    /** Empty when it has problems: they have been printed, and the command is over. */
    static Optional<LocalPolicy> read(Path given, CommandSpec spec, Overtctl.Format format)
            throws IOException {
        return compile(PolicyFolder.read(given), spec, format);
    }

    static Optional<LocalPolicy> compile(
            PolicyFolder folder, CommandSpec spec, Overtctl.Format format) throws IOException {
        var copies = folder.copies();
        // Beside the answer, which scripts read.
        copies.warnings().forEach(warning -> spec.commandLine().getErr().println(warning.text()));
        return switch (PolicyCompiler.compile(folder.source(copies))) {
            case Compilation.Compiled(var policy, _) ->
                    Optional.of(new LocalPolicy(folder, policy));
            case Compilation.Rejected(var problems) -> {
                new ProblemReport(folder, spec.commandLine().getOut(), format)
                        .print(new LinkedHashMap<>(), WireProblems.of(problems), List.of(), "");
                yield Optional.empty();
            }
        };
    }
}
