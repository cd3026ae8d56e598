package io.overt.signer;

import io.overt.service.config.ConfigException;
import io.overt.service.config.ConfigNode;
import io.overt.service.identity.FleetFiles;
import io.overt.signer.act.ProfileSections;
import io.overt.signer.budget.BudgetLimits;
import io.overt.signer.issue.EpochWindow;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.NeverForged;
import io.overt.signer.issue.VerifyingCode;
import io.overt.signer.key.TokenSettings;
import io.overt.x509.IssuerTrust;
import io.overt.x509.MirrorProfile;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The signer's configuration, validated. {@code src/main/dist/signer.yaml} explains each key, its
 * unit, its default and the reason for it; a test holds the two together.
 *
 * @param listen where edges call
 * @param admin health and metrics
 * @param identity of this process in the fleet
 * @param keys where the issuing keys are
 * @param issuers at least one
 * @param profiles at least one, all with the same epochs
 * @param epochs when which leaf keys are taken
 * @param anchors CAs that vouch for upstreams, PEM
 * @param neverForged names that are never forged
 * @param store the SQLite file
 * @param storeDeadline how long a commit is waited for
 * @param log the transparency log
 * @param maxMessage bytes of a request
 * @param keysPerSite leaf keys that a site may enrol in one epoch
 * @param budgets how much may be asked for and signed
 * @param warmUp how long requests may be rehearsed before the first one is taken; zero: not at all
 * @param changes how a running signer is changed, and how others hear of it
 * @param verifying of upstreams' chains, and of what the token signed
 */
