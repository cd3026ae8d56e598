package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigFile;
import io.overt.service.config.ConfigNode;
import io.overt.service.process.StartException;
import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.FirstCa;
import io.overt.signer.key.SecretFile;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.key.TokenKeyMaker;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.IssuerTrust;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code overt-signer create-ca}: makes the first CA where the configuration says that it is. */
@Command(
        name = "create-ca",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Make an inspection root, an issuing CA below it, and the transparency log's key, all in the configured token. Overwrites nothing.")
final class CreateCa implements Callable<Integer> {

    private final InstantSource clock;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description =
                    "The signer's configuration; the first trusted issuer's certificate is written to where it says.")
    private @Nullable Path config;

    @Option(
            names = "--organisation",
            required = true,
            paramLabel = "NAME",
            description = "Who inspects. Stands in the names of both CAs, for everybody to read.")
    private @Nullable String organisation;

    @Option(
            names = "--root",
            required = true,
            paramLabel = "FILE",
            description =
                    "Where the root's certificate is written (PEM): what clients are given to trust.")
    private @Nullable Path root;

    @Option(
            names = "--init-token",
            description =
                    "First make the token itself, in an empty slot, with the PIN of the configured file.")
    private boolean initToken;

    @Option(
            names = "--so-pin-file",
            paramLabel = "FILE",
            description = "With --init-token: the security officer's PIN, in the first line.")
    private @Nullable Path soPinFile;

    @Option(
            names = "--root-days",
            paramLabel = "DAYS",
            defaultValue = "3650",
            description = "Life of the root (default: ${DEFAULT-VALUE}).")
    private int rootDays;

    @Option(
            names = "--issuing-days",
            paramLabel = "DAYS",
            defaultValue = "365",
            description = "Life of the issuing CA (default: ${DEFAULT-VALUE}).")
    private int issuingDays;

    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    CreateCa(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws ConfigException, StartException {
        ConfigNode node = ConfigFile.read(required(config));
        node.sectionOrDefaults("log").text("level", "info"); // the frame's, read elsewhere
        SignerConfig signer = SignerConfig.read(node);
        // SignerConfig.read has made sure that there is one.
        Path issuing = signer.issuer(IssuerTrust.TRUSTED).orElseThrow().certificate();
        try {
            FirstCa ca =
                    new FirstCa(
                            required(organisation),
                            Duration.ofDays(rootDays),
                            Duration.ofDays(issuingDays),
                            required(root),
                            issuing);
            switch (signer.keys()) {
                case KeySource.InToken(TokenSettings token) -> {
                    if (initToken) {
                        initialise(token);
                    }
                    ca.inToken(token, clock.instant());
                }
                case KeySource.InsecureFile(Path pkcs12, Path passwordFile) ->
                        ca.inInsecureFile(pkcs12, passwordFile, clock.instant());
            }
            PrintWriter err = required(spec).commandLine().getErr();
            err.printf("root: %s%nissuing CA: %s%n", root, issuing);
            // A signer does not start without one; where there is one, the log goes on.
            if (!Files.exists(signer.log().certificate())) {
                err.print(
                        CreateLogKey.said(
                                signer,
                                CreateLogKey.make(signer, Optional.empty(), clock.instant())));
            }
        } catch (IllegalArgumentException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        } catch (CaException | SigningKeyException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return 0;
    }

    private void initialise(TokenSettings token) throws ConfigException, SigningKeyException {
        char[] soPin =
                SecretFile.firstLine(
                        Optional.ofNullable(soPinFile)
                                .orElseThrow(
                                        () ->
                                                new ConfigException(
                                                        "--init-token needs --so-pin-file")),
                        "the security officer's PIN");
        try {
            TokenKeyMaker.initialiseToken(token, soPin);
        } finally {
            Arrays.fill(soPin, '\0');
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("picocli lets no call through without it");
        }
        return value;
    }
}
