package io.overt.control.cli;

import io.overt.proto.control.v1.ListVersionsRequest;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl versions}. */
@Command(name = "versions", description = "Lists published versions, newest first.")
final class VersionsCommand implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many; default: ${DEFAULT-VALUE}.")
    private int limit = 50;

    @Override
    public Integer call() throws Exception {
        if (overtctl == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        try (var connection = overtctl.connect()) {
            var versions =
                    connection
                            .admin()
                            .listVersions(
                                    ListVersionsRequest.newBuilder()
                                            .setLimit(Math.max(1, limit))
                                            .build())
                            .getVersionsList();
            overtctl.format()
                    .print(
                            spec.commandLine().getOut(),
                            versions.stream().map(Output::json).toList(),
                            () -> Output.versions(versions));
            return ExitCode.OK;
        }
    }
}
