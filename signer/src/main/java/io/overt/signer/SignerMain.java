package io.overt.signer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.service.admin.AdminServer;
import io.overt.service.admin.Readiness;
import io.overt.service.admin.ServiceMeters;
import io.overt.service.approval.Approvers;
import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetIdentityException;
import io.overt.service.identity.FleetTls;
import io.overt.service.identity.Role;
import io.overt.service.identity.RoleGate;
import io.overt.service.process.Parts;
import io.overt.service.process.ServiceBlueprint;
import io.overt.service.process.ServiceFrame;
import io.overt.service.process.StartException;
import io.overt.service.rpc.FleetServer;
import io.overt.service.rpc.GatedService;
import io.overt.signer.act.Acts;
import io.overt.signer.budget.Budgets;
import io.overt.signer.ceremony.CeremonyCommand;
import io.overt.signer.issue.ForgeChecks;
import io.overt.signer.issue.InForce;
import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuanceMeters;
import io.overt.signer.issue.Issuer;
import io.overt.signer.issue.IssuingDesk;
import io.overt.signer.issue.LeafKeyDesk;
import io.overt.signer.issue.LeafKeyDigest;
import io.overt.signer.issue.LintGate;
import io.overt.signer.issue.Rules;
import io.overt.signer.issue.VerifyingCode;
import io.overt.signer.key.SigningKey;
import io.overt.signer.key.SigningKeyException;
import io.overt.signer.log.TransparencyLog;
import io.overt.signer.publish.PublicationServer;
import io.overt.signer.store.SqliteStore;
import io.overt.signer.trust.ExportTrust;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.TrustAnchors;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** {@code overt-signer}: holds issuing CAs, and signs what it can derive by itself. */
public final class SignerMain implements ServiceBlueprint<SignerConfig> {

    private final InstantSource clock;

    /**
     * The program, by a clock.
     *
     * @param clock what certificates, epochs and requests are judged by
     */
    public SignerMain(InstantSource clock) {
        this.clock = clock;
    }

    public static void main(String[] args) {
        ServiceFrame.main(new SignerMain(Clock.systemUTC()), args);
    }

    @Override
    public String name() {
        return "overt-signer";
    }

    @Override
    public String description() {
        return "Holds issuing CAs in a token, and signs the leaves that edges mirror.";
    }

    @Override
    public SignerConfig configure(ConfigNode root) throws ConfigException {
        return SignerConfig.read(root);
    }

    @Override
    public List<Object> commands() {
        return List.of(
                new CreateCa(clock),
                new CreateUntrustedCa(clock),
                new CreateLogKey(clock),
                new CeremonyCommand(clock, SignerMain.class.getName()),
                new ExportTrust(clock),
                new ActsCommand(),
                new LeafKeysCommand(),
                new LogCommand());
    }

    /**
     * Opens what is only read, and the token: a PIN that is refused is the operator's to settle, so
     * that it ends in exit code 2, after which no supervisor tries it again. A token that is away
     * ends in 1, after which one does.
     */
    @Override
    public void check(SignerConfig config) throws ConfigException, StartException {
        anchors(config);
        List<IssuerFiles> issuers = IssuerFiles.read(config.issuers(), clock.instant());
        if (config.changes().crl().isPresent()) {
            IssuerFiles.requireCrlSigning(issuers);
        }
        LogFiles log = LogFiles.read(config.log(), issuers);
        if (config.changes().acts().isPresent()) {
            var _ = Approvers.read(config.changes().acts().get().approvers());
        }
        if (config.changes().ceremonies().isPresent()) {
            var _ = Approvers.read(config.changes().ceremonies().get().approvers());
        }
        try {
            new FleetTls(config.identity()).close();
            Keys.open(config.keys(), publicKeys(issuers, log), new SimpleMeterRegistry(), _ -> {})
                    .close();
        } catch (FleetIdentityException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        } catch (SigningKeyException e) {
            switch (e.kind()) {
                case PIN, KEY -> throw new ConfigException(String.valueOf(e.getMessage()));
                case TOKEN -> throw new StartException(String.valueOf(e.getMessage()), e);
            }
        }
    }

    @Override
    public void start(SignerConfig config, Parts parts) throws StartException {
        var _ = serve(config, parts);
    }

    /**
     * What tests ask a signer in their own process about.
     *
     * @param server where it listens
     * @param publication where others take what is public
     * @param registry what it counts
     * @param readiness whether it can sign
     */
    record Serving(
            FleetServer server,
            Optional<PublicationServer> publication,
            MeterRegistry registry,
            Readiness readiness) {}

