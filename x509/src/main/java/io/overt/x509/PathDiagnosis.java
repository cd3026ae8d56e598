package io.overt.x509;

import io.overt.x509.AnchorIndex.Anchor;
import io.overt.x509.UntrustedReason.Kind;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out why a chain has no valid path: follows issuers upwards without minding the rules, notes
 * what is wrong on the way, and tells of the path to an anchor with the least that is wrong, or
 * else of the longest path and why it ends. It explains a refusal and never makes an acceptance, so
 * a budget of its own that ends early does no harm. One per call, confined to it.
 */
final class PathDiagnosis {
    /** Enough to find the best path of any chain that is not made to be a maze. */
    private static final int MAX_STEPS = 200;

    private final AnchorIndex anchors;
    private final List<ParsedCertificate> presented;
    private final List<UntrustedReason> unreadable;
    private final SignatureCheck signatures;
    private final WorkBudget budget = new WorkBudget();
    private final Instant at;
    private final int maxIntermediates;

    private Optional<List<UntrustedReason>> bestWhole = Optional.empty();
    private List<UntrustedReason> bestPart = List.of();
    private int longestPart;
    private int steps;

    /**
     * @param unreadable one reason for each presented certificate that cannot be read
     */
    PathDiagnosis(
            AnchorIndex anchors,
            List<ParsedCertificate> presented,
            List<UntrustedReason> unreadable,
            SignatureMaths maths,
            Instant at,
            int maxIntermediates) {
        this.anchors = anchors;
        this.presented = presented;
        this.unreadable = unreadable;
        this.signatures = new SignatureCheck(maths, budget);
        this.at = at;
        this.maxIntermediates = maxIntermediates;
    }

    /** What is wrong above the leaf; empty if nothing is. */
    List<UntrustedReason> above(ParsedCertificate leaf) throws GeneralSecurityException {
        if (anchors.contains(leaf)) {
            return List.of();
        }
        try {
            climb(List.of(leaf), List.of());
        } catch (WorkBudget.Spent e) {
            if (bestWhole.isEmpty()) {
                return List.of(e.reason());
            }
        }
        return bestWhole.orElse(bestPart);
    }

    private void climb(List<ParsedCertificate> path, List<UntrustedReason> known)
            throws GeneralSecurityException {
        if (++steps > MAX_STEPS
                || bestWhole.filter(best -> best.size() <= known.size()).isPresent()) {
            return;
        }
        ParsedCertificate last = path.getLast();
        if (anchors.isOwn(last) || anyMayIssue(anchors.ownNamed(last), last)) {
            whole(with(known, reason(path, Kind.OWN_CA, "issued by our own inspection CA")));
            return;
        }
        boolean goesOn = false;
        for (Anchor anchor : anchors.named(last)) {
            if (signatures.mayBeSignedBy(last, anchor.certificate())) {
                goesOn = true;
                List<UntrustedReason> faults = new ArrayList<>(known);
                faults.addAll(anchor.faults(at));
                faults.addAll(PathRules.below(anchor.certificate(), path, budget));
                faults.addAll(PathRules.policies(with(path, anchor.certificate())));
                whole(faults);
            }
        }
        for (ParsedCertificate issuer : presented) {
            if (issuer.subject().equals(last.issuer())
                    && !PathRules.passes(path, issuer)
                    && signatures.mayBeSignedBy(last, issuer)) {
                goesOn = true;
                climb(with(path, issuer), with(known, step(issuer, path)));
            }
        }
        if (!goesOn && path.size() > longestPart) {
            longestPart = path.size();
            bestPart = with(known, end(path));
        }
    }

    private List<UntrustedReason> step(ParsedCertificate issuer, List<ParsedCertificate> path) {
        List<UntrustedReason> faults = new ArrayList<>();
        faults.addAll(CertificateRules.validity(issuer, issuer.label(), at));
        faults.addAll(CertificateRules.intermediate(issuer));
        faults.addAll(PathRules.below(issuer, path, budget));
        // Once, where the limit is passed.
        if (!issuer.isSelfIssued() && PathRules.intermediates(path) == maxIntermediates) {
            faults.add(
                    Reasons.of(
                            issuer.label(),
                            Kind.PATH_TOO_LONG,
                            "more than " + maxIntermediates + " intermediates"));
        }
        return faults;
    }

    private void whole(List<UntrustedReason> faults) {
        if (bestWhole.filter(best -> best.size() <= faults.size()).isEmpty()) {
            bestWhole = Optional.of(List.copyOf(faults));
        }
    }

    private List<UntrustedReason> end(List<ParsedCertificate> path)
            throws GeneralSecurityException {
        ParsedCertificate last = path.getLast();
        Optional<UntrustedReason> anchor = anchors.unreadable(last);
        if (anchor.isPresent()) {
            return List.of(anchor.get());
        }
        if (last.isSelfIssued() && signatures.mayBeSignedBy(last, last)) {
            return reason(
                    path,
                    path.size() == 1 ? Kind.SELF_SIGNED : Kind.UNTRUSTED_ROOT,
                    "self-signed, and not a trust anchor");
        }
        if (!unreadable.isEmpty()) {
            return unreadable;
        }
        List<ParsedCertificate> named =
                presented.stream().filter(other -> other.subject().equals(last.issuer())).toList();
        if (anyMayIssue(named, last)) {
            return reason(path, Kind.UNKNOWN_ISSUER, "the presented issuers lead in a circle");
        }
        return named.isEmpty() && anchors.named(last).isEmpty()
                ? reason(
                        path,
                        Kind.UNKNOWN_ISSUER,
                        "issuer \""
                                + last.issuer().getName()
                                + "\" is neither presented nor a trust anchor")
                : reason(path, Kind.BAD_SIGNATURE, "not signed by the issuer it names");
    }

    private boolean anyMayIssue(List<ParsedCertificate> issuers, ParsedCertificate certificate)
            throws GeneralSecurityException {
        for (ParsedCertificate issuer : issuers) {
            if (signatures.mayBeSignedBy(certificate, issuer)) {
                return true;
            }
        }
        return false;
    }

    private static List<UntrustedReason> reason(
            List<ParsedCertificate> path, Kind kind, String detail) {
        String who = path.size() == 1 ? "leaf" : path.getLast().label();
        return List.of(Reasons.of(who, kind, detail));
    }

    private static <T> List<T> with(List<T> list, T more) {
        return with(list, List.of(more));
    }

    private static <T> List<T> with(List<T> list, List<T> more) {
        List<T> longer = new ArrayList<>(list);
        longer.addAll(more);
        return longer;
    }
}
