package io.overt.x509;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * RFC 5280 §4.2.1.10: in which name space all names below a CA must stand.
 *
 * <p>Wherever RFC and practice leave room, the narrower reading is taken: a wildcard stands for
 * every name that it matches, so that all of them must be permitted and none excluded
 * (CVE-2025-61727); a name that cannot be read is in no name space; constraints on a type of name
 * that is not compared here forbid every name of that type.
 */
record NameConstraints(Optional<GeneralNames> permitted, Optional<GeneralNames> excluded) {
    private static final int PERMITTED = 0xa0;
    private static final int EXCLUDED = 0xa1;

    static NameConstraints of(DerElement value) throws MalformedDerException {
        Optional<GeneralNames> permitted = Optional.empty();
        Optional<GeneralNames> excluded = Optional.empty();
        for (DerElement part : value.expect(Der.SEQUENCE).children()) {
            if (part.tag() == PERMITTED && permitted.isEmpty() && excluded.isEmpty()) {
                permitted = Optional.of(subtrees(part));
            } else if (part.tag() == EXCLUDED && excluded.isEmpty()) {
                excluded = Optional.of(subtrees(part));
            } else {
                throw new MalformedDerException("unexpected tag 0x%02x".formatted(part.tag()));
            }
        }
        if (permitted.isEmpty() && excluded.isEmpty()) {
            throw new MalformedDerException(
                    "empty (expected: permittedSubtrees or excludedSubtrees)");
        }
        return new NameConstraints(permitted, excluded);
    }

    private static GeneralNames subtrees(DerElement part) throws MalformedDerException {
        List<DerElement> bases = new ArrayList<>();
        for (DerElement subtree : part.children()) {
            List<DerElement> fields = subtree.expect(Der.SEQUENCE).children();
            // §4.2.1.10: minimum is always zero, which DER leaves out, and maximum always absent.
            if (fields.size() != 1) {
                throw new MalformedDerException(
                        "subtree of " + fields.size() + " parts (expected: base alone)");
            }
            bases.add(fields.getFirst());
        }
        if (bases.isEmpty()) {
            throw new MalformedDerException("no subtree (expected: at least one)");
        }
        GeneralNames subtrees = GeneralNames.read(bases);
        for (String base : subtrees.dnsNames()) {
            requireForm(DnsNames.isConstraint(base), "dNSName", base);
        }
        for (byte[] base : subtrees.addresses()) {
            AddressRange.check(base);
        }
        for (String base : subtrees.mailboxes()) {
            requireForm(Mailboxes.isConstraint(base), "rfc822Name", base);
        }
        if (!subtrees.uris().stream().allMatch(UriHosts::isConstraint)) {
            // Public CAs got these wrong more than once, and nearly no certificate has a URI: it is
            // enough to refuse those that have one.
            subtrees.others().add(GeneralNames.URI);
        }
        return subtrees;
    }

    private static void requireForm(boolean isOfForm, String type, String base)
            throws MalformedDerException {
        if (!isOfForm) {
            throw new MalformedDerException(
                    "constraint on " + type + " \"" + PresentedNames.printable(base) + "\"");
        }
    }

    /**
     * What of {@code names} is not allowed, or empty.
     *
     * @throws WorkBudget.Spent if comparing takes more work than is left
     */
    Optional<String> violation(SubjectNames names, WorkBudget budget) {
        for (int other : names.others()) {
            if (constrains(other)) {
                return Optional.of("constrained name of tag 0x%02x".formatted(other));
            }
        }
        if (!names.uris().isEmpty() && constrains(GeneralNames.URI)) {
            return Optional.of("URI under a constraint that cannot be read");
        }
        return first(
                () -> check(names.dnsNames(), DNS, budget),
                () -> check(names.addresses(), ADDRESS, budget),
                () -> check(names.directoryNames(), DIRECTORY, budget),
                () -> check(names.mailboxes(), MAILBOX, budget),
                () -> check(names.uris(), URI, budget));
    }

    private boolean constrains(int otherTag) {
        return permitted.filter(names -> names.others().contains(otherTag)).isPresent()
                || excluded.filter(names -> names.others().contains(otherTag)).isPresent();
    }

    private <N> Optional<String> check(List<N> names, NameType<N> type, WorkBudget budget) {
        List<N> allowed = permitted.map(type.of()).orElse(List.of());
        List<N> forbidden = excluded.map(type.of()).orElse(List.of());
        budget.spendComparisons((long) names.size() * (allowed.size() + forbidden.size()));
        if (allowed.isEmpty() && forbidden.isEmpty()) {
            return Optional.empty();
        }
        for (N name : names) {
            if (!type.isReadable().test(name)) {
                return Optional.of(type.text().apply(name) + " cannot be compared");
            }
            if (forbidden.stream().anyMatch(base -> type.touches().test(name, base))) {
                return Optional.of(type.text().apply(name) + " is excluded");
            }
            if (!allowed.isEmpty()
                    && allowed.stream().noneMatch(base -> type.isWithin().test(name, base))) {
                return Optional.of(type.text().apply(name) + " is not permitted");
            }
        }
        return Optional.empty();
    }

    private interface Check {
        Optional<String> violation();
    }

    private static Optional<String> first(Check... checks) {
        for (Check check : checks) {
            Optional<String> violation = check.violation();
            if (violation.isPresent()) {
                return violation;
            }
        }
        return Optional.empty();
    }

    /**
     * How names of a type compare.
     *
     * @param isWithin whether all that the name stands for is in the subtree
     * @param touches whether any of it is
     */
    private record NameType<N>(
            java.util.function.Function<GeneralNames, List<N>> of,
            java.util.function.Predicate<N> isReadable,
            BiPredicate<N, N> isWithin,
            BiPredicate<N, N> touches,
            java.util.function.Function<N, String> text) {}

    private static final NameType<String> DNS =
            new NameType<>(
                    GeneralNames::dnsNames,
                    DnsNames::isPresentable,
                    DnsNames::isWithin,
                    DnsNames::touches,
                    PresentedNames::printable);
    private static final NameType<byte[]> ADDRESS =
            new NameType<>(
                    GeneralNames::addresses,
                    _ -> true,
                    AddressRange::contains,
                    AddressRange::contains,
                    address -> "iPAddress " + java.util.HexFormat.of().formatHex(address));
    private static final NameType<DistinguishedName> DIRECTORY =
            new NameType<>(
                    GeneralNames::directoryNames,
                    _ -> true,
                    DistinguishedName::isWithin,
                    DistinguishedName::isWithin,
                    name -> "directoryName " + PresentedNames.printable(name.toString()));
    private static final NameType<String> MAILBOX =
            new NameType<>(
                    GeneralNames::mailboxes,
                    Mailboxes::isMailbox,
                    Mailboxes::isWithin,
                    Mailboxes::isWithin,
                    PresentedNames::printable);
    private static final NameType<String> URI =
            new NameType<>(
                    GeneralNames::uris,
                    uri -> UriHosts.host(uri).isPresent(),
                    UriHosts::isWithin,
                    UriHosts::isWithin,
                    PresentedNames::printable);
}
