package io.overt.service.process;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The frame of every process: {@code --config FILE}, {@code --check}, {@code --version}, {@code
 * --help}.
 *
 * <p>Exit codes: {@value #OK} after a clean stop (SIGTERM and SIGINT included), {@value #FAILED}
 * when the environment or a defect ended it, {@value #USAGE} when the command line or the
 * configuration is wrong. SIGHUP makes a process that can do so read its configuration again.
 * Whatever an operator can put right is one line a problem on standard error; log lines are JSON on
 * standard output.
 */
public final class ServiceFrame {
    /** All went as asked. */
    public static final int OK = 0;

    /** The environment, or a defect. */
    public static final int FAILED = 1;

    /** Command line or configuration. */
    public static final int USAGE = 2;

    /** The whole of a process's {@code main}: never returns. */
    public static void main(ServiceBlueprint<?> blueprint, String[] args) {
        System.exit(run(blueprint, System.out, System.err, args));
    }

    /** Runs until the process is asked to stop; answers the exit code. */
    static int run(
            ServiceBlueprint<?> blueprint, PrintStream out, PrintStream err, String... args) {
        var line = new CommandLine(new Start<>(blueprint, err));
        line.setCommandName(blueprint.name());
        line.getCommandSpec().usageMessage().description(blueprint.description());
        line.getCommandSpec().version(blueprint.name() + " " + Build.version());
        blueprint.commands().forEach(line::addSubcommand);
        line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((failure, _, _) -> report(failure, err));
        return line.execute(args);
    }

    @Command(sortOptions = false, usageHelpAutoWidth = true)
    private static final class Start<C> implements Callable<Integer> {
        private final ServiceBlueprint<C> blueprint;
        private final PrintStream err;

        @Option(names = "--config", paramLabel = "FILE", description = "Configuration (YAML).")
        private @Nullable Path config;

        @Option(
                names = "--check",
                description = "Check the configuration and the files it names, and exit.")
        private boolean check;

        @SuppressWarnings("UnusedVariable") // picocli acts on it
        @Option(
                names = "--version",
                versionHelp = true,
                description = "Print the version and exit.")
        private boolean version;

        @SuppressWarnings("UnusedVariable") // picocli acts on it
        @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
        private boolean help;

        @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

        Start(ServiceBlueprint<C> blueprint, PrintStream err) {
            this.blueprint = blueprint;
            this.err = err;
        }

        @Override
        public Integer call() throws ConfigException, StartException {
            if (config == null) {
                // Not picocli's own check: that would ask every further command for it as well.
                throw new ParameterException(
                        spec.commandLine(), "Missing required option: '--config=FILE'");
            }
            Logging.prepare();
            var root = ConfigFile.read(config);
            var level = Logging.level(root);
            C configuration = blueprint.configure(root);
            root.finish();
            blueprint.check(configuration);
            if (check) {
                err.println(config + ": ok");
                return OK;
            }
            Logging.apply(level);
            return serve(blueprint, configuration, config);
        }
    }

    private static <C> int serve(ServiceBlueprint<C> blueprint, C configuration, Path file)
            throws StartException {
        var parts = new Parts();
        var onSignal =
                new Thread(
                        () -> {
                            if (parts.closeOnce()) {
                                LOG.atInfo()
                                        .addKeyValue("process", blueprint.name())
                                        .log("stopped");
                                // A stop that was asked for is a success: the JVM's own answer to a
                                // signal is 143.
                                Runtime.getRuntime().halt(parts.exitCode());
                            }
                        },
                        "stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            blueprint.start(configuration, parts);
            parts.reload().ifPresent(reload -> Hangup.handle(() -> reload.run(file)));
            LOG.atInfo()
                    .addKeyValue("process", blueprint.name())
                    .addKeyValue("version", Build.version())
                    .log("ready");
            parts.awaitStop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (parts.closeOnce()) {
                Runtime.getRuntime().removeShutdownHook(onSignal);
                LOG.atInfo().addKeyValue("process", blueprint.name()).log("stopped");
            }
        }
        return parts.exitCode();
    }

    /** The one table from failures at start to exit codes. */
    private static int report(Exception failure, PrintStream err) {
        return switch (failure) {
            case ConfigException e -> {
                err.println(e.getMessage());
                yield USAGE;
            }
            case StartException e -> {
                err.println(e.getMessage());
                yield FAILED;
            }
            default -> {
                LOG.atError().setCause(failure).log("the process ended in a defect");
                err.println("a defect: " + failure);
                yield FAILED;
            }
        };
    }

    private static final Logger LOG = LoggerFactory.getLogger(ServiceFrame.class);

    private ServiceFrame() {}
}
