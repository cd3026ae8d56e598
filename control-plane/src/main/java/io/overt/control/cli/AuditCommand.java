package io.overt.control.cli;

import com.google.protobuf.Timestamp;
import io.overt.control.audit.ChainCheck;
import io.overt.control.audit.TrailHead;
import io.overt.proto.control.v1.AuditKind;
import io.overt.proto.control.v1.AuditRecord;
import io.overt.proto.control.v1.ExportRecordsRequest;
import io.overt.proto.control.v1.ListRecordsRequest;
import io.overt.proto.control.v1.VerifyChainRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code overtctl audit}. */
@Command(
        name = "audit",
        description = "Shows who did what, and verifies that nothing of it was changed.",
        subcommands = {
            AuditCommand.ListCommand.class,
            AuditCommand.Export.class,
            AuditCommand.Verify.class
        })
final class AuditCommand extends CommandGroup {
    /** {@code overtctl audit list}. */
    @Command(name = "list", description = "Lists lines of the audit trail, newest first.")
    static final class ListCommand implements Callable<Integer> {
        @ParentCommand private @Nullable AuditCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(names = "--actor", paramLabel = "NAME", description = "Only of this one.")
        private String actor = "";

        @Option(
                names = "--method",
                paramLabel = "METHOD",
                description = "Only of this method or event; NAME* for all that begin so.")
        private String method = "";

        @Option(
                names = "--outcome",
                paramLabel = "STATUS",
                description = "Only with this outcome, such as OK or PERMISSION_DENIED.")
        private String outcome = "";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                description = "Only intent, outcome, refusal or event.")
        private @Nullable Kind kind;

