package io.overt.control.cli;

import io.overt.control.author.DryRun;
import io.overt.control.author.RecordFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl dry-run}. */
@Command(
        name = "dry-run",
        sortOptions = false,
        description = {
            "Decides recorded connections by two policies, and tells whose fate changes.",
            "Records are what edges write, one line of JSON a connection. Nothing is changed.",
            "A policy is a folder, a document, or a published version: @7, @newest."
        })
final class DryRunCommand extends OvertctlCommand {
    @Parameters(index = "0", paramLabel = "OLD", description = "A policy.")
    private @Nullable String before;

    @Parameters(index = "1", paramLabel = "NEW", description = "The other policy.")
    private @Nullable String after;

    @Option(
            names = "--records",
            paramLabel = "FILE",
            required = true,
            arity = "1..*",
            description = "Files of records; .gz is unpacked, - is standard input.")
    private List<Path> records = new ArrayList<>();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Show at most so many hosts; default: ${DEFAULT-VALUE}.")
    private int limit = 40;

    @Option(
            names = "--exit-code",
            description = "Exit with " + ExitCode.DIFFERS + " when the fate of a host changes.")
    private boolean exitCode;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var earlier =
                LocalPolicy.compile(
                        PublishedPolicy.read(filledIn(before), overtctl),
                        spec(),
                        overtctl.format());
        if (earlier.isEmpty()) {
            return ExitCode.PROBLEMS;
        }
        var later =
                LocalPolicy.compile(
                        PublishedPolicy.read(filledIn(after), overtctl), spec(), overtctl.format());
        if (later.isEmpty()) {
            return ExitCode.PROBLEMS;
        }
        var run = new DryRun(earlier.get().policy(), later.get().policy(), MOST_GROUPS);
        for (var file : records) {
            RecordFile.feed(file, System.in, run);
        }
        var answer = new DryRunAnswer(run.report(), Math.max(0, limit));
        overtctl.format().print(spec().commandLine().getOut(), answer.json(), answer::text);
        return exitCode && run.report().changed() > 0 ? ExitCode.DIFFERS : ExitCode.OK;
    }

    /** About 300 bytes each, so that 30 MB are enough whatever the records are. */
    private static final int MOST_GROUPS = 100_000;
}
