package io.overt.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.signer.crl.CrlOffice;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.Issuer;
import io.overt.signer.log.LogFolder;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.publish.PublicationServer;
import io.overt.signer.publish.PublishedSite;
import io.overt.signer.store.SqliteStore;
import io.overt.x509.CertificateFingerprint;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of the composition root that publishes: CRLs where they are configured, and the listener
 * for them where that is.
 *
 * @param crls to be woken when something is revoked
 * @param server for tests
 */
record Published(Optional<CrlOffice> crls, Optional<PublicationServer> server) {

    static Published start(
            SignerConfig config,
            List<IssuerFiles> files,
            List<Issuer> issuers,
            InForce rules,
            SqliteStore store,
            TransparencyLog log,
            InstantSource clock,
            MeterRegistry registry,
            Parts parts)
            throws StartException {
        if (config.changes().crl().isEmpty()) {
            return new Published(Optional.empty(), Optional.empty());
        }
        Map<String, Issuer> named = named(files, issuers);
        CrlOffice crls;
        try {
            crls =
                    parts.add(
                            "CRLs",
                            CrlOffice.start(
                                    config.changes().crl().get(),
                                    named,
                                    rules,
                                    store.crls(),
                                    log,
                                    clock,
                                    registry));
        } catch (IndexException e) {
            throw new StartException("CRLs: " + e.getMessage(), e);
        }
        Optional<PublicationServer.Settings> settings = config.changes().publication();
        if (settings.isEmpty()) {
            return new Published(Optional.of(crls), Optional.empty());
        }
        Map<String, X509Certificate> authorities = new HashMap<>();
        named.forEach((name, issuer) -> authorities.put(name, issuer.ca().certificate()));
        try {
            PublishedSite site =
                    new PublishedSite(
                            authorities, crls, new LogFolder(config.log().folder()), clock);
            PublicationServer server =
                    parts.add(
                            "publication", PublicationServer.start(settings.get(), site, registry));
            return new Published(Optional.of(crls), Optional.of(server));
        } catch (IllegalArgumentException e) {
            throw new StartException("issuers: file name " + e.getMessage(), e);
        }
    }

    private static Map<String, Issuer> named(List<IssuerFiles> files, List<Issuer> issuers) {
        Map<CertificateFingerprint, String> names = new HashMap<>();
        files.forEach(file -> names.put(file.ca().fingerprint(), file.entry().name()));
        Map<String, Issuer> named = new HashMap<>();
        for (Issuer issuer : issuers) {
            String name = names.get(issuer.ca().fingerprint());
            if (name == null) {
                throw new IllegalArgumentException("an issuer without a file: " + issuer.name());
            }
            named.put(name, issuer);
        }
        return named;
    }
}
