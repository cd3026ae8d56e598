package io.overt.control.cli;

import io.grpc.StatusRuntimeException;
import io.overt.proto.failure.v1.Refusal;
import io.overt.service.config.ConfigException;
import io.overt.service.identity.RefusalTrailer;
import io.overt.service.json.JsonText;
import io.overt.service.process.Build;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program {@code overtctl}. */
@Command(
        name = "overtctl",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Operates a fleet through its control plane.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done as asked",
            "1:the policy has problems; nothing was published",
            "2:command line, configuration, or a local file",
            "3:the control plane could not be asked, or refused",
            "4:published, but not in force: an edge refused it or did not answer in time, it waits for approvals, or its rollout ended otherwise; or a list could not be fetched",
            "5:nothing is known of that exclusion, or no more may be confirmed",
            "6:a test of the policy failed",
            "7:it cannot be told, because of a fact that was not given",
            "8:with --exit-code: there are differences",
            "9:the audit trail is broken, or its end is missing",
            "10:a search found nothing",
            "11:a transparency log is not consistent with what its witness has seen, or cannot be reached"
        },
        subcommands = {
            ApplyCommand.class,
            CheckCommand.class,
            ExplainCommand.class,
            TestCommand.class,
            DryRunCommand.class,
            DiffCommand.class,
            RolloutCommand.class,
            StatementCommand.class,
            ApproveCommand.class,
            EmergencyCommand.class,
            StatusCommand.class,
            SitesCommand.class,
            VersionsCommand.class,
            EdgesCommand.class,
            ExclusionsCommand.class,
            AuditCommand.class,
            LogCommand.class,
            LoginCommand.class,
            ListsCommand.class,
            CompletionCommand.class,
            SchemaCommand.class
        })
public final class Overtctl {
    private final Map<String, String> environment;

    /** How an answer is printed. */
    enum Format {
        table,
        json,
        yaml;

        /**
         * Prints an answer, and flushes.
         *
         * @param answer maps, lists, texts and numbers, for programs
         * @param people the same for people, with its ends of lines
         */
        void print(PrintWriter out, Object answer, Supplier<String> people) {
            switch (this) {
                case table -> out.print(people.get());
                case json -> out.println(JsonText.of(answer));
                case yaml -> out.print(YAML.dumpToString(answer));
            }
            out.flush();
        }

        private static final Dump YAML =
                new Dump(
                        DumpSettings.builder()
                                .setDefaultFlowStyle(FlowStyle.BLOCK)
                                .setDereferenceAliases(true)
                                .setWidth(Integer.MAX_VALUE)
                                .build());
    }

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "Where the control plane is and who you are (YAML). Default: $OVERTCTL_CONFIG, else"
                            + " ~/.config/overt/overtctl.yaml.")
    private @Nullable Path config;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description =
                    "Your token, in a file for you alone; $OVERT_TOKEN has the token itself. Default: what `overtctl login` kept.")
    private @Nullable Path tokenFile;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    private Format format = Format.table;

    @Option(
            names = "--help",
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Print the version and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    /** Never returns. */
    public static void main(String[] args) {
        // gRPC's own warnings would come between the lines that scripts read.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(
                run(
                        System.getenv(),
                        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        args));
    }

    /**
     * Runs one command.
     *
     * @param environment where {@code OVERTCTL_CONFIG} and {@code HOME} are looked up
     * @return the exit code
     */
    public static int run(
            Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
        var line = new CommandLine(new Overtctl(environment));
        line.getCommandSpec().version("overtctl " + Build.version());
        line.setOut(out);
        line.setErr(err);
        line.setExecutionExceptionHandler(
                (failure, command, _) -> report(failure, command.getErr()));
        return line.execute(args.length == 0 ? new String[] {"--help"} : args);
    }

    private Overtctl(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * To the control plane: with the token of {@code --token-file} or {@code OVERT_TOKEN}; else
     * with the certificate; else with the token that {@code overtctl login} kept.
     */
    Connection connect() throws ConfigException, IOException {
        var settings = settings();
        return Connection.open(settings, token(settings));
    }

    private Optional<String> token(CtlSettings settings) throws IOException {
        if (tokenFile != null) {
            return Optional.of(TokenFile.read(tokenFile));
        }
        var given = Optional.ofNullable(environment.get("OVERT_TOKEN"));
        if (given.isPresent() || settings.fleet().isPresent()) {
            return given;
        }
        return Files.exists(settings.tokenFile())
                ? Optional.of(TokenFile.read(settings.tokenFile()))
                : Optional.empty();
    }

    CtlSettings settings() throws ConfigException {
        return CtlSettings.read(
                Optional.ofNullable(config)
                        .or(
                                () ->
                                        Optional.ofNullable(environment.get("OVERTCTL_CONFIG"))
                                                .map(Path::of))
                        .orElseGet(
                                () ->
                                        Path.of(environment.getOrDefault("HOME", "/"))
                                                .resolve(".config/overt/overtctl.yaml")));
    }

    Format format() {
        return format;
    }

    /** The one table from failures to exit codes. */
    private static int report(Exception failure, PrintWriter err) {
        return switch (failure) {
            case ConfigException e -> {
                err.println(e.getMessage());
                yield ExitCode.USAGE;
            }
            case NoSuchFileException e -> {
                err.println(e.getMessage() + ": no such file");
                yield ExitCode.USAGE;
            }
            case IOException e -> {
                err.println(e.getMessage());
                yield ExitCode.USAGE;
            }
            case StatusRuntimeException e -> {
                err.println("control plane: " + reason(e));
                yield ExitCode.CONTROL_PLANE;
            }
            default -> {
                failure.printStackTrace(err);
                yield ExitCode.CONTROL_PLANE;
            }
        };
    }

    private static String reason(StatusRuntimeException failure) {
        var refusal =
                RefusalTrailer.from(failure)
                        .map(Refusal::getDetail)
                        .filter(detail -> !detail.isEmpty());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        var status = failure.getStatus();
        var said =
                List.of(String.valueOf(status.getDescription()), String.valueOf(root.getMessage()));
        return status.getCode()
                + ": "
                + (root instanceof StatusRuntimeException ? said.getFirst() : said.getLast());
    }
}
