package io.overt.it.cluster;

import io.overt.it.cluster.ClusterFiles.PartFiles;
import io.overt.testkit.softhsm.FaultyToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A signer that is a process of its own, on a SoftHSM directory of its own, behind a token library
 * that fails on demand. Not thread-safe. Whoever makes it closes it.
 */
final class SignerChild implements AutoCloseable {
    private final Launcher launcher;
    private final PartFiles files;
    private final Path log;
    private final FaultyToken token;
    private final X509Certificate root;
    private final X509Certificate issuing;
    private final AdminPort admin;
    private Optional<Child> process = Optional.empty();

    private SignerChild(
            Launcher launcher, PartFiles files, Path log, FaultyToken token, TokenSigner made) {
        this.launcher = launcher;
        this.files = files;
        this.log = log;
        this.token = token;
        this.root = made.token().root();
        this.issuing = made.token().issuing();
        this.admin = AdminPort.here(files.adminPort());
    }

    /** Makes everything that it needs, its CA in its token included. */
    static SignerChild make(ClusterFiles cluster, int number) throws IOException {
        // What this process has in its library's directory beside it is other signers'.
        Path here = Path.of(System.getenv("SOFTHSM2_CONF")).resolveSibling("tokens");
        var before = tokens(here);
        TokenSigner made = TokenSigner.make(cluster, number, "Example Corp");
        Path tokens = Files.createDirectories(cluster.ofSigner(number, "tokens"));
        for (Path each : tokens(here)) {
            if (!before.contains(each)) {
                copy(each, tokens.resolve(each.getFileName()));
            }
        }
        Path configuration =
                Files.writeString(
                        cluster.ofSigner(number, "softhsm2.conf"),
                        """
                        directories.tokendir = %s
                        objectstore.backend = file
                        log.level = ERROR
                        """
                                .formatted(tokens));
        var token = FaultyToken.over(made.token(), cluster.ofSigner(number, "token"));
        PartFiles files =
                cluster.signer(
                        number,
                        TokenSigner.section(made.token(), token.module(), TIMES) + "warm-up: 1s\n");
        return new SignerChild(
                Launcher.ofBuildTree()
                        .with("SOFTHSM2_CONF", configuration.toString())
                        .with("OVERT_JAVA_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1"),
                files,
                cluster.ofSigner(number, "signer.log"),
                token,
                made);
    }

    /** Begins to start it. */
    void start() throws IOException {
        process =
                Optional.of(
                        launcher.start(
                                files.name(),
                                log,
                                "overt-signer",
                                "--config",
                                files.config().toString()));
    }

    void awaitReady() throws InterruptedException {
        running().await("ready", Duration.ofMinutes(2), admin::ready);
    }

    Child running() {
        return process.orElseThrow();
    }

    /** The faults of its token. */
    FaultyToken token() {
        return token;
    }

    X509Certificate root() {
        return root;
    }

    X509Certificate issuing() {
        return issuing;
    }

    String notReady() {
        return admin.notReady();
    }

    /** One of its metrics, summed over its labels. */
    double sum(String metric) throws IOException, InterruptedException {
        return admin.sum(metric);
    }

    @Override
    public void close() {
        token.releaseStalled();
        process.ifPresent(Child::close);
    }

    private static List<Path> tokens(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> all = Files.list(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(each.getFileName()));
            }
        }
    }

    /** Shorter than in production, so that a test sees the end of each outage. */
    private static final String TIMES =
            """
              deadline: 1s
              stalled-after: 1s
              retry-interval: 200ms
              give-up-after: 30s
              keep-alive: 1s
            """;
}