record SignerConfig(
        InetSocketAddress listen,
        InetSocketAddress admin,
        FleetFiles identity,
        KeySource keys,
        List<IssuerEntry> issuers,
        List<MirrorProfile> profiles,
        EpochWindow epochs,
        List<Path> anchors,
        NeverForged neverForged,
        Path store,
        Duration storeDeadline,
        LogEntry log,
        int maxMessage,
        int keysPerSite,
        BudgetLimits budgets,
        Duration warmUp,
        ChangesConfig changes,
        VerifyingEntry verifying) {

    /**
     * How signatures are verified.
     *
     * @param rememberedSignatures of upstreams' certificates; zero: none
     */
    record VerifyingEntry(VerifyingCode.Wanted provider, int rememberedSignatures) {}

    /**
     * The transparency log.
     *
     * @param folder of its files
     * @param certificate PEM: of the key that signs checkpoints; its common name is the origin
     * @param readersKey PEM: public key of those who may read host names
     * @param interval between two checkpoints
     * @param heartbeat how long the log may go without an entry
     * @param maxUnpublished how long entries may be without a checkpoint before signing stops
     */
    record LogEntry(
            Path folder,
            Path certificate,
            Path readersKey,
            Duration interval,
            Duration heartbeat,
            Duration maxUnpublished) {}

    /** Where issuing keys are. */
    sealed interface KeySource {
        /** In a token. */
        record InToken(TokenSettings token) implements KeySource {}

        /** In a file, for a try-out without a token. */
        record InsecureFile(Path pkcs12, Path passwordFile) implements KeySource {}
    }

    /**
     * One issuing CA.
     *
     * @param certificate PEM: the CA's certificate first, then what clients need beyond it, without
     *     the root
     * @param trust whether clients have its root, and so which upstreams it mirrors
     */
    record IssuerEntry(
            Path certificate,
            IssuerTrust trust,
            IssuerState state,
            List<String> crlUrls,
            List<String> caIssuersUrls) {

        /** The certificate's file name without its ending: what it is published under. */
        String name() {
            String file = String.valueOf(certificate.getFileName());
            int dot = file.lastIndexOf('.');
            return dot > 0 ? file.substring(0, dot) : file;
        }
    }

    /** The first issuer of this kind, for the command that makes it. */
    Optional<IssuerEntry> issuer(IssuerTrust trust) {
        return issuers.stream().filter(entry -> entry.trust() == trust).findFirst();
    }

    static SignerConfig read(ConfigNode root) throws ConfigException {
        InetSocketAddress listen = root.listenAddress("listen");
        InetSocketAddress admin =
                root.sectionOrDefaults("admin").listenAddress("listen", "127.0.0.1:9101");
        FleetFiles identity = FleetFiles.of(root.section("identity"));
        KeySource keys = keys(root);
        List<IssuerEntry> issuers = issuers(root);
        ConfigNode epoch = root.sectionOrDefaults("epoch");
        Duration length =
                epoch.duration(
                        "length", Duration.ofDays(7), Duration.ofMinutes(1), Duration.ofDays(366));
        Duration grace =
                epoch.duration("grace", Duration.ofDays(1), Duration.ZERO, Duration.ofDays(366));
        EpochWindow epochs = epochs(epoch, length);
        List<MirrorProfile> profiles = ProfileSections.read(root, length, grace);
        List<Path> anchors = root.section("upstream").paths("trust-anchors");
        if (anchors.isEmpty()) {
            root.problem(
                    "upstream",
                    "trust-anchors: empty (expected: at least one PEM file of CAs that vouch for upstreams)");
        }
        NeverForged neverForged = neverForged(root);
        ConfigNode store = root.sectionOrDefaults("store");
        Path file = store.path("file", "signer.db");
        Duration storeDeadline = store.duration("deadline", Duration.ofSeconds(5));
        LogEntry log = log(root.section("transparency-log"));
        ConfigNode limits = root.sectionOrDefaults("limits");
        int maxMessage = (int) limits.size("message", 512 << 10, 64 << 10, 16 << 20);
        int keysPerSite = limits.integer("leaf-keys-per-site", 64, 1, 10_000);
        BudgetLimits budgets = BudgetLimits.read(root.sectionOrDefaults("budgets"));
        Duration warmUp =
                root.duration(
                        "warm-up", Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(5));
        ChangesConfig changes = ChangesConfig.read(root, issuers);
        ConfigNode verifyingNode = root.sectionOrDefaults("verifying");
        VerifyingEntry verifying =
                new VerifyingEntry(
                        verifyingNode.choice(
                                "provider",
                                VerifyingCode.Wanted.class,
                                VerifyingCode.Wanted.NATIVE),
                        verifyingNode.integer("remembered-signatures", 10_000, 0, 1_000_000));
        root.finish();
        return new SignerConfig(
                listen,
                admin,
                identity,
                keys,
                issuers,
                profiles,
                epochs,
                anchors,
                neverForged,
                file,
                storeDeadline,
                log,
                maxMessage,
                keysPerSite,
                budgets,
                warmUp,
                changes,
                verifying);
    }

    private static LogEntry log(ConfigNode node) {
        return new LogEntry(
                node.path("folder", "log"),
                node.path("certificate"),
                node.path("readers-key"),
                node.duration(
                        "interval",
                        Duration.ofSeconds(1),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1)),
                node.duration(
                        "heartbeat",
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        Duration.ofHours(1)),
                node.duration(
                        "max-unpublished",
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        Duration.ofHours(1)));
    }

    private static KeySource keys(ConfigNode root) {
        Optional<ConfigNode> file = root.optionalSection("insecure-file");
        Optional<ConfigNode> token = root.optionalSection("token");
        if (file.isPresent() == token.isPresent()) {
            root.problem(
                    "token",
                    token.isPresent()
                            ? "given beside insecure-file (expected: one of the two)"
                            : "missing (expected: token, or for a try-out insecure-file)");
        }
        if (token.isEmpty() && file.isPresent()) {
            return new KeySource.InsecureFile(
                    file.get().path("pkcs12"), file.get().path("password-file"));
        }
        if (token.isEmpty()) {
            return new KeySource.InsecureFile(Path.of(""), Path.of("")); // finish() throws
        }
        ConfigNode node = token.get();
        Path module = node.path("module");
        String label =
                node.required(
                        "label",
                        "invalid",
                        text -> {
                            TokenSettings.requireLabel(text);
                            return text;
                        });
        Path pinFile = node.path("pin-file");
        int threads = node.integer("threads", 4, 1, 256);
        int queue = node.integer("queue", 256, 1, 100_000);
        Duration deadline = node.duration("deadline", Duration.ofSeconds(2));
        Duration stalledAfter = node.duration("stalled-after", Duration.ofSeconds(2));
        Duration giveUpAfter = node.duration("give-up-after", Duration.ofSeconds(60));
        Duration retryInterval = node.duration("retry-interval", Duration.ofSeconds(1));
        Duration keepAlive = node.duration("keep-alive", Duration.ofSeconds(20));
        if (giveUpAfter.compareTo(stalledAfter) <= 0) {
            node.problem(
                    "give-up-after",
                    "%s (expected: longer than stalled-after, %s)"
                            .formatted(giveUpAfter, stalledAfter));
        }
        return new KeySource.InToken(
                new TokenSettings(
                        module,
                        label,
                        pinFile,
                        threads,
                        queue,
                        deadline,
                        stalledAfter,
                        giveUpAfter,
                        retryInterval,
                        keepAlive));
    }

    private static List<IssuerEntry> issuers(ConfigNode root) {
        List<IssuerEntry> issuers = new ArrayList<>();
        for (ConfigNode node : root.sections("issuers")) {
            issuers.add(
                    new IssuerEntry(
                            node.path("certificate"),
                            node.choice("trust", IssuerTrust.class, IssuerTrust.TRUSTED),
                            node.choice("state", IssuerState.class, IssuerState.ACTIVE),
                            node.list("crl-urls"),
                            node.list("ca-issuers-urls")));
        }
        if (issuers.stream().noneMatch(entry -> entry.trust() == IssuerTrust.TRUSTED)) {
            root.problem("issuers", "none (expected: at least one issuing CA that clients trust)");
        }
        return issuers;
    }

    private static EpochWindow epochs(ConfigNode epoch, Duration length) {
        Duration tolerance =
                epoch.duration(
                        "clock-tolerance",
                        Duration.ofMinutes(5),
                        Duration.ZERO,
                        Duration.ofDays(1));
        if (tolerance.compareTo(length) >= 0) {
            epoch.problem(
                    "clock-tolerance",
                    "%s (expected: less than epoch.length, %s)".formatted(tolerance, length));
            return new EpochWindow(length, Duration.ZERO);
        }
        return new EpochWindow(length, tolerance);
    }

    private static NeverForged neverForged(ConfigNode root) {
        List<String> names =
                root.list(
                        "never-forge",
                        text -> {
                            NeverForged.requireName(text);
                            return text;
                        });
        return new NeverForged(names);
    }
}
