package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.process.StartException;
import io.overt.signer.issue.IndexException;
import io.overt.signer.store.StoreReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What the commands have in common that look into the store of a signer, running or not: they read
 * its configuration and change nothing.
 */
abstract class StoreCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The signer's configuration: its store is where it says.")
    private @Nullable Path config;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Override
    public final Integer call() throws ConfigException, StartException {
        ConfigNode node = ConfigFile.read(KeyCommand.required(config));
        node.sectionOrDefaults("log").text("level", "info"); // the frame's, read elsewhere
        SignerConfig signer = SignerConfig.read(node);
        try (StoreReader store = StoreReader.open(signer.store(), signer.storeDeadline())) {
            return run(signer, store);
        } catch (IndexException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    abstract int run(SignerConfig signer, StoreReader store)
            throws ConfigException, StartException, IndexException;

    final PrintWriter out() {
        return KeyCommand.required(spec).commandLine().getOut();
    }

    final PrintWriter err() {
        return KeyCommand.required(spec).commandLine().getErr();
    }
}
