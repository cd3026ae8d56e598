package io.overt.control.cli;

import io.overt.proto.control.v1.Edge;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.PublishOutcome;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.control.v1.PublishResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl apply}. */
@Command(
        name = "apply",
        sortOptions = false,
        description = {
            "Publishes a policy to every edge, unless it has problems.",
            "Applied again unchanged, it uses no new version number."
        })
final class ApplyCommand implements Callable<Integer> {
    @ParentCommand private @Nullable Overtctl overtctl;
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Parameters(
            paramLabel = "POLICY",
            description = "The policy's document, or the folder with its policy.yaml.")
    private @Nullable Path policy;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "Then wait until every connected edge has taken or refused it, at most so long.")
    private @Nullable Integer waitSeconds;

    @Override
    public Integer call() throws Exception {
        if (overtctl == null || policy == null) {
            throw new IllegalStateException("picocli fills in both");
        }
        var folder = PolicyFolder.read(policy);
        try (var connection = overtctl.connect()) {
            var response =
                    connection
                            .admin()
                            .publish(
                                    PublishRequest.newBuilder()
                                            .addAllFiles(folder.files())
                                            .build());
            if (response.getProblemsCount() > 0 || waitSeconds == null) {
                report(overtctl, folder, response, List.of());
                return response.getProblemsCount() > 0 ? ExitCode.PROBLEMS : ExitCode.OK;
            }
            var laggards =
                    await(
                            connection,
                            response.getVersion(),
                            Duration.ofSeconds(Math.max(0, waitSeconds)));
            report(overtctl, folder, response, laggards);
            return laggards.isEmpty() ? ExitCode.OK : ExitCode.NOT_IN_FORCE;
        }
    }

    /**
     * Those connected edges that do not run the version when all have answered, or the time is up.
     */
    private static List<Edge> await(Connection connection, long version, Duration atMost)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            var behind =
                    connection
                            .admin()
                            .listEdges(ListEdgesRequest.getDefaultInstance())
                            .getEdgesList()
                            .stream()
                            .filter(
                                    edge ->
                                            edge.getConnected()
                                                    && edge.getActiveVersion() < version)
                            .toList();
            boolean allAnswered =
                    behind.stream().allMatch(edge -> edge.getRejectedVersion() >= version);
            if (allAnswered || System.nanoTime() - deadline >= 0) {
                return behind;
            }
            Thread.sleep(POLL);
        }
    }

    private void report(
            Overtctl overtctl, PolicyFolder folder, PublishResponse response, List<Edge> laggards) {
        var out = spec.commandLine().getOut();
        var json = new LinkedHashMap<String, Object>();
        json.put("outcome", outcome(response.getOutcome()));
        json.put("version", response.getVersion());
        json.put("not_in_force_at", laggards.stream().map(Output::json).toList());
        new ProblemReport(folder, out, overtctl.format())
                .print(
                        json,
                        response.getProblemsList(),
                        response.getWarningsList(),
                        "version "
                                + Long.toUnsignedString(response.getVersion())
                                + " "
                                + outcome(response.getOutcome()));
        if (!laggards.isEmpty() && overtctl.format() == Overtctl.Format.table) {
            out.println("not in force at:");
            out.print(Output.edges(laggards));
            out.flush();
        }
    }

    private static String outcome(PublishOutcome outcome) {
        return outcome.name().replace("PUBLISH_OUTCOME_", "").toLowerCase(Locale.ROOT);
    }

    private static final Duration POLL = Duration.ofMillis(100);
}
