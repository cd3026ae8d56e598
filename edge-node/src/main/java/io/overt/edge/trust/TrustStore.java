package io.overt.edge.trust;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies with the trust anchors that are in force. Their files are looked at again and again:
 * changed ones come into force together, between one verification and the next; ones that cannot be
 * read are counted and logged, and those from before stay. A verification that has begun ends with
 * the anchors it began with. Thread-safe; whoever opens it closes it.
 */
public final class TrustStore implements ChainVerifier, AutoCloseable {
    private final List<Path> files;
    private final Source source;
    private final Function<TrustAnchors, ChainVerifier> verifiers;
    private final Counter taken;
    private final Counter refused;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("trust-store").factory());

    private volatile InForce inForce;

    /** What the files looked like when they were last read, and at the last look. Of the watch. */
    private List<Stamp> read;

    private List<Stamp> seen;

    /** Reads the anchors; never our own CAs among them. */
    public interface Source {
        /**
         * @throws IOException if a file cannot be read
         * @throws CertificateException if there is none in it, or one that cannot be read
         */
        TrustAnchors read() throws IOException, CertificateException;
    }

    private record InForce(ChainVerifier verifier, String version, int anchors) {}

    /** Enough of a file to see that it is another one, or changed. */
    private record Stamp(Path file, String key, long size, Instant modified) {}

    private TrustStore(
            List<Path> files,
            Source source,
            Function<TrustAnchors, ChainVerifier> verifiers,
            MeterRegistry meters)
            throws IOException, CertificateException {
        this.files = List.copyOf(files);
        this.source = source;
        this.verifiers = verifiers;
        this.taken = counter(meters, "taken");
        this.refused = counter(meters, "refused");
        this.read = stamps();
        this.seen = read;
        this.inForce = inForce(source.read());
        Gauge.builder("overt.edge.trust.anchors", this, store -> store.inForce.anchors())
                .description("CAs that may vouch for upstreams.")
                .register(meters);
    }

    /**
     * Reads the anchors and goes on looking at their files.
     *
     * @param files what to look at
     * @param source reads them all
     * @param verifiers makes a verifier of anchors
     * @param every how often the files are looked at. A change comes into force with the second
     *     look that finds it, since a file is not always replaced in one step
     * @throws IOException if a file cannot be read
     * @throws CertificateException if there is none in it, or one that cannot be read
     */
    public static TrustStore open(
            List<Path> files,
            Source source,
            Function<TrustAnchors, ChainVerifier> verifiers,
            Duration every,
            MeterRegistry meters)
            throws IOException, CertificateException {
        var store = new TrustStore(files, source, verifiers, meters);
        var _ =
                store.watch.scheduleWithFixedDelay(
                        store::look, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        return store;
    }

    @Override
    public Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at) {
        return inForce.verifier().verify(chain, name, at);
    }

    /** Names the set of anchors in force: equal for equal sets, wherever they were read. */
    public String version() {
        return inForce.version();
    }

    private void look() {
        try {
            var now = stamps();
            if (!now.equals(read) && now.equals(seen)) {
                read = now;
                take(source.read());
            }
            seen = now;
        } catch (IOException | CertificateException | RuntimeException e) {
            refused.increment();
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("in_force", inForce.version())
                    .log("the trust anchors changed and cannot be read; those from before stay");
        }
    }

    private void take(TrustAnchors anchors) {
        var next = inForce(anchors);
        if (!next.version().equals(inForce.version())) {
            // From here on the new ones count.
            inForce = next;
            taken.increment();
            LOG.atInfo()
                    .addKeyValue("version", next.version())
                    .addKeyValue("anchors", next.anchors())
                    .log("trust anchors changed");
        }
    }

    private InForce inForce(TrustAnchors anchors) {
        return new InForce(
                verifiers.apply(anchors), version(anchors), anchors.certificates().size());
    }

    private static String version(TrustAnchors anchors) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            anchors.certificates().stream()
                    .map(certificate -> CertificateFingerprint.of(certificate).hex())
                    .sorted()
                    .forEach(hex -> digest.update(hex.getBytes(StandardCharsets.US_ASCII)));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256", e);
        }
    }

    private List<Stamp> stamps() throws IOException {
        var stamps = new ArrayList<Stamp>();
        for (var file : files) {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            stamps.add(
                    new Stamp(
                            file,
                            String.valueOf(attributes.fileKey()),
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()));
        }
        return List.copyOf(stamps);
    }

    private static Counter counter(MeterRegistry meters, String result) {
        return Counter.builder("overt.edge.trust.store.reloads")
                .description("Changes of the trust anchors' files.")
                .tag("result", result)
                .register(meters);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }

    private static final Logger LOG = LoggerFactory.getLogger(TrustStore.class);
}
