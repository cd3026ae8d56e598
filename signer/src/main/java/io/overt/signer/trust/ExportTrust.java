package io.overt.signer.trust;

import io.overt.service.config.ConfigException;
import io.overt.service.process.StartException;
import io.overt.signer.ca.CaException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code overt-signer export-trust}: the root in the forms that clients take. */
@Command(
        name = "export-trust",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Write an inspection root for clients: PEM, DER, PKCS#7, an Apple profile, a Firefox policy, and what to do on Windows. docs/trusting-the-ca.md has the rest.")
public final class ExportTrust implements Callable<Integer> {

    private final InstantSource clock;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--root",
            required = true,
            paramLabel = "FILE",
            description = "The root's certificate (PEM or DER).")
    private @Nullable Path root;

    @Option(
            names = "--organisation",
            required = true,
            paramLabel = "NAME",
            description = "Who inspects, for whoever installs it to read.")
    private @Nullable String organisation;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FOLDER",
            description = "Where the files go. Overwrites nothing.")
    private @Nullable Path to;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    /** By a clock: a root that is past its end is not given away. */
    public ExportTrust(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        String who = required(organisation).strip();
        if (who.isEmpty() || who.length() > 200 || who.chars().anyMatch(Character::isISOControl)) {
            throw new ConfigException(
                    "--organisation: '%s' (expected: 1 to 200 characters on one line)"
                            .formatted(who));
        }
        try {
            TrustFiles files =
                    new TrustFiles(TrustedRoot.read(required(root), clock.instant()), who);
            files.write(required(to));
            required(spec).commandLine().getOut().print(files.fingerprints());
            required(spec).commandLine().getOut().flush();
        } catch (CaException | IOException | GeneralSecurityException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return 0;
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no call through without it");
        }
        return value;
    }
}
