package io.overt.control.cli;

import io.overt.proto.control.v1.ListSource;
import io.overt.proto.control.v1.ListSourcesRequest;
import io.overt.proto.control.v1.RefreshSourceRequest;
import io.overt.proto.control.v1.RefreshSourceResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl lists}. */
@Command(
        name = "lists",
        sortOptions = false,
        description = {
            "Lists the lists of the newest version: what is in them, and how those fare that are fetched.",
            "Exits with "
                    + ExitCode.NOT_IN_FORCE
                    + " when one could not be fetched at the last look."
        },
        subcommands = ListsCommand.Refresh.class)
final class ListsCommand extends OvertctlCommand {
    @Override
    public Integer call() throws Exception {
        try (var connection = overtctl().connect()) {
            var lists =
                    connection
                            .lists()
                            .listSources(ListSourcesRequest.getDefaultInstance())
                            .getListsList();
            overtctl()
                    .format()
                    .print(
                            spec().commandLine().getOut(),
                            lists.stream().map(ListsCommand::json).toList(),
                            () -> table(lists));
            return lists.stream().allMatch(list -> list.getProblem().isEmpty())
                    ? ExitCode.OK
                    : ExitCode.NOT_IN_FORCE;
        }
    }

    /** {@code overtctl lists refresh}. */
    @Command(
            name = "refresh",
            sortOptions = false,
            description =
                    "Fetches a list now; when it has changed, a version is published by itself.")
    static final class Refresh implements Callable<Integer> {
        @ParentCommand private @Nullable ListsCommand lists;
        @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

        @Parameters(paramLabel = "NAME", description = "The list, as the document calls it.")
        private String name = "";

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                description = "How long the fetch may take; default: ${DEFAULT-VALUE}.")
        private int timeout = 600;

        @Override
        public Integer call() throws Exception {
            var overtctl = filledIn(lists).overtctl();
            try (var connection = overtctl.connect()) {
                var answer =
                        connection
                                .lists(timeout)
                                .refreshSource(
                                        RefreshSourceRequest.newBuilder().setName(name).build());
                var json = json(answer.getList());
                json.put("version", answer.getVersion());
                json.put("changed", answer.getChanged());
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                json,
                                () -> table(List.of(answer.getList())) + outcome(answer));
                return answer.getList().getProblem().isEmpty()
                        ? ExitCode.OK
                        : ExitCode.NOT_IN_FORCE;
            }
        }
    }

    private static String outcome(RefreshSourceResponse answer) {
        if (answer.getVersion() != 0) {
            return "version " + Long.toUnsignedString(answer.getVersion()) + " published\n";
        }
        return answer.getChanged()
                ? "changed; published when the rollout that is on its way is over\n"
                : "unchanged\n";
    }

    private static Map<String, Object> json(ListSource list) {
        var json = new LinkedHashMap<String, Object>();
        json.put("name", list.getName());
        json.put("url", list.getUrl());
        json.put("path", list.getPath());
        json.put("root", Output.hex(list.getRoot()));
        json.put("names", list.getNames());
        json.put("size", list.getSize());
        json.put("fetched", list.hasFetched() ? Output.time(list.getFetched()) : "");
        json.put("checked", list.hasChecked() ? Output.time(list.getChecked()) : "");
        json.put("next", list.hasNext() ? Output.time(list.getNext()) : "");
        json.put("problem", Output.printable(list.getProblem()));
        json.put("failures", list.getFailures());
        return json;
    }

    private static String table(List<ListSource> lists) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("LIST", "FROM", "NAMES", "DIGEST", "FETCHED", "CHECKED", "NEXT"));
        var problems = new StringBuilder();
        for (var list : lists) {
            var root = Output.hex(list.getRoot());
            rows.add(
                    List.of(
                            list.getName(),
                            Output.printable(
                                    list.getUrl().isEmpty() ? list.getPath() : list.getUrl()),
                            root.isEmpty() ? "-" : Long.toUnsignedString(list.getNames()),
                            root.isEmpty() ? "-" : root.substring(0, 12),
                            list.hasFetched() ? Output.time(list.getFetched()) : "-",
                            list.hasChecked() ? Output.time(list.getChecked()) : "-",
                            list.hasNext() ? Output.time(list.getNext()) : "-"));
            if (!list.getProblem().isEmpty()) {
                problems.append('\n')
                        .append(list.getName())
                        .append(": ")
                        .append(Output.printable(list.getProblem()))
                        .append(" (")
                        .append(list.getFailures())
                        .append(list.getFailures() == 1 ? " time" : " times in a row")
                        .append("; the last good one stays)\n");
            }
        }
        return Output.table(rows) + problems;
    }
}
