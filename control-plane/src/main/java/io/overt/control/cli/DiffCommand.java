package io.overt.control.cli;

import io.overt.control.author.PolicyDiff;
import io.overt.policy.PolicySource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overtctl diff}. */
@Command(
        name = "diff",
        sortOptions = false,
        description = {
            "Tells what differs between two policies: rules added, removed, moved and changed, lists, and lines.",
            "A policy is a folder, a document, or a published version: @7, @newest."
        })
final class DiffCommand extends OvertctlCommand {
    @Parameters(index = "0", paramLabel = "OLD", description = "A policy.")
    private @Nullable String before;

    @Parameters(index = "1", paramLabel = "NEW", description = "The other policy.")
    private @Nullable String after;

    @Option(
            names = "--exit-code",
            description = "Exit with " + ExitCode.DIFFERS + " when there are differences.")
    private boolean exitCode;

    @Override
    public Integer call() throws Exception {
        var overtctl = overtctl();
        var diff =
                PolicyDiff.of(
                        PublishedPolicy.contents(
                                PublishedPolicy.read(filledIn(before), overtctl).files()),
                        PublishedPolicy.contents(
                                PublishedPolicy.read(filledIn(after), overtctl).files()),
                        PolicySource.DOCUMENT);
        overtctl.format().print(spec().commandLine().getOut(), json(diff), () -> text(diff));
        return exitCode && !diff.same() ? ExitCode.DIFFERS : ExitCode.OK;
    }

    private static Map<String, Object> json(PolicyDiff diff) {
        var json = new LinkedHashMap<String, Object>();
        json.put("rules", diff.rules().stream().map(DiffCommand::json).toList());
        json.put("settings", diff.settings());
        json.put("lists", diff.lists().stream().map(DiffCommand::json).toList());
        json.put("lines", diff.lines());
        return json;
    }

    private static Map<String, Object> json(PolicyDiff.RuleChange change) {
        var json = new LinkedHashMap<String, Object>();
        json.put("section", change.section());
        json.put("rule", change.rule());
        json.put("change", word(change.kind()));
        json.put("detail", change.detail());
        return json;
    }

    private static Map<String, Object> json(PolicyDiff.ListChange change) {
        var json = new LinkedHashMap<String, Object>();
        json.put("file", change.file());
        json.put("before", change.before());
        json.put("after", change.after());
        json.put("added", change.added());
        json.put("removed", change.removed());
        return json;
    }

    private static String text(PolicyDiff diff) {
        if (diff.same()) {
            return "no difference\n";
        }
        var text = new StringBuilder();
        if (!diff.rules().isEmpty()) {
            var rows = new ArrayList<List<String>>();
            rows.add(List.of("RULE", "CHANGE", "WHAT"));
            diff.rules()
                    .forEach(
                            change ->
                                    rows.add(
                                            List.of(
                                                    Output.printable(change.rule()),
                                                    word(change.kind()),
                                                    Output.printable(change.detail()))));
            text.append(Output.table(rows));
        }
        if (!diff.lists().isEmpty()) {
            var rows = new ArrayList<List<String>>();
            rows.add(List.of("LIST", "BEFORE", "AFTER", "ADDED", "REMOVED"));
            diff.lists()
                    .forEach(
                            change ->
                                    rows.add(
                                            List.of(
                                                    Output.printable(change.file()),
                                                    Long.toString(change.before()),
                                                    Long.toString(change.after()),
                                                    Long.toString(change.added()),
                                                    Long.toString(change.removed()))));
            text.append(text.isEmpty() ? "" : "\n").append(Output.table(rows));
        }
        if (!diff.settings().isEmpty()) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append("changed besides: ")
                    .append(Output.printable(String.join(", ", diff.settings())))
                    .append('\n');
        }
        if (!diff.lines().isEmpty()) {
            text.append('\n');
            diff.lines().forEach(line -> text.append(Output.printable(line)).append('\n'));
        }
        return text.toString();
    }

    private static String word(PolicyDiff.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
