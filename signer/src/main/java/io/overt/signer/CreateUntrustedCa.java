package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.signer.SignerConfig.KeySource;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.UntrustedCa;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.IssuerTrust;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code overt-signer create-untrusted-ca}: makes the CA for {@code mirror-untrusted} where the
 * configuration says that it is. A command of its own, so that a signer that runs gets one too.
 */
@Command(
        name = "create-untrusted-ca",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description =
                "Make the issuing CA that no client is to trust, with its key in the configured token, and its certificate where the first issuer with \"trust: untrusted\" says. Overwrites nothing.")
final class CreateUntrustedCa extends KeyCommand {

    private final InstantSource clock;

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

    CreateUntrustedCa(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    void make(SignerConfig signer, PrintWriter out) throws ConfigException, CaException {
        Path certificate =
                signer.issuer(IssuerTrust.UNTRUSTED)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                config()
                                                        + ": no issuer with \"trust: untrusted\" (expected: one, whose certificate is to be made)"))
                        .certificate();
        UntrustedCa ca =
                new UntrustedCa(required(organisation), Duration.ofDays(days), certificate);
        switch (signer.keys()) {
            case KeySource.InToken(TokenSettings token) -> ca.inToken(token, clock.instant());
            case KeySource.InsecureFile(Path pkcs12, Path passwordFile) ->
                    ca.inInsecureFile(pkcs12, passwordFile, clock.instant());
        }
        out.printf("untrusted CA: %s%n", certificate);
    }
}
