package io.overt.control.cli;

import io.overt.proto.control.v1.ListEdgesRequest;
import picocli.CommandLine.Command;

/** {@code overtctl edges}. */
@Command(
        name = "edges",
        description = "Lists edges: connected or not, what they run, what they refused and why.")
final class EdgesCommand extends OvertctlCommand {
    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        try (var connection = overtctl.connect()) {
            var edges =
                    connection
                            .admin()
                            .listEdges(ListEdgesRequest.getDefaultInstance())
                            .getEdgesList();
            overtctl.format()
                    .print(
                            spec().commandLine().getOut(),
                            edges.stream().map(Output::json).toList(),
                            () -> Output.edges(edges));
            return ExitCode.OK;
        }
    }
}
