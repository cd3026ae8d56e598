package io.overt.signer;

import io.overt.service.approval.Approvers;
import io.overt.service.config.ConfigException;
import io.overt.signer.log.CeremonyDemands;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What whoever judges a log may ask of the ceremonies in it. */
final class CeremonyOptions {

    @Option(
            names = "--approvers",
            paramLabel = "FILE",
            description =
                    "Your own approvers file (YAML): the approvals in the transcripts of ceremonies are verified again.")
    private @Nullable Path approvers;

    @Option(
            names = "--require-ceremonies",
            description = "Tell of each issuer that no ceremony in the log has made.")
    private boolean required;

    CeremonyDemands demands() throws ConfigException {
        Path file = approvers;
        return new CeremonyDemands(
                file == null ? Optional.empty() : Optional.of(Approvers.read(file)),
                required ? CeremonyDemands.Issuers.OF_CEREMONIES : CeremonyDemands.Issuers.ANY);
    }
}
