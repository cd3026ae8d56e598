package io.overt.control.cli;

import io.overt.proto.control.v1.ListVersionsRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code overtctl versions}. */
@Command(name = "versions", description = "Lists published versions, newest first.")
final class VersionsCommand extends OvertctlCommand {
    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many; default: ${DEFAULT-VALUE}.")
    private int limit = 50;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
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
                            spec().commandLine().getOut(),
                            versions.stream().map(Output::json).toList(),
                            () -> Output.versions(versions));
            return ExitCode.OK;
        }
    }
}
