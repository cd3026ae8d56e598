package io.overt.edge.revocation;

import io.overt.x509.ChainVerifier;
import io.overt.x509.PresentedChain;
import io.overt.x509.ReferenceIdentity;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict;
import io.overt.x509.Verdict.Untrusted;
import io.overt.x509.Verdict.Verified;
import io.overt.x509.revocation.StatusSources;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds intermediates that an upstream did not show, where the certificates below them say they are
 * (RFC 5280 §4.2.2.1), as browsers do. What is fetched is a candidate like what is shown: the
 * verifier decides, and a certificate that nobody vouches for gains nothing by being found.
 */
final class ChainCompletion {
    /** Intermediates that are missing in one chain; real ones lack one, seldom two. */
    private static final int MOST_STEPS = 3;

    /** Certificates in one answer; the "certs-only" of a CA may have its whole hierarchy. */
    private static final int MOST_CERTIFICATES = 8;

    private final Library library;

    ChainCompletion(Library library) {
        this.library = library;
    }

    /** Whether the chain only lacks an issuer, and says where that is. */
    static boolean mayHelp(PresentedChain chain, Untrusted verdict) {
        return lacksIssuer(verdict) && !urls(chain).isEmpty();
    }

    /**
     * Verifies again with what can be fetched. Blocks until the fetches are done: for virtual
     * threads.
     *
     * @return verified, with the fetched intermediates as part of its chain, so that whoever gets
     *     the chain as evidence can verify it too; or the last thing that was wrong
     */
    Verdict complete(
            PresentedChain presented,
            ReferenceIdentity name,
            Instant at,
            ChainVerifier verifier,
            Untrusted verdict) {
        var chain = presented;
        Verdict latest = verdict;
        for (var step = 0; step < MOST_STEPS && latest instanceof Untrusted untrusted; step++) {
            var fetched = lacksIssuer(untrusted) ? next(chain) : List.<X509Certificate>of();
            var longer = with(chain, fetched);
            if (longer.isEmpty()) {
                return latest;
            }
            chain = longer.get();
            latest = verifier.verify(chain, name, at);
        }
        return latest instanceof Verified(var upstream)
                ? withoutNeedless(presented, upstream.path(), name, at, verifier, latest)
                : latest;
    }

    /** What was fetched and is not on the path is not passed on. */
    private static Verdict withoutNeedless(
            PresentedChain presented,
            List<X509Certificate> path,
            ReferenceIdentity name,
            Instant at,
            ChainVerifier verifier,
            Verdict verdict) {
        var needed =
                with(
                        presented,
                        path.subList(0, path.size() - 1)); // The anchor is the verifier's own.
        return needed.isEmpty() ? verdict : verifier.verify(needed.get(), name, at);
    }

    private static boolean lacksIssuer(Untrusted verdict) {
        return verdict.reasons().stream()
                .map(UntrustedReason::kind)
                .allMatch(kind -> kind == Kind.UNKNOWN_ISSUER);
    }

    private static Optional<PresentedChain> with(PresentedChain chain, List<X509Certificate> more) {
        var all = new ArrayList<>(chain.certificates());
        for (var certificate : more) {
            if (!all.contains(certificate) && all.size() < PresentedChain.MAX_CERTIFICATES) {
                all.add(certificate);
            }
        }
        return all.size() == chain.certificates().size()
                ? Optional.empty()
                : Optional.of(new PresentedChain(all));
    }

    /** Where the issuer of the chain's uppermost certificate is. */
    private static List<String> urls(PresentedChain chain) {
        var top = chain.leaf();
        // As many steps as there are certificates: a loop of issuers ends here too.
        for (var _ : chain.certificates()) {
            var current = top;
            var issuer =
                    chain.certificates().stream()
                            .filter(
                                    other ->
                                            !other.equals(current)
                                                    && other.getSubjectX500Principal()
                                                            .equals(
                                                                    current
                                                                            .getIssuerX500Principal()))
                            .findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            top = issuer.get();
        }
        return StatusSources.of(top).caIssuersUrls();
    }

    private List<X509Certificate> next(PresentedChain chain) {
        for (var url : urls(chain)) {
            if (library.find(Ask.caIssuers(url), bytes -> !certificates(bytes).isEmpty())
                    instanceof Fetched.Body(var bytes)) {
                var found = certificates(bytes.toByteArray());
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return List.of();
    }

    /**
     * RFC 5280 §4.2.2.1: one certificate in DER, or several in a "certs-only" CMS message. Empty
     * for anything else, PEM included.
     */
    private static List<X509Certificate> certificates(byte[] bytes) {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            if (bytes.length == 0 || bytes[0] != 0x30 /* SEQUENCE */) {
                return List.of();
            }
            var found = new ArrayList<X509Certificate>();
            // Reads both forms; a CMS message gives all its certificates.
            for (var each : factory.generateCertificates(new ByteArrayInputStream(bytes))) {
                if (found.size() < MOST_CERTIFICATES && each instanceof X509Certificate one) {
                    found.add(one);
                }
            }
            return PresentedChain.parse(found.stream().map(ChainCompletion::der).toList())
                    .certificates();
        } catch (CertificateException _) {
            return List.of();
        }
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException("certificate without an encoding", e);
        }
    }
}
