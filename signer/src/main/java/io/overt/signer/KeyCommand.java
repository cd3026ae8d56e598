package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.process.StartException;
import io.overt.signer.ca.CaException;
import io.overt.signer.key.SigningKeyException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What the commands have in common that make keys: they read the signer's configuration, put what
 * they make where it says, and overwrite nothing.
 */
abstract class KeyCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The signer's configuration: what is made is written to where it says.")
    private @Nullable Path config;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Override
    public final Integer call() throws ConfigException, StartException {
        ConfigNode node = ConfigFile.read(required(config));
        node.sectionOrDefaults("log").text("level", "info"); // the frame's, read elsewhere
        SignerConfig signer = SignerConfig.read(node);
        try {
            make(signer, required(spec).commandLine().getErr());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        } catch (CaException | SigningKeyException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return 0;
    }

    /**
     * Makes it.
     *
     * @param out told what was made
     * @throws IllegalArgumentException when an option's value cannot be used
     */
    abstract void make(SignerConfig signer, PrintWriter out)
            throws ConfigException, CaException, SigningKeyException;

    /** The configuration's file, for messages. */
    final Path config() {
        return required(config);
    }

    /** An option that picocli lets no call through without. */
    static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no call through without it");
        }
        return value;
    }
}
