package io.overt.signer;

import io.overt.service.config.ConfigNode;
import io.overt.signer.SignerConfig.IssuerEntry;
import io.overt.signer.crl.CrlOffice;
import io.overt.signer.publish.PublicationServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a running signer is changed, and how others hear of it. All of it is optional.
 *
 * @param crl when CRLs are made; present where they are published, too
 * @param publication the plain HTTP listener
 * @param acts from where approved acts are taken
 * @param ceremonies from where the log is told of ceremonies
 */
record ChangesConfig(
        Optional<CrlOffice.Settings> crl,
        Optional<PublicationServer.Settings> publication,
        Optional<ActsEntry> acts,
        Optional<CeremoniesEntry> ceremonies) {

    /**
     * Approved acts.
     *
     * @param folder where they are put
     * @param approvers who may approve
     * @param every how often the folder is looked at
     */
    record ActsEntry(Path folder, Path approvers, Duration every) {}

    /**
     * Ceremonies.
     *
     * @param transcripts the folder of their transcripts
     * @param approvers whose approvals count
     * @param every how often the folder is looked at
     */
    record CeremoniesEntry(Path transcripts, Path approvers, Duration every) {}

    static ChangesConfig read(ConfigNode root, List<IssuerEntry> issuers) {
        Optional<ConfigNode> crlNode = root.optionalSection("crl");
        Optional<PublicationServer.Settings> publication =
                root.optionalSection("publication").map(ChangesConfig::publication);
        Optional<CrlOffice.Settings> crl =
                crlNode.isPresent() || publication.isPresent()
                        ? crl(crlNode.orElseGet(() -> root.sectionOrDefaults("crl")))
                        : Optional.empty();
        if (crl.isPresent()) {
            Set<String> names = new HashSet<>();
            for (IssuerEntry issuer : issuers) {
                if (!names.add(issuer.name())) {
                    root.problem(
                            "issuers",
                            issuer.certificate()
                                    + ": a second one of this file name (expected: another, CRLs are published under it)");
                }
            }
        }
        return new ChangesConfig(
                crl,
                publication,
                root.optionalSection("acts").map(ChangesConfig::acts),
                root.optionalSection("ceremonies").map(ChangesConfig::ceremonies));
    }

    private static Optional<CrlOffice.Settings> crl(ConfigNode node) {
        Path folder = node.path("folder", "crl");
        Duration lifetime =
                node.duration(
                        "lifetime", Duration.ofDays(7), Duration.ofHours(1), Duration.ofDays(366));
        Duration every =
                node.duration(
                        "every", Duration.ofDays(1), Duration.ofMinutes(1), Duration.ofDays(183));
        try {
            return Optional.of(new CrlOffice.Settings(folder, lifetime, every));
        } catch (IllegalArgumentException e) {
            node.problem("every", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static PublicationServer.Settings publication(ConfigNode node) {
        return new PublicationServer.Settings(
                node.listenAddress("listen"),
                node.integer("connections", 256, 1, 65_536),
                node.integer("connections-per-client", 32, 1, 65_536),
                node.duration(
                        "deadline",
                        Duration.ofSeconds(20),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(10)));
    }

    private static ActsEntry acts(ConfigNode node) {
        return new ActsEntry(
                node.path("folder", "acts"),
                node.path("approvers"),
                node.duration(
                        "every",
                        Duration.ofSeconds(1),
                        Duration.ofMillis(50),
                        Duration.ofMinutes(1)));
    }

    private static CeremoniesEntry ceremonies(ConfigNode node) {
        return new CeremoniesEntry(
                node.path("transcripts", "transcripts"),
                node.path("approvers"),
                node.duration(
                        "every",
                        Duration.ofSeconds(10),
                        Duration.ofMillis(50),
                        Duration.ofHours(1)));
    }
}
