package io.overt.control;

import io.overt.control.store.Restore;
import io.overt.service.config.ConfigException;
import io.overt.service.process.ServiceFrame;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code overt-control restore}: with no control plane running. */
@Command(
        name = "restore",
        sortOptions = false,
        description = {
            "Fills the store of a configuration, which has to be empty, from a backup, whichever kind of store that is",
            "of. Policy versions go on with a number that no edge can have seen."
        })
final class RestoreCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The control plane's configuration.")
    private @Nullable Path config;

    @Option(names = "--from", required = true, paramLabel = "FILE", description = "The backup.")
    private @Nullable Path from;

    @Option(
            names = "--next-version-at-least",
            paramLabel = "NUMBER",
            description = {
                "Number of the next policy version at least. Without it: the newest of the backup, 1000, and one for each",
                "second since it was made."
            })
    private @Nullable Long nextVersion;

    @Override
    public Integer call() throws ConfigException, StartException {
        if (config == null || from == null) {
            throw new IllegalStateException("picocli lets no call through without both");
        }
        var line = spec.commandLine();
        var store = BackupCommand.storeOf(config);
        try {
            var restored =
                    Restore.into(
                            store,
                            from,
                            nextVersion == null
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(nextVersion),
                            Instant.now());
            line.getOut()
                    .println(
                            store
                                    + ": "
                                    + restored.extent().rows()
                                    + " rows of "
                                    + restored.extent().tables()
                                    + " tables as of "
                                    + restored.made()
                                    + "; newest policy version "
                                    + restored.extent().newestVersion()
                                    + ", the next one is at least "
                                    + restored.nextVersion());
            line.getOut()
                    .println(
                            "Publish the policy once more: edges that have a newer version than the backup's take only a higher"
                                    + " number.");
            return ServiceFrame.OK;
        } catch (IOException e) {
            line.getErr().println(from + ": cannot be read: " + e);
        }
        return ServiceFrame.FAILED;
    }
}
