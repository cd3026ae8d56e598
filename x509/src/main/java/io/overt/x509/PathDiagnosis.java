package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out why a chain has no valid path, since the JDK's builder only says that it has none.
 * Follows issuers upwards from the leaf, one step per certificate, and notes what is wrong on the
 * way. It explains a refusal and never makes an acceptance, so that it follows one path and not all
 * does no harm.
 */
final class PathDiagnosis {
    private final TrustAnchors anchors;
    private final PresentedChain chain;
    private final Instant at;
    private final List<X509Certificate> path = new ArrayList<>();
    private final List<UntrustedReason> reasons;

    /**
     * @param known what is wrong with the leaf itself
     */
    PathDiagnosis(
            TrustAnchors anchors, PresentedChain chain, Instant at, List<UntrustedReason> known) {
        this.reasons = new ArrayList<>(known);
        this.anchors = anchors;
        this.chain = chain;
        this.at = at;
    }

    /** What was known, and what is wrong above the leaf. */
    List<UntrustedReason> reasons() throws GeneralSecurityException {
        Optional<X509Certificate> current = Optional.of(chain.leaf());
        while (current.isPresent()) {
            path.add(current.get());
            current = step(current.get());
        }
        return reasons;
    }

    /** The issuer to go on with, or empty at the end of the path. */
    private Optional<X509Certificate> step(X509Certificate current)
            throws GeneralSecurityException {
        if (anchors.isOwn(current) || issuer(current, anchors.ownCas()).isPresent()) {
            add(Kind.OWN_CA, "issued by our own inspection CA", current);
            return Optional.empty();
        }
        Optional<X509Certificate> anchor = issuer(current, anchors.certificates());
        if (anchor.isPresent()) {
            reasons.addAll(CertificateRules.anchor(anchor.get(), at));
            validate(anchor.get());
            return Optional.empty();
        }
        List<X509Certificate> others =
                chain.certificates().stream().filter(other -> !path.contains(other)).toList();
        Optional<X509Certificate> next = issuer(current, others);
        if (next.isPresent()) {
            reasons.addAll(CertificateRules.intermediate(next.get(), at));
            return next;
        }
        if (signs(current, current)) {
            add(
                    path.size() == 1 ? Kind.SELF_SIGNED : Kind.UNTRUSTED_ROOT,
                    "self-signed, and not a trust anchor",
                    current);
        } else if (isNamed(current, others) || isNamed(current, anchors.certificates())) {
            add(Kind.BAD_SIGNATURE, "not signed by the issuer it names", current);
        } else {
            add(
                    Kind.UNKNOWN_ISSUER,
                    "issuer \""
                            + current.getIssuerX500Principal().getName()
                            + "\" is neither presented nor a trust anchor",
                    current);
        }
        return Optional.empty();
    }

    /**
     * The path is whole; what PKIX objects to in it. It stops at the first fault, so only where
     * none is known.
     */
    private void validate(X509Certificate anchor) throws GeneralSecurityException {
        if (!reasons.isEmpty()) {
            return;
        }
        TrustAnchor nameAndKey =
                new TrustAnchor(anchor.getSubjectX500Principal(), anchor.getPublicKey(), null);
        List<X509Certificate> withAnchor = new ArrayList<>(path);
        withAnchor.add(anchor);
        try {
            JdkChainVerifier.validate(path, new TrustAnchor(anchor, null), at);
            JdkChainVerifier.validate(withAnchor, nameAndKey, at);
        } catch (CertPathValidatorException e) {
            X509Certificate where =
                    e.getIndex() >= 0 && e.getIndex() < path.size()
                            ? path.get(e.getIndex())
                            : anchor;
            add(kind(e), String.valueOf(e.getMessage()), where);
        }
    }

    private static Kind kind(CertPathValidatorException e) {
        return switch (e.getReason()) {
            case BasicReason basic ->
                    switch (basic) {
                        case EXPIRED -> Kind.EXPIRED;
                        case NOT_YET_VALID -> Kind.NOT_YET_VALID;
                        case REVOKED -> Kind.REVOKED;
                        case INVALID_SIGNATURE -> Kind.BAD_SIGNATURE;
                        case ALGORITHM_CONSTRAINED -> Kind.WEAK_SIGNATURE;
                        case UNDETERMINED_REVOCATION_STATUS, UNSPECIFIED ->
                                // The name-constraints checker gives no reason but this one.
                                String.valueOf(e.getMessage()).contains("name constraints")
                                        ? Kind.NAME_CONSTRAINTS
                                        : Kind.NO_VALID_PATH;
                    };
            case PKIXReason pkix ->
                    switch (pkix) {
                        case NAME_CHAINING, NO_TRUST_ANCHOR -> Kind.UNKNOWN_ISSUER;
                        case INVALID_KEY_USAGE -> Kind.KEY_USAGE;
                        case INVALID_POLICY -> Kind.POLICY;
                        case UNRECOGNIZED_CRIT_EXT -> Kind.UNKNOWN_CRITICAL_EXTENSION;
                        case NOT_CA_CERT -> Kind.NOT_A_CA;
                        case PATH_TOO_LONG -> Kind.PATH_TOO_LONG;
                        case INVALID_NAME -> Kind.NAME_CONSTRAINTS;
                    };
            default -> Kind.NO_VALID_PATH;
        };
    }

    private static Optional<X509Certificate> issuer(
            X509Certificate certificate, List<X509Certificate> candidates) {
        return candidates.stream()
                .filter(candidate -> isNamed(certificate, List.of(candidate)))
                .filter(candidate -> signs(candidate, certificate))
                .findFirst();
    }

    private static boolean isNamed(X509Certificate certificate, List<X509Certificate> candidates) {
        return candidates.stream()
                .anyMatch(
                        candidate ->
                                candidate
                                        .getSubjectX500Principal()
                                        .equals(certificate.getIssuerX500Principal()));
    }

    private static boolean signs(X509Certificate issuer, X509Certificate certificate) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            // Whatever the cause, it is not known to be the issuer's signature.
            return false;
        }
    }

    private void add(Kind kind, String detail, X509Certificate where) {
        String who = where.equals(chain.leaf()) ? "leaf" : CertificateRules.subject(where);
        reasons.add(new UntrustedReason(kind, who + ": " + detail));
    }
}
