package io.overt.control.cli;

import com.google.protobuf.Timestamp;
import io.overt.proto.control.v1.EdgeAnswer;
import io.overt.proto.control.v1.ExclusionEffect;
import io.overt.proto.control.v1.SiteExclusion;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How exclusions look. What comes from clients and edges is made printable. */
final class ExclusionOutput {

    static String table(List<SiteExclusion> exclusions) {
        var rows = new ArrayList<List<String>>();
        rows.add(
                List.of(
                        "SITE",
                        "SCOPE",
                        "HOST",
                        "CLIENT",
                        "KIND",
                        "COUNT",
                        "FIRST SEEN",
                        "LAST SEEN",
                        "EXPIRES",
                        "STATE",
                        "BY"));
        for (var each : exclusions) {
            var entry = each.getEntry();
            rows.add(
                    List.of(
                            Output.printable(each.getSite()),
                            entry.getClient().isEmpty() ? "host" : "client",
                            Output.printable(entry.getHost()),
                            entry.getClient().isEmpty() ? "*" : Output.printable(entry.getClient()),
                            Output.printable(entry.getKind()),
                            Integer.toUnsignedString(entry.getRefusals()),
                            time(entry.getFirstSeen()),
                            time(entry.getLastSeen()),
                            entry.hasExpires() ? time(entry.getExpires()) : "never",
                            Output.printable(entry.getBasis()),
                            entry.getConfirmedBy().isEmpty()
                                    ? "-"
                                    : Output.printable(entry.getConfirmedBy())));
        }
        return Output.table(rows);
    }

    static Map<String, Object> json(SiteExclusion exclusion) {
        var entry = exclusion.getEntry();
        var json = new LinkedHashMap<String, Object>();
        json.put("site", exclusion.getSite());
        json.put("scope", entry.getClient().isEmpty() ? "host" : "client");
        json.put("host", entry.getHost());
        json.put("client", entry.getClient());
        json.put("kind", entry.getKind());
        json.put("count", Integer.toUnsignedLong(entry.getRefusals()));
        json.put("first_seen", time(entry.getFirstSeen()));
        json.put("last_seen", time(entry.getLastSeen()));
        json.put("expires", entry.hasExpires() ? time(entry.getExpires()) : "");
        json.put("state", entry.getBasis());
        json.put("confirmed_by", entry.getConfirmedBy());
        return json;
    }

    static String text(ExclusionEffect effect) {
        return switch (effect) {
            case EXCLUSION_EFFECT_DONE -> "done";
            case EXCLUSION_EFFECT_UNKNOWN -> "unknown";
            case EXCLUSION_EFFECT_FULL -> "full";
            case EXCLUSION_EFFECT_MALFORMED -> "malformed";
            case EXCLUSION_EFFECT_UNSPECIFIED, UNRECOGNIZED -> "unanswered";
        };
    }

    static String sentence(ExclusionEffect effect, String site, String host, String client) {
        var subject = host + " for " + (client.isEmpty() ? "every client" : client) + " at " + site;
        return switch (effect) {
            case EXCLUSION_EFFECT_DONE -> "done: " + subject;
            case EXCLUSION_EFFECT_UNKNOWN ->
                    subject + ": nothing is known of it (see: overtctl exclusions list)";
            case EXCLUSION_EFFECT_FULL ->
                    subject + ": as many are confirmed as may be; write a rule for them";
            case EXCLUSION_EFFECT_MALFORMED ->
                    subject + ": not a host name or an address that an edge can read";
            case EXCLUSION_EFFECT_UNSPECIFIED, UNRECOGNIZED ->
                    subject + ": no edge of that site answered";
        };
    }

    /** What keeps the answer from being the whole one. */
    static List<String> complaints(List<EdgeAnswer> edges, boolean truncated) {
        var lines = new ArrayList<String>();
        for (var edge : edges) {
            switch (edge.getAnswering()) {
                case EDGE_ANSWERING_ANSWERED -> {}
                case EDGE_ANSWERING_AWAY ->
                        lines.add(Output.printable(edge.getEdge()) + ": away, not asked");
                case EDGE_ANSWERING_SILENT ->
                        lines.add(Output.printable(edge.getEdge()) + ": did not answer in time");
                case EDGE_ANSWERING_TOO_OLD ->
                        lines.add(
                                Output.printable(edge.getEdge()) + ": too old to know exclusions");
                case EDGE_ANSWERING_UNSPECIFIED, UNRECOGNIZED ->
                        lines.add(Output.printable(edge.getEdge()) + ": answered unintelligibly");
            }
        }
        if (truncated) {
            lines.add("there are more: ask for one --site or --host, or raise --limit");
        }
        return lines;
    }

    /** As an edge says it, be it nonsense. */
    private static String time(Timestamp at) {
        if (at.getSeconds() < 0 || at.getSeconds() > LAST_SECOND) {
            return "?";
        }
        return Instant.ofEpochSecond(at.getSeconds()).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Of the year 9999. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private ExclusionOutput() {}
}
