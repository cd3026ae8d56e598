package io.overt.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.approval.Approver;
import io.overt.service.approval.Approvers;
import io.overt.service.config.ConfigException;
import io.overt.service.files.Followed;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who approves, as the file says it now. A file that cannot be read, or that says nothing that
 * could be gone by, changes nothing: those from before stay, and a counter and the log tell of it.
 */
final class ApproversFile {

    static Supplier<Approvers> follow(Path file, MeterRegistry registry, Parts parts)
            throws StartException {
        try {
            return parts.add(
                    "approvers",
                    Followed.open(
                            "approvers",
                            List.of(file),
                            () -> read(file),
                            LOOK,
                            ApproversFile::changed,
                            "overt.signer.approvers.reloads",
                            registry));
        } catch (IOException | GeneralSecurityException e) {
            // It was good a moment ago, in check().
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Approvers read(Path file) throws GeneralSecurityException {
        try {
            return Approvers.read(file);
        } catch (ConfigException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
    }

    private static void changed(Approvers now) {
        LOG.atWarn()
                .addKeyValue("threshold", now.threshold())
                .addKeyValue("approvers", now.people().stream().map(Approver::name).toList())
                .addKeyValue("sha256", now.sha256())
                .log("other people approve from now on");
    }

    /** A change takes two looks: it holds as soon as an act that is handed in after it. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(ApproversFile.class);

    private ApproversFile() {}
}
