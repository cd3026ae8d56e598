package io.overt.edge.trust;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.overt.service.files.Followed;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies with the trust anchors that are in force. Their files are followed: changed ones come
 * into force together, between one verification and the next; ones that cannot be read change
 * nothing. A verification that has begun ends with the anchors it began with. Thread-safe; whoever
 * opens it closes it.
 */
public final class TrustStore implements ChainVerifier, AutoCloseable {
    private final Followed<InForce> anchors;
    private final MultiGauge version;

    /**
     * Anchors, and what verifies with these and no others.
     *
     * @param version equal for equal sets of anchors and own CAs, wherever they were read
     * @param count of the anchors
     */
    public record InForce(ChainVerifier verifier, String version, int count) {
        private static InForce of(
                TrustAnchors anchors, Function<TrustAnchors, ChainVerifier> verifiers) {
            return new InForce(
                    verifiers.apply(anchors), anchors.version(), anchors.certificates().size());
        }

        /** By what is trusted: each reading makes a verifier of its own. */
        @Override
        public boolean equals(Object other) {
            return other instanceof InForce(_, var itsVersion, _) && version.equals(itsVersion);
        }

        @Override
        public int hashCode() {
            return version.hashCode();
        }
    }

    private TrustStore(
            List<Path> files,
            Followed.Reader<TrustAnchors> source,
            Function<TrustAnchors, ChainVerifier> verifiers,
            Duration every,
            MeterRegistry meters)
            throws IOException, GeneralSecurityException {
        this.version =
                MultiGauge.builder("overt.edge.trust.version")
                        .description("Always 1; the tag names the trust anchors in force.")
                        .register(meters);
        this.anchors =
                Followed.open(
                        "trust anchors",
                        files,
                        () -> InForce.of(source.read(), verifiers),
                        every,
                        this::changed,
                        "overt.edge.trust.store.reloads",
                        meters);
        tell(anchors.get());
        Gauge.builder("overt.edge.trust.anchors", anchors, each -> each.get().count())
                .description("CAs that may vouch for upstreams.")
                .register(meters);
    }

    /**
     * Reads the anchors and goes on looking at their files.
     *
     * @param files what to look at
     * @param source reads them all; never our own CAs among the anchors
     * @param verifiers makes a verifier of anchors
     * @param every how often the files are looked at. A change comes into force with the second
     *     look that finds it, since a file is not always replaced in one step
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if there is none in it, or one that cannot be read
     */
    public static TrustStore open(
            List<Path> files,
            Followed.Reader<TrustAnchors> source,
            Function<TrustAnchors, ChainVerifier> verifiers,
            Duration every,
            MeterRegistry meters)
            throws IOException, GeneralSecurityException {
        return new TrustStore(files, source, verifiers, every, meters);
    }

    @Override
    public Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at) {
        return inForce().verifier().verify(chain, name, at);
    }

    /** The anchors that count now; the same for as long as the caller holds on to them. */
    public InForce inForce() {
        return anchors.get();
    }

    /** Names the set of anchors in force. */
    public String version() {
        return inForce().version();
    }

    private void changed(InForce next) {
        tell(next);
        LOG.atInfo()
                .addKeyValue("version", next.version())
                .addKeyValue("anchors", next.count())
                .log("trust anchors changed");
    }

    private void tell(InForce next) {
        version.register(List.of(MultiGauge.Row.of(Tags.of("version", next.version()), 1)), true);
    }

    @Override
    public void close() {
        anchors.close();
    }

    private static final Logger LOG = LoggerFactory.getLogger(TrustStore.class);
}
