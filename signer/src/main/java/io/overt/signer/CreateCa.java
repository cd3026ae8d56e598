package io.overt.signer;

import io.overt.service.config.ConfigException;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code overt-signer create-ca}: makes the first CA where the configuration says that it is. */
@Command(
        name = "create-ca",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Make an inspection root, an issuing CA below it, and the transparency log's key, all in the configured token. The issuing CA's certificate is written to where the first trusted issuer says. Overwrites nothing.")
final class CreateCa extends KeyCommand {

    private final InstantSource clock;

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

    CreateCa(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    void make(SignerConfig signer, PrintWriter out)
            throws ConfigException, CaException, SigningKeyException {
        // SignerConfig.read has made sure that there is one.
        Path issuing = signer.issuer(IssuerTrust.TRUSTED).orElseThrow().certificate();
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
        out.printf("root: %s%nissuing CA: %s%n", root, issuing);
        // A signer does not start without one; where there is one, the log goes on.
        if (!Files.exists(signer.log().certificate())) {
            out.print(
                    CreateLogKey.said(
                            signer, CreateLogKey.make(signer, Optional.empty(), clock.instant())));
        }
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
}
