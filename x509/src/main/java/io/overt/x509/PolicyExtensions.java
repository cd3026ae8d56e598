package io.overt.x509;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a certificate says about policies: RFC 5280 §4.2.1.4, §4.2.1.5, §4.2.1.11, §4.2.1.14. */
record PolicyExtensions(
        Optional<PolicyExtensions.Policies> policies,
        Optional<List<PolicyExtensions.Mapping>> mappings,
        Optional<PolicyExtensions.Constraints> constraints,
        Optional<Integer> inhibitAnyPolicy) {

    private static final Set<String> UNDERSTOOD_QUALIFIERS =
            Set.of(Oid.POLICY_QUALIFIER_CPS, Oid.POLICY_QUALIFIER_NOTICE);
    private static final int REQUIRE_EXPLICIT_POLICY = 0x80;
    private static final int INHIBIT_POLICY_MAPPING = 0x81;

    /**
     * @param oids each once
     * @param qualifiers types of all qualifiers
     */
    record Policies(Set<String> oids, Set<String> qualifiers) {
        static Policies of(DerElement value) throws MalformedDerException {
            Set<String> oids = new LinkedHashSet<>();
            Set<String> qualifiers = new LinkedHashSet<>();
            for (DerElement policy : nonEmpty(value)) {
                List<DerElement> parts = policy.expect(Der.SEQUENCE).children();
                if (parts.isEmpty() || parts.size() > 2) {
                    throw new MalformedDerException("policy of " + parts.size() + " parts");
                }
                String oid = parts.getFirst().objectIdentifier();
                if (!oids.add(oid)) {
                    throw new MalformedDerException("policy " + oid + " twice");
                }
                if (parts.size() == 2) {
                    for (DerElement qualifier : nonEmpty(parts.getLast())) {
                        qualifiers.add(pair(qualifier).getFirst().objectIdentifier());
                    }
                }
            }
            return new Policies(oids, qualifiers);
        }
    }

    record Mapping(String issuerDomain, String subjectDomain) {}

    record Constraints(Optional<Integer> requireExplicitPolicy, Optional<Integer> inhibitMapping) {
        static Constraints of(DerElement value) throws MalformedDerException {
            Optional<Integer> explicit = Optional.empty();
            Optional<Integer> inhibit = Optional.empty();
            for (DerElement part : nonEmpty(value)) {
                if (part.tag() == REQUIRE_EXPLICIT_POLICY
                        && explicit.isEmpty()
                        && inhibit.isEmpty()) {
                    explicit = Optional.of(count(part.content()));
                } else if (part.tag() == INHIBIT_POLICY_MAPPING && inhibit.isEmpty()) {
                    inhibit = Optional.of(count(part.content()));
                } else {
                    throw new MalformedDerException("unexpected tag 0x%02x".formatted(part.tag()));
                }
            }
            return new Constraints(explicit, inhibit);
        }
    }

    static List<Mapping> mappings(DerElement value) throws MalformedDerException {
        List<Mapping> mappings = new ArrayList<>();
        for (DerElement mapping : nonEmpty(value)) {
            List<DerElement> parts = pair(mapping);
            Mapping read =
                    new Mapping(
                            parts.getFirst().objectIdentifier(),
                            parts.getLast().objectIdentifier());
            // RFC 5280 §6.1.4 (a).
            if (read.issuerDomain().equals(Oid.ANY_POLICY)
                    || read.subjectDomain().equals(Oid.ANY_POLICY)) {
                throw new MalformedDerException("anyPolicy is mapped");
            }
            mappings.add(read);
        }
        return mappings;
    }

    static int skipCerts(DerElement value) throws MalformedDerException {
        return count(value.expect(Der.INTEGER).content());
    }

    boolean qualifiersAreUnderstood() {
        return policies.isEmpty() || UNDERSTOOD_QUALIFIERS.containsAll(policies.get().qualifiers());
    }

    private static int count(byte[] integer) throws MalformedDerException {
        if (integer.length == 0 || integer[0] < 0) {
            throw new MalformedDerException("number of certificates (expected: 0 up)");
        }
        return new BigInteger(integer).min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
    }

    private static List<DerElement> nonEmpty(DerElement value) throws MalformedDerException {
        List<DerElement> children = value.expect(Der.SEQUENCE).children();
        if (children.isEmpty()) {
            throw new MalformedDerException("empty (expected: at least one element)");
        }
        return children;
    }

    private static List<DerElement> pair(DerElement value) throws MalformedDerException {
        List<DerElement> parts = value.expect(Der.SEQUENCE).children();
        if (parts.size() != 2) {
            throw new MalformedDerException(parts.size() + " parts (expected: 2)");
        }
        return parts;
    }
}
