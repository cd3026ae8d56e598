package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What the certificates of one path demand of each other. A path is leaf first. */
final class PathRules {
    /**
     * What {@code issuer} forbids to the certificates below it: RFC 5280 §6.1.3 (b), (c), §6.1.4.
     */
    static List<UntrustedReason> below(
            ParsedCertificate issuer, List<ParsedCertificate> path, WorkBudget budget) {
        Reasons reasons = new Reasons(issuer.label());
        int intermediates = intermediates(path);
        OptionalInt allowed =
                issuer.extensions()
                        .basicConstraints()
                        .map(BasicConstraints::pathLength)
                        .orElse(OptionalInt.empty());
        if (allowed.isPresent() && intermediates > allowed.getAsInt()) {
            reasons.add(
                    Kind.PATH_TOO_LONG,
                    intermediates
                            + " intermediates below (expected: at most "
                            + allowed.getAsInt()
                            + ")");
        }
        Optional<NameConstraints> constraints = issuer.extensions().nameConstraints();
        for (int i = 0; constraints.isPresent() && i < path.size(); i++) {
            // §6.1.3: self-issued certificates are exempt, unless one is the last of the path.
            if (i > 0 && path.get(i).isSelfIssued()) {
                continue;
            }
            String where = i == 0 ? "leaf" : path.get(i).label();
            constraints
                    .get()
                    .violation(path.get(i).names(), budget)
                    .ifPresent(
                            violation ->
                                    reasons.add(
                                            Kind.NAME_CONSTRAINTS,
                                            "name constraints: " + violation + " in " + where));
        }
        return reasons.found();
    }

    /** §6.1.5 (g). The path ends in its anchor. */
    static List<UntrustedReason> policies(List<ParsedCertificate> path) {
        return PolicyTree.dead(path)
                .map(
                        where ->
                                List.of(
                                        Reasons.of(
                                                where.equals(path.getFirst())
                                                        ? "leaf"
                                                        : where.label(),
                                                Kind.POLICY,
                                                "no policy is valid, and one is required")))
                .orElse(List.of());
    }

    /** Those above the leaf; self-issued ones do not count (RFC 5280 §4.2.1.9). */
    static int intermediates(List<ParsedCertificate> path) {
        return (int) path.stream().skip(1).filter(above -> !above.isSelfIssued()).count();
    }

    /**
     * Issuers whose key identifier is the one asked for come first, those with another one last
     * (RFC 4158 §3.5.12). It never decides: the signature does.
     */
    static Comparator<ParsedCertificate> likeliestIssuersOf(ParsedCertificate certificate) {
        Optional<byte[]> wanted =
                certificate
                        .extensions()
                        .authorityKeyIdentifier()
                        .flatMap(KeyIdentifiers.Authority::keyIdentifier);
        return Comparator.comparing(
                issuer -> {
                    Optional<byte[]> has = issuer.extensions().subjectKeyIdentifier();
                    if (wanted.isEmpty() || has.isEmpty()) {
                        return 1;
                    }
                    return Arrays.equals(wanted.get(), has.get()) ? 0 : 2;
                });
    }

    /**
     * Whether the path passes here already: the same name with the same key (RFC 4158 §2.4.2). A
     * path with such a loop is never better than the one without.
     */
    static boolean passes(List<ParsedCertificate> path, ParsedCertificate certificate) {
        return path.stream()
                .anyMatch(
                        other ->
                                other.keyIdentity().equals(certificate.keyIdentity())
                                        && other.subject().equals(certificate.subject()));
    }

    private PathRules() {}
}