        @Option(names = "--request", paramLabel = "ID", description = "Only of this request.")
        private String request = "";

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "Not before this time, 2026-11-28T10:00:00Z.")
        private @Nullable String since;

        @Option(names = "--until", paramLabel = "TIME", description = "Before this time.")
        private @Nullable String until;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "100",
                description = "At most so many; default: ${DEFAULT-VALUE}.")
        private int limit = 100;

        /** As on the command line. */
        enum Kind {
            intent,
            outcome,
            refusal,
            event
        }

        @Override
        public Integer call() throws Exception {
            var overtctl = CommandGroup.overtctlOf(parent);
            var asked =
                    ListRecordsRequest.newBuilder()
                            .setActor(actor)
                            .setMethod(method)
                            .setOutcome(outcome.toUpperCase(Locale.ROOT))
                            .setRequest(request);
            if (outcome.equals("pending")) {
                asked.setOutcome(outcome);
            }
            Optional.ofNullable(kind)
                    .ifPresent(
                            each ->
                                    asked.setKind(
                                            AuditKind.valueOf(
                                                    "AUDIT_KIND_"
                                                            + each.name()
                                                                    .toUpperCase(Locale.ROOT))));
            time("--since", since).ifPresent(asked::setSince);
            time("--until", until).ifPresent(asked::setUntil);
            try (var connection = overtctl.connect()) {
                var records = new ArrayList<AuditRecord>();
                do {
                    asked.setPageSize(Math.clamp(limit - records.size(), 1, 1000));
                    var page = connection.audit().listRecords(asked.build());
                    records.addAll(page.getRecordsList());
                    asked.setPageToken(page.getNextPageToken());
                } while (records.size() < limit && !asked.getPageToken().isEmpty());
                overtctl.format()
                        .print(
                                spec.commandLine().getOut(),
                                records.stream().map(AuditCommand::json).toList(),
                                () -> table(records));
                return ExitCode.OK;
            }
        }

        private Optional<Timestamp> time(String option, @Nullable String text) {
            if (text == null) {
                return Optional.empty();
            }
            try {
                var at = Instant.parse(text);
                return Optional.of(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano())
                                .build());
            } catch (DateTimeParseException _) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + ": " + text + " (expected: a time such as 2026-11-28T10:00:00Z)");
            }
        }
    }

    /** {@code overtctl audit export}. */
    @Command(
            name = "export",
            description = {
                "Writes the audit trail to a new file, one line of JSON each, as it is hashed.",
                "That it was exported is in the trail, too."
            })
    static final class Export implements Callable<Integer> {
        @ParentCommand private @Nullable AuditCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE", description = "Must not be there yet.")
        private Path file = Path.of("");

        @Option(
                names = "--from",
                paramLabel = "N",
                defaultValue = "1",
                description =
                        "The first line's number; default: ${DEFAULT-VALUE}. What begins later is verified with --after.")
        private long from = 1;

        @Override
        public Integer call() throws Exception {
            if (from < 1) {
                throw new ParameterException(
                        spec.commandLine(), "--from: " + from + " (expected: 1 or more)");
            }
            long lines = 0;
            try (var connection = CommandGroup.overtctlOf(parent).connect();
                    var out =
                            Files.newBufferedWriter(
                                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW)) {
                var exported =
                        connection
                                .auditStream()
                                .exportRecords(
                                        ExportRecordsRequest.newBuilder()
                                                .setFromSequence(from)
                                                .build());
                while (exported.hasNext()) {
                    for (var line : exported.next().getLinesList()) {
                        out.write(line);
                        out.write('\n');
                        lines++;
                    }
                }
            }
            spec.commandLine().getErr().println(lines + " lines in " + file);
            return ExitCode.OK;
        }
    }

    /** {@code overtctl audit verify}. */
    @Command(
            name = "verify",
            description = {
                "Follows the audit trail and names the first line that does not continue the one before.",
                "Of an exported file that needs no control plane; without a file the control plane follows its own."
            })
    static final class Verify implements Callable<Integer> {
        @ParentCommand private @Nullable AuditCommand parent;
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(arity = "0..1", paramLabel = "FILE", description = "What `export` wrote.")
        private @Nullable Path file;

        @Option(
                names = "--head",
                paramLabel = "N:HASH",
                description =
                        "A head that was written down before, from the log or an earlier verification: it must be in the trail.")
        private @Nullable String head;

        @Option(
                names = "--after",
                paramLabel = "N:HASH",
                description =
                        "The line before the file's first one, where it does not begin with 1.")
        private @Nullable String after;

        @Override
        public Integer call() throws Exception {
            var known = head("--head", head);
            var start = head("--after", after);
            var verified =
                    file == null ? here(known) : inFile(file, start.orElse(TrailHead.EMPTY), known);
            CommandGroup.overtctlOf(parent)
                    .format()
                    .print(spec.commandLine().getOut(), verified.json(), verified::people);
            return verified.isWhole() ? ExitCode.OK : ExitCode.AUDIT_BROKEN;
        }

        private Verified here(Optional<TrailHead> known) throws Exception {
            try (var connection = CommandGroup.overtctlOf(parent).connect()) {
                var request = VerifyChainRequest.newBuilder();
                known.ifPresent(
                        each ->
                                request.setKnownSequence(each.sequence())
                                        .setKnownHash(each.hash()));
                var answer = connection.audit().verifyChain(request.build());
                return new Verified(
                        new TrailHead(answer.getHeadSequence(), answer.getHeadHash()),
                        answer.getBrokenSequence(),
                        answer.getBrokenWhy(),
                        known.filter(_ -> answer.getKnownMissing()));
            }
        }

        private static Verified inFile(Path file, TrailHead start, Optional<TrailHead> known)
                throws IOException {
            var check = new ChainCheck(start, known);
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                for (var line = lines.readLine();
                        line != null && check.broken().isEmpty();
                        line = lines.readLine()) {
                    check.line(line);
                }
            } catch (MalformedInputException e) {
                throw new IOException(file + ": is not UTF-8", e);
            }
            return new Verified(
                    check.head(),
                    check.broken().map(ChainCheck.Broken::sequence).orElse(0L),
                    check.broken().map(ChainCheck.Broken::why).orElse(""),
                    known.filter(_ -> check.known() == ChainCheck.Known.MISSING));
        }

        private Optional<TrailHead> head(String option, @Nullable String text) {
            if (text == null) {
                return Optional.empty();
            }
            try {
                return Optional.of(TrailHead.parse(text));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
            }
        }
    }

    /** What came of it. */
    private record Verified(
            TrailHead head, long brokenAt, String why, Optional<TrailHead> missing) {
        boolean isWhole() {
            return brokenAt == 0 && why.isEmpty() && missing.isEmpty();
        }

        Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("whole", isWhole());
            json.put("head", head.toString());
            json.put("lines", head.sequence());
            json.put("broken_at", brokenAt);
            json.put("why", why);
            json.put("missing", missing.map(TrailHead::toString).orElse(""));
            return json;
        }

        String people() {
            if (!why.isEmpty()) {
                return "broken: line " + brokenAt + " " + why + "\n";
            }
            return missing.map(
                            each ->
                                    "cut off: it ends with "
                                            + head
                                            + " (expected: to reach "
                                            + each
                                            + ")\n")
                    .orElseGet(() -> "whole, its head is " + head + "\n");
        }
    }

    private static Map<String, Object> json(AuditRecord record) {
        var json = new LinkedHashMap<String, Object>();
        json.put("sequence", record.getSequence());
        json.put("time", time(record));
        json.put("kind", kind(record));
        json.put("actor", record.getActor());
        json.put("method", record.getMethod());
        json.put("outcome", record.getOutcome());
        json.put("request", record.getRequest());
        json.put("process", record.getProcess());
        json.put("line", record.getLine());
        json.put("hash", HexFormat.of().formatHex(record.getHash().toByteArray()));
        return json;
    }

    private static String table(List<AuditRecord> records) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("LINE", "TIME", "KIND", "ACTOR", "METHOD", "OUTCOME", "REQUEST"));
        records.forEach(
                record ->
                        rows.add(
                                List.of(
                                        Long.toString(record.getSequence()),
                                        time(record),
                                        kind(record),
                                        Output.printable(record.getActor()),
                                        Output.printable(record.getMethod()),
                                        record.getOutcome(),
                                        record.getRequest().isEmpty()
                                                ? "-"
                                                : record.getRequest().substring(0, 8))));
        return Output.table(rows);
    }

    private static String kind(AuditRecord record) {
        return record.getKind().name().substring("AUDIT_KIND_".length()).toLowerCase(Locale.ROOT);
    }

    private static String time(AuditRecord record) {
        return Instant.ofEpochSecond(record.getTime().getSeconds(), record.getTime().getNanos())
                .toString();
    }
}