    Serving serve(SignerConfig config, Parts parts) throws StartException {
        ServiceMeters meters = parts.add("meters", new ServiceMeters());
        MeterRegistry registry = meters.registry();
        Readiness readiness = new Readiness(registry);
        Readiness.Condition warm = readiness.condition("warm");
        warm.unmet("warming up");
        parts.add("admin", AdminServer.start(config.admin(), meters.registry(), readiness));
        VerifyingCode verifying = VerifyingCode.choose(config.verifying().provider());
        verifying.report(registry);
        SqliteStore store = parts.add("store", store(config));
        List<IssuerFiles> files = issuerFiles(config);
        LogFiles logFiles = logFiles(config, files);
        Keys keys = keys(config, publicKeys(files, logFiles), parts, registry);
        Set<PublicKey> ownKeys = Set.copyOf(publicKeys(files, logFiles));
        List<Issuer> issuers = issuers(files, keys);
        InForce inForce = new InForce(new Rules(config.neverForged(), config.profiles()));
        FleetTls tls = parts.add("fleet TLS", tls(config));
        tls.bindTo(registry);
        Acts acts = ActParts.replay(config, tls.self().uri(), store, issuers, inForce, clock);
        TransparencyLog log =
                parts.add(
                        "transparency log",
                        log(
                                logFiles.settings(config.log()),
                                keys.of(logFiles.certificate().getPublicKey()),
                                store,
                                registry,
                                readiness));
        // Before the issuers, so that the log has what made them when it tells of them.
        CeremonyParts.note(config, log, registry, parts);
        stand(log, issuers);
        SignerHealth health =
                parts.add("health", SignerHealth.start(issuers, store, readiness, registry));

        ForgeChecks checks =
                new ForgeChecks(
                        byFingerprint(issuers),
                        inForce,
                        parts.add(
                                "upstream anchors", anchors(config, issuers, verifying, registry)),
                        store,
                        config.epochs(),
                        clock,
                        new LintGate(registry),
                        ownKeys);
        IssuingDesk issuing =
                new IssuingDesk(
                        checks,
                        log,
                        budgets(config, issuers, store, registry),
                        new IssuanceMeters(registry, issuers),
                        verifying,
                        clock,
                        JOIN_DEADLINE,
                        Level.INFO);
        LeafKeyDesk leafKeys =
                new LeafKeyDesk(
                        store,
                        ownKeys,
                        inForce,
                        config.epochs(),
                        config.keysPerSite(),
                        clock,
                        Level.INFO);
        Published published =
                Published.start(
                        config, files, issuers, inForce, store, log, clock, registry, parts);
        ActParts.take(config, acts, log, published.crls(), registry, parts);
        new WarmUp(config, tls, store, verifying, clock, registry).run(issuers);
        FleetServer server =
                parts.add(
                        "gRPC",
                        FleetServer.start(
                                config.listen(),
                                tls,
                                config.maxMessage(),
                                registry,
                                List.of(
                                        new GatedService(
                                                new SignerService(
                                                        issuers,
                                                        inForce,
                                                        issuing,
                                                        leafKeys,
                                                        health::unmet,
                                                        () -> revokedKeys(config, inForce),
                                                        registry),
                                                RoleGate.allow(Set.of(Role.EDGE))))));
        warm.met();
        LOG.atInfo()
                .addKeyValue("listen", server.address())
                .addKeyValue("identity", tls.self())
                .addKeyValue("verifying", verifying.name())
                .addKeyValue("issuers", issuers.stream().map(Issuer::name).toList())
                .log("serving");
        return new Serving(server, published.server(), registry, readiness);
    }

