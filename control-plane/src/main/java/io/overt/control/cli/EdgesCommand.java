package io.overt.control.cli;

import io.overt.proto.control.v1.Edge;
import io.overt.proto.control.v1.ForgetEdgeRequest;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import io.overt.service.identity.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl edges}. */
@Command(
        name = "edges",
        description = "Lists edges: connected or not, what they run, what they refused and why.",
        subcommands = EdgesCommand.Forget.class)
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

    /** {@code overtctl edges forget}. */
    @Command(
            name = "forget",
            description = {
                "Forgets edges that were taken out of service: they are shown and counted no more.",
                "Each has to be away. One that connects again is known anew."
            })
    static final class Forget implements Callable<Integer> {
        @ParentCommand private @Nullable EdgesCommand edges;
        @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

        @Parameters(
                paramLabel = "EDGE",
                arity = "1..*",
                description = "Fleet identities, as listed: overt://SITE/edge/NAME.")
        private List<String> names = List.of();

        @Override
        public Integer call() throws Exception {
            var all = names.stream().map(this::edge).toList();
            var overtctl = filledIn(edges).overtctl();
            try (var connection = overtctl.connect()) {
                var forgotten = new ArrayList<Edge>();
                for (var each : all) {
                    forgotten.add(
                            connection
                                    .admin()
                                    .forgetEdge(
                                            ForgetEdgeRequest.newBuilder()
                                                    .setSite(each.site())
                                                    .setName(each.name())
                                                    .build())
                                    .getEdge());
                }
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                forgotten.stream().map(Output::json).toList(),
                                () -> Output.edges(forgotten));
                return ExitCode.OK;
            }
        }

        private FleetIdentity edge(String name) {
            try {
                var identity = FleetIdentity.parse(name);
                if (identity.role() == Role.EDGE) {
                    return identity;
                }
            } catch (MalformedIdentityException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            throw new ParameterException(
                    spec.commandLine(), name + " (expected: overt://SITE/edge/NAME)");
        }
    }
}
