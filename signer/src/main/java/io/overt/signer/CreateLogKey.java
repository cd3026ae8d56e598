package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.process.StartException;
import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.LogKey;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.tlog.NoteKey;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code overt-signer create-log-key}: makes the key that signs the transparency log where the
 * configuration says that it is. A command of its own, so that a signer that has a CA gets one too.
 */
@Command(
        name = "create-log-key",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Make the key that signs the transparency log, in the configured token. Overwrites nothing.")
final class CreateLogKey implements Callable<Integer> {

    private final InstantSource clock;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description =
                    "The signer's configuration; the certificate is written to where transparency-log.certificate says.")
    private @Nullable Path config;

    @Option(
            names = "--origin",
            paramLabel = "NAME",
            description =
                    "What the log is called in its checkpoints, unlike any other log (default: overt-log/ and a part of the key's hash).")
    private @Nullable String origin;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    CreateLogKey(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        ConfigNode node = ConfigFile.read(required(config));
        node.sectionOrDefaults("log").text("level", "info"); // the frame's, read elsewhere
        SignerConfig signer = SignerConfig.read(node);
        try {
            NoteKey key = make(signer, Optional.ofNullable(origin), clock.instant());
            required(spec).commandLine().getErr().print(said(signer, key));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        } catch (CaException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return 0;
    }

    static NoteKey make(SignerConfig signer, Optional<String> origin, Instant now)
            throws CaException {
        LogKey key = new LogKey(origin, signer.log().certificate());
        return switch (signer.keys()) {
            case KeySource.InToken(TokenSettings token) -> key.inToken(token, now);
            case KeySource.InsecureFile(Path pkcs12, Path passwordFile) ->
                    key.inInsecureFile(pkcs12, passwordFile, now);
        };
    }

    /** What whoever verifies the log has to be told. */
    static String said(SignerConfig signer, NoteKey key) {
        return "log key: %s%nverifier key: %s%n".formatted(signer.log().certificate(), key.vkey());
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no call through without it");
        }
        return value;
    }
}
