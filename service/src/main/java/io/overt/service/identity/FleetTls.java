package io.overt.service.identity;

import io.grpc.netty.GrpcSslContexts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS 1.3 between members of a fleet, for gRPC. The files are looked at every few seconds; a
 * changed and consistent set serves every connection from then on, what is being written or does
 * not fit together is left aside (logged, counted) while the last good one serves. Open connections
 * keep what they were made with.
 *
 * <p>Thread-safe. Whoever makes it closes it; contexts handed out stay usable, and stop following.
 */
public final class FleetTls implements AutoCloseable {
    private final FleetFiles files;
    private final Duration interval;
    private final Thread watcher;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong reloads = new AtomicLong();
    private final AtomicLong failedReloads = new AtomicLong();
    private volatile Generation current;

    /** One set of credentials and the native contexts made from it. */
    private record Generation(
            FleetCredentials credentials,
            SslContext server,
            Map<ExpectedPeer, SslContext> clients) {}

    /** Reads the files and starts to watch them, every ten seconds. */
    public FleetTls(Path certificateChain, Path privateKey, Path trustAnchors)
            throws FleetIdentityException {
        this(new FleetFiles(certificateChain, privateKey, trustAnchors), Duration.ofSeconds(10));
    }

    /** Reads the files and starts to watch them, every ten seconds. */
    public FleetTls(FleetFiles files) throws FleetIdentityException {
        this(files, Duration.ofSeconds(10));
    }

    /**
     * Reads the files and starts to watch them.
     *
     * @param interval between two looks at the files
     * @throws FleetIdentityException when they cannot be used as they are now
     */
    public FleetTls(FleetFiles files, Duration interval) throws FleetIdentityException {
        this.files = files;
        this.interval = interval;
        this.current = generation(FleetCredentials.read(files));
        // Polling, not WatchService: files are replaced through symbolic links and on file systems
        // that tell nobody.
        this.watcher = Thread.ofVirtual().name("fleet-tls-watch").start(this::watch);
    }

    /** For a gRPC server: asks every caller for a certificate of the fleet. */
    public SslContext serverContext() {
        return new FollowingSslContext(() -> current.server);
    }

    /** For a gRPC client: presents this process's certificate, and talks to such a peer only. */
    public SslContext clientContext(ExpectedPeer expected) {
        clientOf(current, expected);
        return new FollowingSslContext(() -> clientOf(current, expected));
    }

    /** Who this process is. A reload cannot change it. */
    public FleetIdentity self() {
        return current.credentials.self();
    }

    /** This process's certificate as it serves now. */
    public X509Certificate certificate() {
        return current.credentials.chain().getFirst();
    }

    /** Registers when the certificate and anchors end, and how reloads went. */
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("overt.fleet.certificate.expiry", this, FleetTls::earliestExpiry)
                .description(
                        "When the first of this process's fleet certificates ends, in seconds since 1970.")
                .baseUnit("seconds")
                .register(meters);
        io.micrometer.core.instrument.FunctionCounter.builder(
                        "overt.fleet.reloads", reloads, AtomicLong::get)
                .tag("result", "taken")
                .description("Changes of the fleet identity files, by what became of them.")
                .register(meters);
        io.micrometer.core.instrument.FunctionCounter.builder(
                        "overt.fleet.reloads", failedReloads, AtomicLong::get)
                .tag("result", "refused")
                .description("Changes of the fleet identity files, by what became of them.")
                .register(meters);
    }

    @Override
    public void close() {
        closed.countDown();
        watcher.interrupt();
    }

    private void watch() {
        var refused = "";
        try {
            while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                refused = look(refused);
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    /** One look at the files; answers what to say no second time. */
    private String look(String refusedBefore) {
        try {
            return reload();
        } catch (FleetIdentityException e) {
            // Between two writes of a rotation this is usual; the next look settles it.
            return refuse(refusedBefore, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) { // The back-stop: without this thread nothing is renewed.
            return refuse(refusedBefore, e.toString(), e);
        }
    }

    /** Takes the files as they are now, if they have changed. */
    private String reload() throws FleetIdentityException {
        if (FleetCredentials.fingerprint(files).equals(current.credentials.fingerprint())) {
            return "";
        }
        var next = FleetCredentials.read(files);
        if (!next.self().equals(self())) {
            throw new FleetIdentityException(
                    files.certificateChain()
                            + ": names "
                            + next.self()
                            + " (expected: "
                            + self()
                            + "; another identity needs a restart)");
        }
        current = generation(next);
        reloads.incrementAndGet();
        LOG.atInfo()
                .addKeyValue("identity", next.self())
                .addKeyValue("not_after", next.chain().getFirst().getNotAfter().toInstant())
                .log("fleet certificate reloaded");
        return "";
    }

    /** Counts and says it once a reason. */
    private String refuse(String before, String reason, Exception cause) {
        if (!reason.equals(before)) {
            failedReloads.incrementAndGet();
            LOG.atWarn()
                    .setCause(cause instanceof RuntimeException ? cause : null)
                    .addKeyValue("reason", reason)
                    .log("fleet certificate not reloaded, the last one stays");
        }
        return reason;
    }

    private static Generation generation(FleetCredentials credentials)
            throws FleetIdentityException {
        try {
            var server =
                    SslContextBuilder.forServer(credentials.privateKey(), credentials.chain())
                            .trustManager(PeerTrust.ofServer(credentials.anchors()))
                            .clientAuth(ClientAuth.REQUIRE)
                            .protocols("TLSv1.3");
            return new Generation(
                    credentials,
                    GrpcSslContexts.configure(server, SslProvider.OPENSSL).build(),
                    new ConcurrentHashMap<>());
        } catch (SSLException e) {
            throw new FleetIdentityException(
                    "the TLS library refuses the fleet certificate: " + e.getMessage(), e);
        }
    }

    private static SslContext clientOf(Generation generation, ExpectedPeer expected) {
        return generation.clients.computeIfAbsent(
                expected,
                _ -> {
                    var credentials = generation.credentials;
                    var client =
                            SslContextBuilder.forClient()
                                    .keyManager(credentials.privateKey(), credentials.chain())
                                    .trustManager(
                                            PeerTrust.ofClient(credentials.anchors(), expected))
                                    .protocols("TLSv1.3");
                    try {
                        return GrpcSslContexts.configure(client, SslProvider.OPENSSL).build();
                    } catch (SSLException e) {
                        throw new IllegalStateException(
                                "the TLS library took this certificate for a server and refuses it for a client",
                                e);
                    }
                });
    }

    private double earliestExpiry() {
        return current.credentials.chain().stream()
                .mapToLong(certificate -> certificate.getNotAfter().toInstant().getEpochSecond())
                .min()
                .orElseThrow();
    }

    private static final Logger LOG = LoggerFactory.getLogger(FleetTls.class);
}
