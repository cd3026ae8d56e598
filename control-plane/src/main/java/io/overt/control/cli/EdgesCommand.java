package io.overt.control.cli;

import io.overt.proto.control.v1.ListEdgesRequest;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl edges}. */
@Command(
        name = "edges",
        description = "Lists edges: connected or not, what they run, what they refused and why.")
final class EdgesCommand implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Override
    public Integer call() throws Exception {
        if (overtctl == null) {
            throw new IllegalStateException("picocli fills it in");
        }
        try (var connection = overtctl.connect()) {
            var edges =
                    connection
                            .admin()
                            .listEdges(ListEdgesRequest.getDefaultInstance())
                            .getEdgesList();
            overtctl.format()
                    .print(
                            spec.commandLine().getOut(),
                            edges.stream().map(Output::json).toList(),
                            () -> Output.edges(edges));
            return ExitCode.OK;
        }
    }
}
