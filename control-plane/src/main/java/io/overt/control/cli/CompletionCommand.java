package io.overt.control.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code overtctl completion}. */
@Command(
        name = "completion",
        description = {
            "Prints a script that completes commands, options and their values, for bash and zsh:",
            "  source <(overtctl completion)"
        })
final class CompletionCommand extends OvertctlCommand {
    @Override
    public Integer call() {
        var out = spec().commandLine().getOut();
        out.print(AutoComplete.bash("overtctl", spec().root().commandLine()));
        out.flush();
        return ExitCode.OK;
    }
}
