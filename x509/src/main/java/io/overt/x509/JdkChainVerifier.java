package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict.Untrusted;
import io.overt.x509.Verdict.Verified;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Builds and validates paths with the JDK's PKIX, and adds what PKIX leaves out or gets wrong:
 * names by RFC 9525, key and signature strength, extKeyUsage of leaf and intermediates, a CA's
 * certificate as a leaf, expired anchors, anchors' own constraints, a work budget.
 *
 * <p>Unfit intermediates and anchors are taken out <em>before</em> a path is built, so that one bad
 * cross-certificate does not hide a good path. Revocation is not looked at. Immutable; safe for any
 * number of threads.
 */
public final class JdkChainVerifier implements ChainVerifier {
    /**
     * Intermediates between leaf and anchor that are not self-issued. Real paths have one to three.
     */
    private static final int MAX_PATH_LENGTH = 8;

    /**
     * Candidates looked at in one verification; a well-formed chain of four needs fewer than ten.
     */
    private static final int MAX_CANDIDATES = 200;

    private final TrustAnchors anchors;

    /** A verifier that trusts {@code anchors}. */
    public JdkChainVerifier(TrustAnchors anchors) {
        this.anchors = anchors;
    }

    @Override
    public Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at) {
        try {
            return verdict(chain, name, at);
        } catch (GeneralSecurityException | RuntimeException e) {
            return untrusted(Kind.INTERNAL, e.toString());
        }
    }

    private Verdict verdict(PresentedChain chain, ReferenceIdentity name, Instant at)
            throws GeneralSecurityException {
        List<UntrustedReason> ofLeaf = CertificateRules.leaf(chain.leaf(), name, at);
        if (ofLeaf.isEmpty()) {
            WorkBudget budget = new WorkBudget(MAX_CANDIDATES);
            Optional<List<X509Certificate>> path = path(chain, at, budget);
            if (path.isPresent()) {
                return new Verified(new VerifiedUpstream(chain, path.get(), name, at));
            }
            if (budget.isSpent()) {
                return untrusted(
                        Kind.TOO_COMPLEX, "no path among " + MAX_CANDIDATES + " candidates");
            }
        }
        List<UntrustedReason> reasons = new PathDiagnosis(anchors, chain, at, ofLeaf).reasons();
        return reasons.isEmpty()
                ? untrusted(Kind.NO_VALID_PATH, "no valid path to a trust anchor")
                : new Untrusted(reasons);
    }

    private static Untrusted untrusted(Kind kind, String detail) {
        return new Untrusted(List.of(new UntrustedReason(kind, detail)));
    }

    private Optional<List<X509Certificate>> path(
            PresentedChain chain, Instant at, WorkBudget budget) throws GeneralSecurityException {
        Set<TrustAnchor> usable = new HashSet<>();
        for (X509Certificate anchor : anchors.certificates()) {
            if (CertificateRules.anchor(anchor, at).isEmpty()) {
                usable.add(new TrustAnchor(anchor, null));
            }
        }
        CertStore intermediates =
                CertStore.getInstance(
                        "Collection",
                        new CollectionCertStoreParameters(
                                chain.certificates().stream()
                                        .skip(1)
                                        .filter(certificate -> !anchors.isOwn(certificate))
                                        .filter(
                                                certificate ->
                                                        CertificateRules.intermediate(
                                                                        certificate, at)
                                                                .isEmpty())
                                        .toList()));
        // Ends: each turn takes one anchor away.
        while (!usable.isEmpty() && !budget.isSpent()) {
            Optional<PKIXCertPathBuilderResult> path =
                    build(chain.leaf(), intermediates, usable, at, budget);
            if (path.isEmpty()) {
                return Optional.empty();
            }
            if (keepsAnchorsConstraints(path.get(), at)) {
                return Optional.of(withAnchor(path.get()));
            }
            usable.remove(path.get().getTrustAnchor());
        }
        return Optional.empty();
    }

    private static Optional<PKIXCertPathBuilderResult> build(
            X509Certificate leaf,
            CertStore intermediates,
            Set<TrustAnchor> usable,
            Instant at,
            WorkBudget budget)
            throws GeneralSecurityException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(leaf);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(usable, target);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        parameters.setMaxPathLength(MAX_PATH_LENGTH);
        parameters.addCertStore(intermediates);
        parameters.addCertPathChecker(budget);
        try {
            return Optional.of(
                    (PKIXCertPathBuilderResult)
                            CertPathBuilder.getInstance("PKIX").build(parameters));
        } catch (CertPathBuilderException _) {
            // Says little of why; PathDiagnosis finds out.
            return Optional.empty();
        }
    }

    /**
     * PKIX takes an anchor for a name and a key, and ignores what else its certificate says. Where
     * that is more than a CA's usual, the path is validated once more with the anchor's certificate
     * as its first intermediate.
     */
    private static boolean keepsAnchorsConstraints(PKIXCertPathBuilderResult path, Instant at)
            throws GeneralSecurityException {
        X509Certificate anchor = path.getTrustAnchor().getTrustedCert();
        if (!isConstrained(anchor)) {
            return true;
        }
        List<X509Certificate> certificates = withAnchor(path);
        TrustAnchor nameAndKey =
                new TrustAnchor(anchor.getSubjectX500Principal(), anchor.getPublicKey(), null);
        try {
            validate(certificates, nameAndKey, at);
            return true;
        } catch (CertPathValidatorException _) {
            return false;
        }
    }

    private static List<X509Certificate> withAnchor(PKIXCertPathBuilderResult path) {
        List<X509Certificate> certificates = new ArrayList<>();
        path.getCertPath()
                .getCertificates()
                .forEach(certificate -> certificates.add((X509Certificate) certificate));
        certificates.add(path.getTrustAnchor().getTrustedCert());
        return certificates;
    }

    private static boolean isConstrained(X509Certificate anchor) {
        Set<String> critical = anchor.getCriticalExtensionOIDs();
        return anchor.getExtensionValue(Oid.NAME_CONSTRAINTS) != null
                || (critical != null
                        && !Set.of(Oid.BASIC_CONSTRAINTS, Oid.KEY_USAGE).containsAll(critical));
    }

    /** Validates {@code certificates}, leaf first, as they stand. */
    static void validate(List<X509Certificate> certificates, TrustAnchor anchor, Instant at)
            throws GeneralSecurityException {
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(certificates);
        PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }
}
