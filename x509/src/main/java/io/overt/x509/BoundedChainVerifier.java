package io.overt.x509;

import io.overt.x509.PathOutcome.Found;
import io.overt.x509.PathOutcome.None;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.Verdict.Untrusted;
import io.overt.x509.Verdict.Verified;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Builds paths within a budget and holds them to RFC 5280, RFC 9525 and the web PKI's own rules, as
 * a browser does; only the signature's maths and the public keys are the JDK's or a native
 * provider's. Revocation is not looked at. Immutable; safe for any number of threads.
 *
 * <p>The order: the leaf is judged by itself; certificates that are unfit are passed by; a path is
 * searched among the rest; only if there is none it is found out why, with every reason.
 */
public final class BoundedChainVerifier implements ChainVerifier {
    /**
     * Intermediates between leaf and anchor that are not self-issued. Real paths have one to three.
     */
    public static final int MAX_INTERMEDIATES = 8;

    private final AnchorIndex anchors;
    private final SignatureMaths maths;

    /** A verifier that trusts {@code anchors}, with the JDK's own maths. */
    public BoundedChainVerifier(TrustAnchors anchors) {
        this(anchors, SignatureMaths.ofJdk());
    }

    /** A verifier that trusts {@code anchors}. Reads them once: a few milliseconds. */
    public BoundedChainVerifier(TrustAnchors anchors, SignatureMaths maths) {
        this.anchors = new AnchorIndex(anchors);
        this.maths = maths;
    }

    @Override
    public Verdict verify(PresentedChain chain, ReferenceIdentity name, Instant at) {
        return switch (path(chain, Optional.of(name), at, MAX_INTERMEDIATES)) {
            case Found(List<X509Certificate> path) ->
                    new Verified(new VerifiedUpstream(chain, path, name, at));
            case None(List<UntrustedReason> reasons) -> new Untrusted(reasons);
        };
    }

    /**
     * The path of a chain, for whoever judges chains and not connections: without a name, names are
     * not looked at. Throws as little as {@link #verify}, and proves nothing to anybody.
     *
     * @param maxIntermediates between leaf and anchor, self-issued ones not counted
     */
    public PathOutcome path(
            PresentedChain chain,
            Optional<ReferenceIdentity> name,
            Instant at,
            int maxIntermediates) {
        try {
            return search(chain, name, at, maxIntermediates);
        } catch (WorkBudget.Spent e) {
            return new None(List.of(e.reason()));
        } catch (GeneralSecurityException | RuntimeException e) {
            return none(Kind.INTERNAL, e.toString());
        }
    }

    private PathOutcome search(
            PresentedChain chain,
            Optional<ReferenceIdentity> name,
            Instant at,
            int maxIntermediates)
            throws GeneralSecurityException {
        ParsedCertificate leaf;
        try {
            leaf = ParsedCertificate.of(chain.leaf());
        } catch (MalformedDerException e) {
            return none(Kind.MALFORMED, "leaf: " + e.what());
        }
        LinkedHashSet<ParsedCertificate> distinct = new LinkedHashSet<>();
        List<UntrustedReason> unreadable = new ArrayList<>();
        for (X509Certificate certificate : chain.certificates().stream().skip(1).toList()) {
            try {
                distinct.add(ParsedCertificate.of(certificate));
            } catch (MalformedDerException e) {
                unreadable.add(
                        Reasons.of(
                                "\"" + certificate.getSubjectX500Principal().getName() + "\"",
                                Kind.MALFORMED,
                                e.what()));
            }
        }
        List<ParsedCertificate> presented = List.copyOf(distinct);
        List<UntrustedReason> reasons = ofLeaf(leaf, name, at);
        Optional<UntrustedReason> spent = Optional.empty();
        if (reasons.isEmpty()) {
            WorkBudget budget = new WorkBudget();
            PathSearch search =
                    new PathSearch(
                            anchors,
                            presented,
                            new SignatureCheck(maths, budget),
                            budget,
                            at,
                            maxIntermediates);
            try {
                Optional<List<ParsedCertificate>> path = search.from(leaf);
                if (path.isPresent()) {
                    return new Found(
                            path.get().stream().map(ParsedCertificate::certificate).toList());
                }
            } catch (WorkBudget.Spent e) {
                spent = Optional.of(e.reason());
            }
        }
        if (spent.isPresent()) {
            reasons.add(spent.get());
        } else {
            reasons.addAll(
                    new PathDiagnosis(anchors, presented, unreadable, maths, at, maxIntermediates)
                            .above(leaf));
        }
        return reasons.isEmpty()
                ? none(Kind.NO_VALID_PATH, "no valid path to a trust anchor")
                : new None(reasons);
    }

    private List<UntrustedReason> ofLeaf(
            ParsedCertificate leaf, Optional<ReferenceIdentity> name, Instant at) {
        List<UntrustedReason> reasons = new ArrayList<>();
        name.ifPresent(asked -> reasons.addAll(CertificateRules.names(leaf, asked)));
        reasons.addAll(CertificateRules.validity(leaf, "leaf", at));
        reasons.addAll(CertificateRules.leaf(leaf));
        if (anchors.isOwn(leaf)) {
            reasons.add(Reasons.of("leaf", Kind.OWN_CA, "our own inspection CA"));
        }
        return reasons;
    }

    private static None none(Kind kind, String detail) {
        return new None(List.of(new UntrustedReason(kind, detail)));
    }
}
