package io.overt.control.cli;

import io.overt.proto.control.v1.ListLogEntriesRequest;
import io.overt.proto.control.v1.ListLogsRequest;
import io.overt.proto.control.v1.LogEntryView;
import io.overt.proto.control.v1.LogViewGrpc.LogViewBlockingStub;
import io.overt.proto.control.v1.WitnessedLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl log}. */
@Command(
        name = "log",
        description = {
            "Shows the signers' transparency logs, as far as the control plane witnesses them.",
            "Host names are sealed to the security team: `overt-signer log search` finds them."
        },
        subcommands = {LogCommand.ListCommand.class, LogCommand.Search.class})
final class LogCommand extends CommandGroup {
    /** {@code overtctl log list}. */
    @Command(
            name = "list",
            description = {
                "Lists the logs: how each stands, how long it is, when it grew and was cosigned.",
                "Exits with " + ExitCode.LOG_NOT_CONSISTENT + " unless all are consistent."
            })
    static final class ListCommand implements Callable<Integer> {
        @ParentCommand private @Nullable LogCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            try (var connection = overtctl.connect()) {
                var logs =
                        connection
                                .logs()
                                .listLogs(ListLogsRequest.getDefaultInstance())
                                .getLogsList();
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                logs.stream().map(LogCommand::json).toList(),
                                () -> table(logs));
                return logs.stream().allMatch(log -> log.getState().equals(CONSISTENT))
                        ? ExitCode.OK
                        : ExitCode.LOG_NOT_CONSISTENT;
            }
        }
    }

    /** {@code overtctl log search}. */
    @Command(
            name = "search",
            sortOptions = false,
            description = {
                "Lists entries of the logs, newest first, each proven to be under the head that was witnessed.",
                "Exits with " + ExitCode.NOT_FOUND + " when there is none."
            })
    static final class Search implements Callable<Integer> {
        @ParentCommand private @Nullable LogCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

        @Parameters(
                paramLabel = "TEXT",
                arity = "0..1",
                description =
                        "Only with this in requester, certificate id, issuer's SHA-256 or the words of the entry.")
        private String text = "";

        @Option(
                names = "--log",
                paramLabel = "LOG",
                description = "Only this one: its origin, or the beginning of its hash.")
        private @Nullable String log;

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                completionCandidates = Kinds.class,
                description = "Only of this kind: ${COMPLETION-CANDIDATES}.")
        private String kind = "";

        @Option(
                names = "--from",
                paramLabel = "N",
                description = "Only the entry with this number, and those before it.")
        private @Nullable Long from;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "50",
                description = "At most so many of a log; default: ${DEFAULT-VALUE}.")
        private int limit = 50;

        @Option(
                names = "--look-at",
                paramLabel = "N",
                defaultValue = "100000",
                description =
                        "Look no further than so many entries of a log; default: ${DEFAULT-VALUE}.")
        private long lookAt = 100_000;

        @Override
        public Integer call() throws Exception {
            check();
            var overtctl = CommandGroup.overtctlOf(parent);
            try (var connection = overtctl.connect()) {
                var found = new ArrayList<Found>();
                for (var each :
                        chosen(
                                connection
                                        .logs()
                                        .listLogs(ListLogsRequest.getDefaultInstance())
                                        .getLogsList())) {
                    search(each, connection, found);
                }
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                found.stream().map(Found::json).toList(),
                                () -> LogCommand.entries(found));
                if (found.isEmpty() && !text.isEmpty()) {
                    spec.commandLine()
                            .getErr()
                            .println(
                                    "nothing found; host names are sealed, and `overt-signer log search` finds them");
                }
                return found.isEmpty() ? ExitCode.NOT_FOUND : ExitCode.OK;
            }
        }

        private void check() {
            if (!kind.isEmpty() && !KINDS.contains(kind)) {
                throw wrong("--kind: " + kind + " (expected: " + String.join(", ", KINDS) + ")");
            }
            if (from != null && from < 0) {
                throw wrong("--from: " + from + " (expected: 0 or more)");
            }
            if (limit < 1) {
                throw wrong("--limit: " + limit + " (expected: 1 or more)");
            }
            if (lookAt < 1) {
                throw wrong("--look-at: " + lookAt + " (expected: 1 or more)");
            }
        }

        private List<WitnessedLog> chosen(List<WitnessedLog> logs) {
            if (log == null) {
                return logs;
            }
            var hash = log.toLowerCase(Locale.ROOT);
            var named =
                    logs.stream()
                            .filter(
                                    each ->
                                            each.getOrigin().equals(log)
                                                    || each.getLog().startsWith(hash))
                            .toList();
            if (log.isEmpty() || named.size() != 1) {
                throw wrong(
                        "--log: "
                                + log
                                + " (expected: one of "
                                + logs.stream()
                                        .map(each -> Output.printable(each.getOrigin()))
                                        .collect(Collectors.joining(", "))
                                + ")");
            }
            return named;
        }

        private void search(WitnessedLog in, Connection connection, List<Found> found) {
            var request =
                    ListLogEntriesRequest.newBuilder()
                            .setLog(in.getLog())
                            .setKind(kind)
                            .setText(text);
            if (from != null) {
                request.setFrom(from);
            }
            int wanted = found.size() + limit;
            long lookedAt = 0;
            do {
                LogViewBlockingStub logs = connection.logs();
                request.setPageSize((int) Math.min(wanted - found.size(), lookAt - lookedAt));
                var page = logs.listLogEntries(request.build());
                page.getEntriesList().forEach(each -> found.add(new Found(in, each)));
                lookedAt += page.getLookedAt();
                request.setPageToken(page.getNextPageToken());
            } while (found.size() < wanted
                    && lookedAt < lookAt
                    && !request.getPageToken().isEmpty());
            if (found.size() < wanted && !request.getPageToken().isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println(
                                Output.printable(in.getOrigin())
                                        + ": looked at "
                                        + lookedAt
                                        + " entries; --from "
                                        + request.getPageToken()
                                        + " goes on from there");
            }
        }

        private ParameterException wrong(String what) {
            return new ParameterException(spec.commandLine(), what);
        }
    }

    /** What {@code --kind} completes. */
    static final class Kinds extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Kinds() {
            super(KINDS);
        }
    }

    /** An entry, and where it is. */
    private record Found(WitnessedLog log, LogEntryView entry) {
        Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("log", Output.printable(log.getOrigin()));
            json.put("index", entry.getIndex());
            json.put("at", time());
            json.put("kind", entry.getKind());
            json.put("requester", Output.printable(entry.getRequester()));
            json.put("certificate_id", Output.hex(entry.getCertificateId()));
            json.put("issuer_sha256", Output.hex(entry.getIssuerSha256()));
            if (entry.hasIntent()) {
                json.put("intent", entry.getIntent());
            }
            json.put("words", Output.printable(entry.getWords()));
            return json;
        }

        List<String> row() {
            return List.of(
                    Output.printable(log.getOrigin()),
                    Long.toUnsignedString(entry.getIndex()),
                    entry.hasAt() ? time() : "-",
                    entry.getKind(),
                    entry.getRequester().isEmpty() ? "-" : Output.printable(entry.getRequester()),
                    entry.getCertificateId().isEmpty() ? "-" : Output.hex(entry.getCertificateId()),
                    entry.hasIntent() ? Long.toUnsignedString(entry.getIntent()) : "-",
                    entry.getWords().isEmpty() ? "-" : Output.printable(entry.getWords()));
        }

        private String time() {
            return entry.hasAt() ? Output.time(entry.getAt()) : "";
        }
    }

    private static Map<String, Object> json(WitnessedLog log) {
        var json = new LinkedHashMap<String, Object>();
        json.put("log", log.getLog());
        json.put("origin", Output.printable(log.getOrigin()));
        json.put("url", log.getUrl());
        json.put("key", log.getKey());
        json.put("state", log.getState());
        json.put("why", Output.printable(log.getWhy()));
        json.put("size", log.getSize());
        json.put("root", Output.hex(log.getRoot()));
        json.put("grown", log.hasGrown() ? Output.time(log.getGrown()) : "");
        json.put("cosigned", log.hasCosigned() ? Output.time(log.getCosigned()) : "");
        json.put("checkpoint", log.getCheckpoint());
        return json;
    }

    private static String table(List<WitnessedLog> logs) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("LOG", "HASH", "STATE", "ENTRIES", "GROWN", "COSIGNED"));
        var reasons = new StringBuilder();
        for (var log : logs) {
            rows.add(
                    List.of(
                            Output.printable(log.getOrigin()),
                            log.getLog().substring(0, 12),
                            log.getState(),
                            Long.toUnsignedString(log.getSize()),
                            log.hasGrown() ? Output.time(log.getGrown()) : "-",
                            log.hasCosigned() ? Output.time(log.getCosigned()) : "-"));
            if (!log.getState().equals(CONSISTENT)) {
                reasons.append('\n')
                        .append(Output.printable(log.getOrigin()))
                        .append(": ")
                        .append(Output.printable(log.getWhy()))
                        .append('\n');
            }
        }
        return Output.table(rows) + reasons;
    }

    private static String entries(List<Found> found) {
        var rows = new ArrayList<List<String>>();
        rows.add(
                List.of(
                        "LOG",
                        "ENTRY",
                        "TIME",
                        "KIND",
                        "REQUESTER",
                        "CERTIFICATE ID",
                        "INTENT",
                        "SAYS"));
        found.forEach(each -> rows.add(each.row()));
        return Output.table(rows);
    }

    private static final String CONSISTENT = "consistent";

    private static final List<String> KINDS =
            List.of(
                    "reading-key",
                    "issuer",
                    "intent",
                    "result",
                    "withheld",
                    "crl",
                    "act",
                    "ceremony",
                    "heartbeat",
                    "unknown");
}
