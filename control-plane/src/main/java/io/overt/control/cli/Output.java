package io.overt.control.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.overt.proto.control.v1.Edge;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.control.v1.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How answers look: the same facts as a table for people and as JSON for programs. */
final class Output {

    static Map<String, Object> json(Version version) {
        var json = new LinkedHashMap<String, Object>();
        json.put("version", version.getVersion());
        json.put("policy", version.getPolicy());
        json.put("published", time(version.getPublished()));
        json.put("publisher", version.getPublisher());
        json.put("manifest_sha256", hex(version.getManifestSha256()));
        return json;
    }

    static Map<String, Object> json(Edge edge) {
        var json = new LinkedHashMap<String, Object>();
        json.put("identity", edge.getIdentity());
        json.put("connected", edge.getConnected());
        json.put("active_version", edge.getActiveVersion());
        json.put("rejected_version", edge.getRejectedVersion());
        json.put("problems", problems(edge.getProblemsList()));
        json.put("last_seen", time(edge.getLastSeen()));
        json.put("build", edge.getBuild());
        return json;
    }

    static List<Map<String, Object>> problems(List<Problem> problems) {
        return problems.stream().map(Output::json).toList();
    }

    private static Map<String, Object> json(Problem problem) {
        var json = new LinkedHashMap<String, Object>();
        json.put("file", problem.getFile());
        json.put("line", problem.getLine());
        json.put("column", problem.getColumn());
        json.put("rule", problem.getRule());
        json.put("message", problem.getMessage());
        return json;
    }

    static String versions(List<Version> versions) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("VERSION", "POLICY", "PUBLISHED", "BY", "MANIFEST"));
        versions.forEach(
                version ->
                        rows.add(
                                List.of(
                                        Long.toUnsignedString(version.getVersion()),
                                        version.getPolicy(),
                                        time(version.getPublished()),
                                        version.getPublisher(),
                                        hex(version.getManifestSha256()).substring(0, 12))));
        return table(rows);
    }

    static String edges(List<Edge> edges) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("EDGE", "STREAM", "ACTIVE", "REFUSED", "LAST SEEN", "BUILD"));
        var refusals = new StringBuilder();
        for (var edge : edges) {
            rows.add(
                    List.of(
                            edge.getIdentity(),
                            edge.getConnected() ? "open" : "away",
                            number(edge.getActiveVersion()),
                            number(edge.getRejectedVersion()),
                            time(edge.getLastSeen()),
                            printable(edge.getBuild())));
            if (edge.getRejectedVersion() != 0) {
                refusals.append('\n')
                        .append(edge.getIdentity())
                        .append(" refused version ")
                        .append(Long.toUnsignedString(edge.getRejectedVersion()))
                        .append(":\n");
                edge.getProblemsList()
                        .forEach(
                                problem ->
                                        refusals.append("  ").append(line(problem)).append('\n'));
            }
        }
        return table(rows) + refusals;
    }

    private static String line(Problem problem) {
        var place =
                problem.getFile().isEmpty()
                        ? ""
                        : problem.getFile()
                                + (problem.getLine() > 0
                                        ? ":" + problem.getLine() + ":" + problem.getColumn()
                                        : "")
                                + ": ";
        return printable(place + rule(problem) + problem.getMessage());
    }

    static String rule(Problem problem) {
        return problem.getRule().isEmpty() ? "" : "rule " + problem.getRule() + ": ";
    }

    /** What comes from an edge must not steer the operator's terminal. */
    static String printable(String text) {
        return text.chars()
                .collect(
                        StringBuilder::new,
                        (all, c) -> all.append(Character.isISOControl(c) ? '?' : (char) c),
                        StringBuilder::append)
                .toString();
    }

    /** The first row is the head. */
    static String table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        var widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var table = new StringBuilder();
        for (var row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                table.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
            }
            table.append(row.getLast()).append('\n');
        }
        return table.toString();
    }

    private static String number(long version) {
        return version == 0 ? "-" : Long.toUnsignedString(version);
    }

    static String time(Timestamp at) {
        return Instant.ofEpochSecond(at.getSeconds(), at.getNanos())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private Output() {}
}
