package io.overt.x509;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Policy processing of RFC 5280 §6.1 for a caller who asks for no policy in particular: all that
 * can go wrong is that a certificate of the path requires an explicit policy and none is valid. So
 * of RFC 5280's tree only the lowest level is kept, each policy once: it cannot grow beyond what
 * the certificates list, where the tree grows exponentially (RFC 9618).
 *
 * <p>The anchor's own certificate takes part as the first of the path, as everywhere here.
 */
final class PolicyTree {
    /** Each valid policy with those expected in the next certificate; no policy is NULL. */
    private Map<String, Set<String>> level =
            new HashMap<>(Map.of(Oid.ANY_POLICY, Set.of(Oid.ANY_POLICY)));

    private int explicitPolicy;
    private int policyMapping;
    private int inhibitAnyPolicy;

    private PolicyTree(int length) {
        explicitPolicy = length + 1;
        policyMapping = length + 1;
        inhibitAnyPolicy = length + 1;
    }

    /**
     * The certificate at which no policy is left although one is required.
     *
     * @param path leaf first, anchor last
     */
    static Optional<ParsedCertificate> dead(List<ParsedCertificate> path) {
        PolicyTree tree = new PolicyTree(path.size());
        for (int i = path.size() - 1; i >= 0; i--) {
            ParsedCertificate certificate = path.get(i);
            // RFC 5937 §3.2: an anchor limits policies only if it names some.
            boolean isAnchor = i == path.size() - 1 && i > 0;
            if (!isAnchor || certificate.extensions().policies().policies().isPresent()) {
                tree.level = tree.next(certificate, i == 0);
            }
            if (tree.isDead()) {
                return Optional.of(certificate);
            }
            if (i > 0) {
                tree.prepare(certificate);
            }
        }
        tree.wrapUp(path.getFirst());
        if (tree.isDead()) {
            return Optional.of(path.getFirst());
        }
        return Optional.empty();
    }

    private boolean isDead() {
        return explicitPolicy == 0 && level.isEmpty();
    }

    /** §6.1.3 (d) and (e). */
    private Map<String, Set<String>> next(ParsedCertificate certificate, boolean isLeaf) {
        Optional<PolicyExtensions.Policies> listed = certificate.extensions().policies().policies();
        Map<String, Set<String>> next = new HashMap<>();
        if (listed.isEmpty() || level.isEmpty()) {
            return next;
        }
        Set<String> expected = new HashSet<>();
        level.values().forEach(expected::addAll);
        for (String policy : listed.get().oids()) {
            if (!policy.equals(Oid.ANY_POLICY)
                    && (expected.contains(policy) || level.containsKey(Oid.ANY_POLICY))) {
                next.put(policy, Set.of(policy));
            }
        }
        boolean anyCounts = inhibitAnyPolicy > 0 || (!isLeaf && certificate.isSelfIssued());
        if (listed.get().oids().contains(Oid.ANY_POLICY) && anyCounts) {
            expected.forEach(policy -> next.putIfAbsent(policy, Set.of(policy)));
        }
        return next;
    }

    /** §6.1.4 (b), (h), (i) and (j). */
    private void prepare(ParsedCertificate certificate) {
        PolicyExtensions policies = certificate.extensions().policies();
        policies.mappings().ifPresent(this::map);
        if (!certificate.isSelfIssued()) {
            explicitPolicy = Math.max(0, explicitPolicy - 1);
            policyMapping = Math.max(0, policyMapping - 1);
            inhibitAnyPolicy = Math.max(0, inhibitAnyPolicy - 1);
        }
        policies.constraints()
                .flatMap(PolicyExtensions.Constraints::requireExplicitPolicy)
                .ifPresent(skip -> explicitPolicy = Math.min(explicitPolicy, skip));
        policies.constraints()
                .flatMap(PolicyExtensions.Constraints::inhibitMapping)
                .ifPresent(skip -> policyMapping = Math.min(policyMapping, skip));
        policies.inhibitAnyPolicy()
                .ifPresent(skip -> inhibitAnyPolicy = Math.min(inhibitAnyPolicy, skip));
    }

    private void map(List<PolicyExtensions.Mapping> mappings) {
        Map<String, Set<String>> subjects = new HashMap<>();
        for (PolicyExtensions.Mapping mapping : mappings) {
            subjects.computeIfAbsent(mapping.issuerDomain(), _ -> new HashSet<>())
                    .add(mapping.subjectDomain());
        }
        if (policyMapping == 0) {
            level.keySet().removeAll(subjects.keySet());
            return;
        }
        boolean any = level.containsKey(Oid.ANY_POLICY);
        subjects.forEach(
                (issuer, expected) -> {
                    if (any || level.containsKey(issuer)) {
                        level.put(issuer, expected);
                    }
                });
    }

    /** §6.1.5 (a) and (b). */
    private void wrapUp(ParsedCertificate leaf) {
        explicitPolicy = Math.max(0, explicitPolicy - 1);
        leaf.extensions()
                .policies()
                .constraints()
                .flatMap(PolicyExtensions.Constraints::requireExplicitPolicy)
                .filter(skip -> skip == 0)
                .ifPresent(_ -> explicitPolicy = 0);
    }
}
