package io.overt.control.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl completion}. */
@Command(
        name = "completion",
        description = {
            "Prints a script that completes commands, options and their values, for bash and zsh:",
            "  source <(overtctl completion)"
        })
final class CompletionCommand implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Override
    public Integer call() {
        if (overtctl == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        var out = spec.commandLine().getOut();
        out.print(AutoComplete.bash("overtctl", spec.root().commandLine()));
        out.flush();
        return ExitCode.OK;
    }
}
