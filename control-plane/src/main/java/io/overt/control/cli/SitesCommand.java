package io.overt.control.cli;

import io.overt.proto.control.v1.ListSitesRequest;
import io.overt.proto.control.v1.ListSitesResponse;
import io.overt.proto.control.v1.Site;
import io.overt.proto.control.v1.SiteEdge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code overtctl sites}. */
@Command(
        name = "sites",
        description =
                "Lists sites with their edges: versions, labels, figures, and their wave in the rollout that runs.")
final class SitesCommand extends OvertctlCommand {
    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        try (var connection = overtctl.connect()) {
            var answer = connection.rollouts().listSites(ListSitesRequest.getDefaultInstance());
            overtctl.format()
                    .print(
                            spec().commandLine().getOut(),
                            answer.getSitesList().stream().map(SitesCommand::json).toList(),
                            () -> text(answer));
            return ExitCode.OK;
        }
    }

    private static Map<String, Object> json(Site site) {
        var json = new LinkedHashMap<String, Object>();
        json.put("site", site.getName());
        json.put("emergency", site.hasEmergency() ? site.getEmergency().getNumber() : 0);
        json.put("edges", site.getEdgesList().stream().map(SitesCommand::json).toList());
        return json;
    }

    private static Map<String, Object> json(SiteEdge edge) {
        var json = Output.json(edge.getEdge());
        json.put("labels", List.copyOf(edge.getLabelsList()));
        json.put("target_version", edge.getTargetVersion());
        json.put("shadow_version", edge.getShadowVersion());
        json.put("wave", edge.hasWave() ? edge.getWave() : -1);
        if (edge.hasHealth()) {
            var health = new LinkedHashMap<String, Object>();
            health.put("version", edge.getHealth().getVersion());
            health.put("connections", edge.getHealth().getConnections());
            health.put("inspected", edge.getHealth().getInspected());
            health.put("spliced", edge.getHealth().getSpliced());
            health.put("spliced_by_failure", edge.getHealth().getSplicedByFailure());
            health.put("blocked", edge.getHealth().getBlocked());
            health.put("handshake_failures", edge.getHealth().getHandshakeFailures());
            health.put("client_refusals", edge.getHealth().getClientRefusals());
            json.put("health", health);
        }
        return json;
    }

    private static String text(ListSitesResponse answer) {
        var rows = new ArrayList<List<String>>();
        rows.add(
                List.of(
                        "SITE",
                        "EDGE",
                        "STREAM",
                        "ACTIVE",
                        "TARGET",
                        "WAVE",
                        "LABELS",
                        "CONNECTIONS",
                        "FAILED",
                        "REFUSED",
                        "EMERGENCY"));
        answer.getSitesList()
                .forEach(site -> site.getEdgesList().forEach(edge -> rows.add(row(site, edge))));
        return Output.table(rows);
    }

    private static List<String> row(Site site, SiteEdge edge) {
        var identity = edge.getEdge().getIdentity();
        return List.of(
                site.getName(),
                identity.substring(identity.lastIndexOf('/') + 1),
                edge.getEdge().getConnected() ? "open" : "away",
                number(edge.getEdge().getActiveVersion()),
                number(edge.getTargetVersion()),
                edge.hasWave() ? Integer.toString(edge.getWave() + 1) : "-",
                edge.getLabelsCount() == 0
                        ? "-"
                        : Output.printable(String.join(",", edge.getLabelsList())),
                edge.hasHealth() ? Long.toString(edge.getHealth().getConnections()) : "-",
                edge.hasHealth() ? Long.toString(edge.getHealth().getHandshakeFailures()) : "-",
                edge.hasHealth() ? Long.toString(edge.getHealth().getClientRefusals()) : "-",
                site.hasEmergency()
                        ? "until " + RolloutOutput.time(site.getEmergency().getUntil())
                        : "-");
    }

    private static String number(long version) {
        return version == 0 ? "-" : Long.toUnsignedString(version);
    }
}
