package io.overt.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.signer.issue.IndexException;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.transcripts.TranscriptFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** The part of the composition root that has to do with ceremonies. */
final class CeremonyParts {

    /** Notes the ceremonies that there are, and those to come, where a folder is configured. */
    static void note(SignerConfig config, TransparencyLog log, MeterRegistry registry, Parts parts)
            throws StartException {
        Optional<ChangesConfig.CeremoniesEntry> entry = config.changes().ceremonies();
        if (entry.isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(entry.get().transcripts());
            parts.add(
                    "ceremonies",
                    TranscriptFolder.start(
                            entry.get().transcripts(),
                            ApproversFile.follow(entry.get().approvers(), registry, parts),
                            entry.get().every(),
                            log,
                            registry));
        } catch (IndexException e) {
            throw new StartException("transparency log: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new StartException("ceremonies.transcripts: " + e, e);
        }
    }

    private CeremonyParts() {}
}
