package io.overt.signer;

import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.LogKey;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.tlog.NoteKey;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code overt-signer create-log-key}: makes the key that signs the transparency log where the
 * configuration says that it is. A command of its own, so that a signer that has a CA gets one too.
 */
@Command(
        name = "create-log-key",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Make the key that signs the transparency log, in the configured token, and its certificate where transparency-log.certificate says. Overwrites nothing.")
final class CreateLogKey extends KeyCommand {

    private final InstantSource clock;

    @Option(
            names = "--origin",
            paramLabel = "NAME",
            description =
                    "What the log is called in its checkpoints, unlike any other log (default: overt-log/ and a part of the key's hash).")
    private @Nullable String origin;

    CreateLogKey(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    void make(SignerConfig signer, PrintWriter out) throws CaException {
        out.print(said(signer, make(signer, Optional.ofNullable(origin), clock.instant())));
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
}
