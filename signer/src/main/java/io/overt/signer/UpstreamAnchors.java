package io.overt.signer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.files.Followed;
import io.overt.x509.BoundedChainVerifier;
import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.SignatureMaths;
import io.overt.x509.TrustAnchors;
import io.overt.x509.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom this signer believes about upstreams: the CAs of its own files, which are followed while it
 * runs, and never one of its own issuing CAs. A verification that has begun ends with the anchors
 * it began with. Thread-safe; whoever opens it closes it.
 */
final class UpstreamAnchors implements ChainVerifier, AutoCloseable {
    private final Followed<InForce> anchors;

    private record InForce(String version, int count, ChainVerifier verifier) {
        static InForce of(TrustAnchors anchors, SignatureMaths maths) {
            return new InForce(
                    anchors.version(),
                    anchors.certificates().size(),
                    new BoundedChainVerifier(anchors, maths));
        }

        /** By what is trusted: each reading makes a verifier of its own. */
        @Override
        public boolean equals(Object other) {
            return other instanceof InForce(var itsVersion, _, _) && version.equals(itsVersion);
        }

        @Override
        public int hashCode() {
            return version.hashCode();
        }
    }

    private UpstreamAnchors(Followed<InForce> anchors, MeterRegistry meters) {
        this.anchors = anchors;
        Gauge.builder("overt.signer.trust.anchors", anchors, each -> each.get().count())
                .description("CAs that may vouch for upstreams.")
                .register(meters);
    }

    /**
     * Reads the anchors and goes on looking at their files.
     *
     * @param files PEM
     * @param own issuing CAs and those above them
     * @param maths outlives a change of the anchors: what it remembers depends on none
     * @param every how often the files are looked at; a change takes two looks
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if there is no certificate in it, or one that cannot be read
     */
    static UpstreamAnchors open(
            List<Path> files,
            Collection<X509Certificate> own,
            SignatureMaths maths,
            Duration every,
            MeterRegistry meters)
            throws IOException, GeneralSecurityException {
        return new UpstreamAnchors(
                Followed.open(
                        "trust anchors",
                        files,
                        () ->
                                InForce.of(
                                        TrustAnchors.fromPem(files.toArray(Path[]::new))
                                                .refusing(own),
                                        maths),
                        every,
                        UpstreamAnchors::changed,
                        "overt.signer.trust.store.reloads",
                        meters),
                meters);
    }

    @Override
    public Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at) {
        return anchors.get().verifier().verify(chain, name, at);
    }

    private static void changed(InForce next) {
        LOG.atInfo()
                .addKeyValue("version", next.version())
                .addKeyValue("anchors", next.count())
                .log("trust anchors changed");
    }

    @Override
    public void close() {
        anchors.close();
    }

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamAnchors.class);
}
