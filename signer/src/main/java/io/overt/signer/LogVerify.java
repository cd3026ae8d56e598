package io.overt.signer;

import static io.overt.signer.KeyCommand.required;

import io.overt.service.config.ConfigException;
import io.overt.signer.log.CeremonyDemands;
import io.overt.signer.log.LogCheck;
import io.overt.signer.log.LogEntries;
import io.overt.signer.log.LogReader;
import io.overt.signer.log.PublishedLog;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.Cosignature;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.NoteKey;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.Succession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Verifies everything that a log says, and a witness's word against it. */
@Command(
        name = "verify",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Verify signature, tiles and entries of the whole log.",
            "Prints what is wrong and where, and exits with 1, when anything is."
        })
final class LogVerify extends LogReading {

    @Option(
            names = "--witness",
            paramLabel = "VKEY",
            description = "Verifier key of a witness; with --cosigned.")
    private @Nullable String witness;

    @Option(
            names = "--cosigned",
            paramLabel = "FILE",
            description = "A checkpoint as that witness publishes it: this log has to continue it.")
    private @Nullable Path cosigned;

    @Mixin private CeremonyOptions ceremonies = new CeremonyOptions();

    @Override
    int run(PublishedLog log, NoteKey key, Optional<LogReader> reader) throws IOException {
        if ((witness == null) != (cosigned == null)) {
            err().println("verify: --witness and --cosigned belong together");
            return 2;
        }
        Optional<NoteKey> cosigner = Optional.empty();
        if (witness != null) {
            try {
                cosigner = Optional.of(NoteKey.parse(witness));
            } catch (MalformedLogException e) {
                err().println("--witness: " + e.getMessage());
                return 2;
            }
            if (cosigner.get().kind() != NoteKey.Kind.COSIGNATURE) {
                err().println("--witness: a key of a log (expected: of a witness)");
                return 2;
            }
        }
        CeremonyDemands demands;
        try {
            demands = ceremonies.demands();
        } catch (ConfigException e) {
            err().println(e.getMessage());
            return 2;
        }
        LogCheck.Report report = LogCheck.of(log, key, reader, demands);
        report.findings().forEach(finding -> err().println(finding));
        if (!report.findings().stream().allMatch(finding -> finding.kind().note())) {
            return 1;
        }
        report.head()
                .ifPresent(
                        head ->
                                out().printf(
                                                "good: %s, %d entries, root %s; %d intents, %d certificates, %d intents without one%n",
                                                key.name(),
                                                head.size(),
                                                head.root().base64(),
                                                report.intents(),
                                                report.results(),
                                                report.open()));
        return cosigner.isEmpty() ? 0 : cosigned(log, key, cosigner.get(), required(cosigned));
    }

    private int cosigned(PublishedLog log, NoteKey key, NoteKey cosigner, Path file)
            throws IOException {
        Checkpoint seen;
        Instant at;
        try {
            SignedNote note = SignedNote.parse(Files.readAllBytes(file));
            seen = Checkpoint.verified(note, key);
            at = Cosignature.time(note, cosigner);
        } catch (MalformedLogException e) {
            err().println(file + ": " + e.getMessage());
            return 1;
        }
        Checkpoint here = LogEntries.head(log, key).checkpoint();
        String what =
                "%d entries, cosigned by %s at %s"
                        .formatted(seen.head().size(), cosigner.name(), at);
        return switch (Succession.of(seen.head(), here.head(), log)) {
            case Succession.Same(), Succession.Grown() -> {
                out().println("continues: " + what);
                yield 0;
            }
            case Succession.Older(String unproven) -> {
                err().printf(
                                "%s: an older copy, %d entries%s (expected: at least %s)%n",
                                log.place(),
                                here.head().size(),
                                unproven.isEmpty() ? "" : " (" + unproven + ")",
                                what);
                yield 1;
            }
            case Succession.Forked _ -> {
                err().printf("%s: FORKED: another history than that of %s%n", log.place(), what);
                yield 1;
            }
        };
    }
}
