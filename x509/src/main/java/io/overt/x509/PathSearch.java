package io.overt.x509;

import io.overt.x509.AnchorIndex.Anchor;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Looks for one path that keeps every rule, depth first and with a budget (RFC 4158). What breaks a
 * rule is passed by and never ends the search, so that an expired, forbidden or superfluous
 * certificate does not hide a good path. Anchors are tried before presented certificates. One per
 * call, confined to it.
 */
final class PathSearch {
    private final AnchorIndex anchors;
    private final List<ParsedCertificate> usable;
    private final SignatureCheck signatures;
    private final WorkBudget budget;
    private final Instant at;
    private final int maxIntermediates;

    /**
     * @param presented all but the leaf, in any order
     */
    PathSearch(
            AnchorIndex anchors,
            List<ParsedCertificate> presented,
            SignatureCheck signatures,
            WorkBudget budget,
            Instant at,
            int maxIntermediates) {
        this.anchors = anchors;
        this.signatures = signatures;
        this.budget = budget;
        this.at = at;
        this.maxIntermediates = maxIntermediates;
        this.usable =
                presented.stream()
                        .filter(certificate -> !anchors.isOwn(certificate))
                        .filter(certificate -> CertificateRules.intermediate(certificate).isEmpty())
                        .filter(
                                certificate ->
                                        CertificateRules.validity(certificate, "", at).isEmpty())
                        .toList();
    }

    /**
     * Leaf first, anchor last.
     *
     * @throws WorkBudget.Spent if it takes more work than allowed
     */
    Optional<List<ParsedCertificate>> from(ParsedCertificate leaf) throws GeneralSecurityException {
        if (anchors.contains(leaf)) {
            return Optional.of(List.of(leaf));
        }
        return extend(List.of(leaf));
    }

    private Optional<List<ParsedCertificate>> extend(List<ParsedCertificate> path)
            throws GeneralSecurityException {
        ParsedCertificate last = path.getLast();
        Comparator<ParsedCertificate> likeliest = PathRules.likeliestIssuersOf(last);
        List<Anchor> ends =
                anchors.named(last).stream()
                        .sorted(Comparator.comparing(Anchor::certificate, likeliest))
                        .toList();
        for (Anchor anchor : ends) {
            budget.spendCandidate();
            if (anchor.faults(at).isEmpty() && mayIssue(anchor.certificate(), path)) {
                List<ParsedCertificate> whole = with(path, anchor.certificate());
                if (PathRules.policies(whole).isEmpty()) {
                    return Optional.of(whole);
                }
            }
        }
        List<ParsedCertificate> steps =
                usable.stream()
                        .filter(issuer -> issuer.subject().equals(last.issuer()))
                        .filter(issuer -> !PathRules.passes(path, issuer))
                        .sorted(likeliest)
                        .toList();
        for (ParsedCertificate issuer : steps) {
            budget.spendCandidate();
            List<ParsedCertificate> longer = with(path, issuer);
            if (PathRules.intermediates(longer) <= maxIntermediates && mayIssue(issuer, path)) {
                Optional<List<ParsedCertificate>> whole = extend(longer);
                if (whole.isPresent()) {
                    return whole;
                }
            }
        }
        return Optional.empty();
    }

    private boolean mayIssue(ParsedCertificate issuer, List<ParsedCertificate> path)
            throws GeneralSecurityException {
        return PathRules.below(issuer, path, budget).isEmpty()
                && signatures.isSignedBy(path.getLast(), issuer);
    }

    private static List<ParsedCertificate> with(
            List<ParsedCertificate> path, ParsedCertificate next) {
        List<ParsedCertificate> longer = new ArrayList<>(path);
        longer.add(next);
        return longer;
    }
}
