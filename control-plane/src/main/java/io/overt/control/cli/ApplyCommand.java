package io.overt.control.cli;

import io.overt.proto.control.v1.Edge;
import io.overt.proto.control.v1.GetRolloutRequest;
import io.overt.proto.control.v1.ListEdgesRequest;
import io.overt.proto.control.v1.PublishOutcome;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.control.v1.PublishResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl apply}. */
@Command(
        name = "apply",
        sortOptions = false,
        description = {
            "Publishes a policy and begins its rollout, unless it has problems: to every edge at once,",
            "or by the control plane's plan and approvals. Applied again unchanged, it uses no new version number."
        })
final class ApplyCommand extends OvertctlCommand {
    @Parameters(
            paramLabel = "POLICY",
            description = "The policy's document, or the folder with its policy.yaml.")
    private @Nullable Path policy;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "Then wait until every connected edge has taken or refused it, or its rollout is over or waits for a person, at most so long.")
    private @Nullable Integer waitSeconds;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var folder = PolicyFolder.read(filledIn(policy));
        try (var connection = overtctl.connect()) {
            var response =
                    connection
                            .admin()
                            .publish(
                                    PublishRequest.newBuilder()
                                            .addAllFiles(folder.files())
                                            .build());
            var rollout = rollout(connection, response);
            if (response.getProblemsCount() > 0 || waitSeconds == null) {
                report(overtctl, folder, response, rollout, List.of());
                return response.getProblemsCount() > 0 ? ExitCode.PROBLEMS : ExitCode.OK;
            }
            var laggards =
                    await(connection, response, Duration.ofSeconds(Math.max(0, waitSeconds)));
            report(overtctl, folder, response, rollout, laggards);
            return laggards.isEmpty() ? ExitCode.OK : ExitCode.NOT_IN_FORCE;
        }
    }

    /**
     * Those connected edges that do not run the version when all have answered, or the time is up.
     */
    private static List<Edge> await(
            Connection connection, PublishResponse response, Duration atMost)
            throws InterruptedException {
        long version = response.getVersion();
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
            if (allAnswered || stands(connection, response) || System.nanoTime() - deadline >= 0) {
                return behind;
            }
            Thread.sleep(POLL);
        }
    }

    /** What people are told of the rollout, where it is more than every edge at once. */
    private static String rollout(Connection connection, PublishResponse response) {
        if (response.getRollout() == 0) {
            return "";
        }
        var rollout =
                connection
                        .rollouts()
                        .getRollout(
                                GetRolloutRequest.newBuilder()
                                        .setId(response.getRollout())
                                        .build());
        return rollout.getApprovalsNeeded() == 0 && rollout.getWavesCount() < 2
                ? ""
                : ", rollout "
                        + rollout.getId()
                        + " "
                        + RolloutOutput.phase(rollout.getPhase())
                        + (rollout.getApprovals() < rollout.getApprovalsNeeded()
                                ? " (%d of %d approvals)"
                                        .formatted(
                                                rollout.getApprovals(),
                                                rollout.getApprovalsNeeded())
                                : "");
    }

    /** Whether the rollout does not go on by itself. */
    private static boolean stands(Connection connection, PublishResponse response) {
        if (response.getRollout() == 0) {
            return false;
        }
        return switch (connection
                .rollouts()
                .getRollout(GetRolloutRequest.newBuilder().setId(response.getRollout()).build())
                .getPhase()) {
            case ROLLOUT_PHASE_AWAITING_APPROVAL,
                    ROLLOUT_PHASE_PAUSED,
                    ROLLOUT_PHASE_ROLLED_BACK,
                    ROLLOUT_PHASE_ABORTED,
                    ROLLOUT_PHASE_SUPERSEDED ->
                    true;
            case ROLLOUT_PHASE_UNSPECIFIED,
                    ROLLOUT_PHASE_SCHEDULED,
                    ROLLOUT_PHASE_WAVE,
                    ROLLOUT_PHASE_BAKING,
                    ROLLOUT_PHASE_ROLLING_BACK,
                    ROLLOUT_PHASE_COMPLETE,
                    UNRECOGNIZED ->
                    false;
        };
    }

    private void report(
            Overtctl overtctl,
            PolicyFolder folder,
            PublishResponse response,
            String rollout,
            List<Edge> laggards) {
        var out = spec().commandLine().getOut();
        var json = new LinkedHashMap<String, Object>();
        json.put("outcome", outcome(response.getOutcome()));
        json.put("version", response.getVersion());
        json.put("rollout", response.getRollout());
        json.put("not_in_force_at", laggards.stream().map(Output::json).toList());
        new ProblemReport(folder, out, overtctl.format())
                .print(
                        json,
                        response.getProblemsList(),
                        response.getWarningsList(),
                        "version "
                                + Long.toUnsignedString(response.getVersion())
                                + " "
                                + outcome(response.getOutcome())
                                + rollout);
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
