package io.overt.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.signer.act.ActDocument;
import io.overt.signer.act.ActFolder;
import io.overt.signer.act.Acts;
import io.overt.signer.crl.CrlOffice;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Issuer;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.store.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The part of the composition root that has to do with acts. */
final class ActParts {

    /** How documents are read under this configuration. */
    static ActDocument documents(SignerConfig config) {
        return new ActDocument(config.epochs().length(), config.profiles().getFirst().epochGrace());
    }

    /** Puts in force what the store has, whether or not further acts are taken. */
    static Acts replay(
            SignerConfig config,
            String self,
            SqliteStore store,
            List<Issuer> issuers,
            InForce inForce,
            InstantSource clock)
            throws StartException {
        try {
            return Acts.replay(
                    self,
                    store.acts(),
                    new SignedCertificates.Own(store.crls()),
                    documents(config),
                    issuers,
                    inForce,
                    clock);
        } catch (IndexException e) {
            throw new StartException("acts: " + e.getMessage(), e);
        }
    }

    /** Takes further acts, where a folder is configured. */
    static void take(
            SignerConfig config,
            Acts acts,
            TransparencyLog log,
            Optional<CrlOffice> crls,
            MeterRegistry registry,
            Parts parts)
            throws StartException {
        Optional<ChangesConfig.ActsEntry> entry = config.changes().acts();
        if (entry.isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(entry.get().folder());
            parts.add(
                    "acts",
                    ActFolder.start(
                            entry.get().folder(),
                            entry.get().every(),
                            ApproversFile.follow(entry.get().approvers(), registry, parts),
                            acts,
                            log,
                            () -> crls.ifPresent(CrlOffice::wake),
                            registry));
        } catch (IOException e) {
            throw new StartException("acts.folder: " + e, e);
        }
    }

    private ActParts() {}
}
