package io.overt.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.exclusion.site.SiteExclusions;
import io.overt.edge.forge.SiteForge;
import io.overt.edge.net.DataPath;
import io.overt.edge.net.Names;
import io.overt.edge.net.UpstreamHabits;
import io.overt.edge.policy.PolicyFeed;
import io.overt.edge.policy.site.SitePolicies;
import io.overt.edge.record.ConnectionMeters;
import io.overt.edge.record.LineSink;
import io.overt.edge.record.VersionFigures;
import io.overt.edge.revocation.SiteShelf;
import io.overt.edge.revocation.UpstreamCheck;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.transparency.LogListException;
import io.overt.edge.transparency.LogListFile;
import io.overt.edge.transparency.TransparencyCheck;
import io.overt.edge.trust.TrustStore;
import io.overt.edge.trust.VerdictCache;
import io.overt.service.admin.AdminServer;
import io.overt.service.admin.Readiness;
import io.overt.service.admin.ServiceMeters;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.ConfigReload;
import io.overt.service.process.Parts;
import io.overt.service.process.StartException;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.transparency.KnownLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The composition root of an edge: every part, in start order. */
final class EdgeNode {

    private EdgeNode() {}

    /** Returns when the listeners serve; policy and leaf keys may still be on their way. */
    static void start(EdgeConfig config, Parts parts) throws StartException {
        var clock = Clock.systemUTC();
        var meters = parts.add("meters", new ServiceMeters()).registry();
        var readiness = new Readiness(meters);
        var tls = parts.add("identity", identity(config));
        tls.bindTo(meters);
        var records = parts.add("records", records(config, meters));
        var forge =
                parts.add(
                        "forge",
                        new SiteForge(
                                config.siteCluster(),
                                config.signers(),
                                config.leafCache(),
                                tls,
                                clock,
                                Ticker.systemTicker(),
                                new SecureRandom(),
                                meters));
        try {
            forge.start();
        } catch (IOException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        parts.add("leaf keys", LeafKeyWatch.start(forge, readiness.condition("leaf-keys"), meters));
        var self = tls.self();
        var exclusions =
                parts.add(
                        "exclusions",
                        new SiteExclusions(
                                        self.name(),
                                        forge.site().map(SiteExclusions.MAP),
                                        state(config),
                                        clock,
                                        new SecureRandom(),
                                        meters)
                                .start());
        var policyReady = readiness.condition("policy");
        policyReady.unmet("no policy yet: the control plane has sent none, and none is on disk");
        var figures = new VersionFigures(clock, meters);
        var feed =
                parts.add(
                        "policy",
                        PolicyFeed.start(
                                config.policy(),
                                tls,
                                config.state(),
                                meters,
                                new PolicyFeed.With(
                                        _ -> policyReady.met(),
                                        Optional.of(exclusions.desk()::answer),
                                        figures,
                                        clock)));
        if (config.siteCluster() instanceof SiteClusterConfig.Embedded) {
            parts.add(
                    "site policies",
                    SitePolicies.start(
                            self.name(),
                            forge.site()::map,
                            feed,
                            config.policy().maxBytes() + (2 << 20),
                            clock,
                            meters));
        }
        var trust = parts.add("trust store", trustStore(config, meters));
        var upstreams =
                parts.add(
                        "upstream check",
                        new UpstreamCheck(
                                new VerdictCache(
                                        trust::inForce,
                                        config.upstream().verdicts(),
                                        Ticker.systemTicker(),
                                        meters),
                                SiteShelf.of(forge.site().map("upstream")),
                                config.status(),
                                new TransparencyCheck(logs(config, meters, parts), clock, meters),
                                clock,
                                Ticker.systemTicker(),
                                meters));
        var habits =
                new UpstreamHabits(
                        config.habits(),
                        SiteShelf.of(forge.site().map("upstream")),
                        clock,
                        System::nanoTime,
                        meters);
        var path =
                parts.add(
                        "data path",
                        DataPath.start(
                                config.data().named(self.site(), self.name()),
                                new DataPath.Collaborators(
                                        new FedPolicies(feed),
                                        forge.leaves(),
                                        upstreams,
                                        records,
                                        new ConnectionMeters(meters, figures),
                                        exclusions.exclusions(),
                                        Names.ofTheSystem(),
                                        habits,
                                        clock,
                                        System::nanoTime)));
        var reload =
                new ConfigReload(
                        new EdgeReload(
                                config, new EdgeReload.Names(self.site(), self.name()), feed, path),
                        clock,
                        meters);
        readiness.remark("configuration", reload::refusal);
        parts.onReload(reload);
        parts.add("admin", AdminServer.start(config.admin(), meters, readiness));
        path.addresses()
                .forEach(
                        (name, address) ->
                                LOG.atInfo()
                                        .addKeyValue("listener", name)
                                        .addKeyValue("address", address.toString())
                                        .log("listening"));
    }

    /** This edge's own folder; made if need be. */
    private static Path state(EdgeConfig config) throws StartException {
        try {
            return Files.createDirectories(config.state());
        } catch (IOException e) {
            throw new StartException(config.state() + ": cannot be made: " + e, e);
        }
    }

    private static FleetTls identity(EdgeConfig config) throws StartException {
        try {
            return new FleetTls(config.identity());
        } catch (FleetIdentityException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static LineSink records(EdgeConfig config, MeterRegistry meters) throws StartException {
        var file = config.records().file();
        return file.isPresent()
                ? LineSink.toFile(file.get(), config.records().queue(), meters)
                : LineSink.toStandardOutput(config.records().queue(), meters);
    }

    private static Supplier<Optional<KnownLogs>> logs(
            EdgeConfig config, MeterRegistry meters, Parts parts) throws StartException {
        var file = config.transparency().logList();
        if (file.isEmpty()) {
            return Optional::empty;
        }
        try {
            return parts.add("log list", LogListFile.open(file.get(), TRUST_STORE_LOOK, meters));
        } catch (IOException | LogListException e) {
            throw new StartException("certificate-transparency.log-list: " + e.getMessage(), e);
        }
    }

    private static TrustStore trustStore(EdgeConfig config, MeterRegistry meters)
            throws StartException {
        var upstream = config.upstream();
        try {
            return TrustStore.open(
                    Stream.concat(upstream.trustAnchors().stream(), upstream.ownCas().stream())
                            .toList(),
                    () -> EdgeMain.trustAnchors(upstream),
                    BoundedChainVerifier::new,
                    TRUST_STORE_LOOK,
                    meters);
        } catch (IOException | GeneralSecurityException e) {
            throw new StartException("upstream.trust-anchors: " + e.getMessage(), e);
        }
    }

    /** How often the files of trust anchors and logs are looked at; a change takes two looks. */
    private static final Duration TRUST_STORE_LOOK = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(EdgeNode.class);
}