    private List<IssuerFiles> issuerFiles(SignerConfig config) throws StartException {
        try {
            List<IssuerFiles> issuers = IssuerFiles.read(config.issuers(), clock.instant());
            if (config.changes().crl().isPresent()) {
                IssuerFiles.requireCrlSigning(issuers);
            }
            return issuers;
        } catch (ConfigException e) {
            // It was good a moment ago, in check().
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static LogFiles logFiles(SignerConfig config, List<IssuerFiles> issuers)
            throws StartException {
        try {
            return LogFiles.read(config.log(), issuers);
        } catch (ConfigException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Keys keys(
            SignerConfig config, List<PublicKey> wanted, Parts parts, MeterRegistry registry)
            throws StartException {
        try {
            return parts.add(
                    "keys",
                    Keys.open(
                            config.keys(), wanted, registry, reason -> lastResort(parts, reason)));
        } catch (SigningKeyException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static List<Issuer> issuers(List<IssuerFiles> files, Keys keys) {
        List<Issuer> issuers = new ArrayList<>();
        for (IssuerFiles each : files) {
            issuers.add(
                    new Issuer(
                            each.ca(),
                            each.chain(),
                            each.entry().state(),
                            keys.of(each.ca().certificate().getPublicKey())));
        }
        return issuers;
    }

    private TransparencyLog log(
            TransparencyLog.Settings settings,
            SigningKey key,
            SqliteStore store,
            MeterRegistry registry,
            Readiness readiness)
            throws StartException {
        try {
            return TransparencyLog.open(
                    settings, key, store, clock, registry, readiness.condition("log"));
        } catch (IndexException | IOException e) {
            throw new StartException("transparency log: " + e.getMessage(), e);
        }
    }

    private static void stand(TransparencyLog log, List<Issuer> issuers) throws StartException {
        try {
            log.standing(issuers);
        } catch (IndexException e) {
            throw new StartException("transparency log: " + e.getMessage(), e);
        }
    }

    /** An orderly end if the library lets us, and an end in any case. */
    private static void lastResort(Parts parts, String reason) {
        parts.fail(reason);
        Thread.ofPlatform()
                .daemon()
                .name("last-resort")
                .start(
                        () -> {
                            try {
                                Thread.sleep(ORDERLY_END);
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                            Runtime.getRuntime().halt(ServiceFrame.FAILED);
                        });
    }

    private static SqliteStore store(SignerConfig config) throws StartException {
        try {
            SqliteStore store = SqliteStore.open(config.store(), config.storeDeadline());
            int open = store.openIntents();
            if (open > 0) {
                LOG.atWarn()
                        .addKeyValue("intents", open)
                        .log("issuances were cut off before; their TBS may be asked for again");
            }
            return store;
        } catch (IndexException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static FleetTls tls(SignerConfig config) throws StartException {
        try {
            return new FleetTls(config.identity());
        } catch (FleetIdentityException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Those that an edge may still hold: enrolled for this epoch or the next, at the latest. */
    private List<LeafKeyDigest> revokedKeys(SignerConfig config, InForce inForce) {
        return inForce.now()
                .revocations()
                .keysSince(clock.instant().minus(config.epochs().length().multipliedBy(3)));
    }

    /** What a key signed today before this process counts as well. */
    private Budgets budgets(
            SignerConfig config, List<Issuer> issuers, SqliteStore store, MeterRegistry registry)
            throws StartException {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        List<Budgets.IssuingKey> keys = new ArrayList<>();
        try {
            for (Issuer issuer : issuers) {
                CertificateFingerprint fingerprint = issuer.ca().fingerprint();
                keys.add(
                        new Budgets.IssuingKey(
                                fingerprint,
                                issuer.ca().trust(),
                                issuer.name(),
                                store.signatures(fingerprint, today)));
            }
        } catch (IndexException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
        return new Budgets(config.budgets(), keys, System::nanoTime, clock, registry);
    }

    private static UpstreamAnchors anchors(
            SignerConfig config,
            List<Issuer> issuers,
            VerifyingCode verifying,
            MeterRegistry registry)
            throws StartException {
        List<X509Certificate> own = new ArrayList<>();
        for (Issuer issuer : issuers) {
            own.add(issuer.ca().certificate());
            own.addAll(issuer.chain());
        }
        try {
            return UpstreamAnchors.open(
                    config.anchors(),
                    own,
                    verifying.maths().remembering(config.verifying().rememberedSignatures()),
                    ANCHORS_LOOK,
                    registry);
        } catch (IOException e) {
            throw new StartException("upstream.trust-anchors: cannot be read: " + e, e);
        } catch (GeneralSecurityException e) {
            throw new StartException("upstream.trust-anchors: " + e.getMessage(), e);
        }
    }

    private static TrustAnchors anchors(SignerConfig config) throws ConfigException {
        try {
            return TrustAnchors.fromPem(config.anchors().toArray(Path[]::new));
        } catch (IOException e) {
            throw new ConfigException("upstream.trust-anchors: cannot be read: " + e);
        } catch (CertificateException e) {
            throw new ConfigException("upstream.trust-anchors: " + e.getMessage());
        }
    }

    private static List<PublicKey> publicKeys(List<IssuerFiles> issuers, LogFiles log) {
        return Stream.concat(
                        issuers.stream().map(issuer -> issuer.ca().certificate().getPublicKey()),
                        Stream.of(log.certificate().getPublicKey()))
                .distinct()
                .toList();
    }

    private static Map<CertificateFingerprint, Issuer> byFingerprint(List<Issuer> issuers) {
        return issuers.stream()
                .collect(
                        Collectors.toMap(issuer -> issuer.ca().fingerprint(), Function.identity()));
    }

    /**
     * Longer than the token's deadline and two commits; what is over is an outage and said as one.
     */
    private static final Duration JOIN_DEADLINE = Duration.ofSeconds(15);

    private static final Duration ORDERLY_END = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(SignerMain.class);

    /** How often the files of the trust anchors are looked at; a change takes two looks. */
    private static final Duration ANCHORS_LOOK = Duration.ofSeconds(10);
}
