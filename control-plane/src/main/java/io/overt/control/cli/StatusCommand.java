package io.overt.control.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.overt.proto.control.v1.GetRolloutRequest;
import io.overt.proto.control.v1.ListSitesRequest;
import io.overt.proto.control.v1.ListSitesResponse;
import io.overt.proto.control.v1.RolloutState;
import io.overt.proto.control.v1.Site;
import io.overt.proto.control.v1.SiteEdge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code overtctl status}. */
@Command(name = "status", description = "Tells in a few lines how the fleet fares.")
final class StatusCommand extends OvertctlCommand {
    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        try (var connection = overtctl.connect()) {
            var sites = connection.rollouts().listSites(ListSitesRequest.getDefaultInstance());
            var newest = newest(connection);
            overtctl.format()
                    .print(
                            spec().commandLine().getOut(),
                            json(sites, newest),
                            () -> text(sites, newest));
            return ExitCode.OK;
        }
    }

    private static Optional<RolloutState> newest(Connection connection) {
        try {
            return Optional.of(
                    connection.rollouts().getRollout(GetRolloutRequest.getDefaultInstance()));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private record Counts(long edges, long connected, long behind, long refusing) {
        static Counts of(List<Site> sites) {
            var edges = sites.stream().flatMap(site -> site.getEdgesList().stream()).toList();
            return new Counts(
                    edges.size(),
                    edges.stream().filter(edge -> edge.getEdge().getConnected()).count(),
                    edges.stream().filter(StatusCommand::isBehind).count(),
                    edges.stream()
                            .filter(edge -> edge.getEdge().getRejectedVersion() != 0)
                            .count());
        }
    }

    private static boolean isBehind(SiteEdge edge) {
        return edge.getEdge().getActiveVersion() != edge.getTargetVersion();
    }

    private static Map<String, Object> json(
            ListSitesResponse answer, Optional<RolloutState> newest) {
        var counts = Counts.of(answer.getSitesList());
        var json = new LinkedHashMap<String, Object>();
        json.put("base_version", answer.getBaseVersion());
        json.put("sites", answer.getSitesCount());
        json.put("edges", counts.edges());
        json.put("connected", counts.connected());
        json.put("behind", counts.behind());
        json.put("refusing", counts.refusing());
        json.put(
                "emergencies",
                answer.getSitesList().stream()
                        .filter(Site::hasEmergency)
                        .map(Site::getName)
                        .toList());
        newest.ifPresent(rollout -> json.put("rollout", RolloutOutput.json(rollout)));
        return json;
    }

    private static String text(ListSitesResponse answer, Optional<RolloutState> newest) {
        var counts = Counts.of(answer.getSitesList());
        var text =
                new StringBuilder()
                        .append("version in force: ")
                        .append(answer.getBaseVersion() == 0 ? "none" : answer.getBaseVersion())
                        .append('\n')
                        .append(answer.getSitesCount())
                        .append(" sites, ")
                        .append(counts.edges())
                        .append(" edges: ")
                        .append(counts.connected())
                        .append(" connected, ")
                        .append(counts.behind())
                        .append(" without what they are to have, ")
                        .append(counts.refusing())
                        .append(" refusing\n");
        newest.ifPresent(rollout -> text.append(RolloutOutput.progress(NOTHING, rollout)));
        answer.getSitesList().stream()
                .filter(Site::hasEmergency)
                .forEach(
                        site ->
                                text.append("EMERGENCY at site ")
                                        .append(site.getName())
                                        .append(" until ")
                                        .append(RolloutOutput.time(site.getEmergency().getUntil()))
                                        .append(": ")
                                        .append(Output.printable(site.getEmergency().getReason()))
                                        .append('\n'));
        return text.toString();
    }

    private static final RolloutState NOTHING = RolloutState.getDefaultInstance();
}
