package io.overt.control.cli;

import io.overt.control.author.DryRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a dry run's report looks. */
record DryRunAnswer(DryRun.Report report, int limit) {

    Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("lines", report.lines());
        json.put("unreadable", report.unreadable());
        json.put("never_asked", report.neverAsked());
        json.put("decided", report.decided());
        json.put("changed", report.changed());
        json.put("other_rule", report.otherRule());
        json.put("not_as_recorded", report.notAsRecorded());
        json.put("rests_on_not_recorded", report.uncertain());
        json.put(
                "moves",
                report.moves().stream()
                        .map(each -> json(each.what(), each.records(), new LinkedHashMap<>()))
                        .toList());
        json.put("hosts_shown", shown().size());
        json.put("hosts_not_shown", report.changes().size() - shown().size());
        json.put("records_beyond", report.beyond());
        json.put(
                "hosts",
                shown().stream()
                        .map(
                                each -> {
                                    var host = new LinkedHashMap<String, Object>();
                                    host.put("host", each.what().host());
                                    return json(each.what().move(), each.records(), host);
                                })
                        .toList());
        json.put(
                "first_unreadable",
                report.firstBad().stream()
                        .map(bad -> bad.file() + ":" + bad.line() + ": " + bad.why())
                        .toList());
        return json;
    }

    private List<DryRun.Counted<DryRun.Change>> shown() {
        return report.changes().stream().limit(limit).toList();
    }

    private static Map<String, Object> json(
            DryRun.Move move, long records, Map<String, Object> json) {
        json.put("old_rule", move.before().rule());
        json.put("old", move.before().outcome());
        json.put("new_rule", move.after().rule());
        json.put("new", move.after().outcome());
        json.put("records", records);
        return json;
    }

    String text() {
        var text = new StringBuilder();
        text.append(report.lines())
                .append(" records: ")
                .append(report.decided())
                .append(" decided by both, ")
                .append(report.neverAsked())
                .append(" ended before a policy was asked, ")
                .append(report.unreadable())
                .append(" unreadable\n");
        report.firstBad()
                .forEach(
                        bad ->
                                text.append(
                                        Output.printable(
                                                        "  "
                                                                + bad.file()
                                                                + ":"
                                                                + bad.line()
                                                                + ": "
                                                                + bad.why())
                                                + "\n"));
        text.append(report.changed())
                .append(" meet another fate, ")
                .append(report.otherRule())
                .append(" the same by another rule\n");
        report.uncertain()
                .forEach(
                        (fact, records) ->
                                text.append(records)
                                        .append(" cannot be told: they rest on ")
                                        .append(fact)
                                        .append(", which is not recorded\n"));
        if (report.notAsRecorded() > 0) {
            text.append(report.notAsRecorded())
                    .append(" were decided by another rule than OLD says: by another version\n");
        }
        if (report.moves().isEmpty()) {
            return text.toString();
        }
        var moves = new ArrayList<List<String>>();
        moves.add(List.of("OLD RULE", "OLD", "NEW RULE", "NEW", "RECORDS"));
        report.moves().forEach(each -> moves.add(row(each.what(), each.records(), List.of())));
        text.append('\n').append(Output.table(moves));
        var hosts = new ArrayList<List<String>>();
        hosts.add(List.of("HOST", "OLD RULE", "OLD", "NEW RULE", "NEW", "RECORDS"));
        shown().forEach(
                        each ->
                                hosts.add(
                                        row(
                                                each.what().move(),
                                                each.records(),
                                                List.of(Output.printable(each.what().host())))));
        text.append('\n').append(Output.table(hosts));
        int hidden = report.changes().size() - shown().size();
        if (hidden > 0) {
            text.append("and ").append(hidden).append(" more, see --limit\n");
        }
        if (report.beyond() > 0) {
            text.append(report.beyond())
                    .append(" more records of hosts that were too many to be kept apart\n");
        }
        return text.toString();
    }

    private static List<String> row(DryRun.Move move, long records, List<String> first) {
        var row = new ArrayList<String>(first);
        row.add(move.before().rule());
        row.add(move.before().outcome());
        row.add(move.after().rule());
        row.add(move.after().outcome());
        row.add(Long.toString(records));
        return row;
    }
}
