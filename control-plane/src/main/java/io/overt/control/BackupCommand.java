package io.overt.control;

import io.overt.control.store.Backup;
import io.overt.control.store.StoreConfig;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.process.ServiceFrame;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code overt-control backup}: also while the control plane runs. */
@Command(
        name = "backup",
        sortOptions = false,
        description = {
            "Writes all that the store of a configuration remembers into one file, as it is at one moment, also while the",
            "control plane runs. It can be restored into either kind of store. Overwrites nothing; keys and identities are",
            "not in it."
        })
final class BackupCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The control plane's configuration.")
    private @Nullable Path config;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where the backup is written, mode 0600.")
    private @Nullable Path out;

    @Override
    public Integer call() throws ConfigException, StartException {
        if (config == null || out == null) {
            throw new IllegalStateException("picocli lets no call through without both");
        }
        var line = spec.commandLine();
        var store = storeOf(config);
        try {
            var extent = Backup.write(store, out, Instant.now());
            line.getOut()
                    .println(
                            out
                                    + ": "
                                    + extent.rows()
                                    + " rows of "
                                    + extent.tables()
                                    + " tables, newest policy version "
                                    + extent.newestVersion());
            return ServiceFrame.OK;
        } catch (FileAlreadyExistsException e) {
            line.getErr().println(e.getMessage() + ": is there already, and is never overwritten");
        } catch (IOException e) {
            line.getErr().println(out + ": cannot be written: " + e);
        }
        return ServiceFrame.FAILED;
    }

    /** Of a configuration that is right as a whole. */
    static StoreConfig storeOf(Path file) throws ConfigException {
        var root = ConfigFile.read(file);
        root.sectionOrDefaults("log").text("level", "info"); // the frame's, read elsewhere
        return ControlConfig.read(root).store();
    }
}
