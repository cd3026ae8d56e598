package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.process.StartException;
import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.UntrustedCa;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.IssuerTrust;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code overt-signer create-untrusted-ca}: makes the CA for {@code mirror-untrusted} where the
 * configuration says that it is. A command of its own, so that a signer that runs gets one too.
 */
@Command(
        name = "create-untrusted-ca",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Make the issuing CA that no client is to trust, with its key in the configured token. Overwrites nothing.")
final class CreateUntrustedCa implements Callable<Integer> {

    private final InstantSource clock;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description =
                    "The signer's configuration; the certificate is written to where its first issuer with \"trust: untrusted\" says.")
    private @Nullable Path config;

    @Option(
            names = "--organisation",
            required = true,
            paramLabel = "NAME",
            description = "Who inspects. Stands in the CA's name, for everybody to read.")
    private @Nullable String organisation;

    @Option(
            names = "--days",
            paramLabel = "DAYS",
            defaultValue = "3650",
            description = "Life of the CA (default: ${DEFAULT-VALUE}).")
    private int days;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    CreateUntrustedCa(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        ConfigNode node = ConfigFile.read(required(config));
        node.sectionOrDefaults("log").text("level", "info"); // the frame's, read elsewhere
        SignerConfig signer = SignerConfig.read(node);
        Path certificate =
                signer.issuer(IssuerTrust.UNTRUSTED)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                config
                                                        + ": no issuer with \"trust: untrusted\" (expected: one, whose certificate is to be made)"))
                        .certificate();
        try {
            UntrustedCa ca =
                    new UntrustedCa(required(organisation), Duration.ofDays(days), certificate);
            switch (signer.keys()) {
                case KeySource.InToken(TokenSettings token) -> ca.inToken(token, clock.instant());
                case KeySource.InsecureFile(Path pkcs12, Path passwordFile) ->
                        ca.inInsecureFile(pkcs12, passwordFile, clock.instant());
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        } catch (CaException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        required(spec).commandLine().getErr().printf("untrusted CA: %s%n", certificate);
        return 0;
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no call through without it");
        }
        return value;
    }
}
