package io.overt.signer.act;

import io.overt.signer.issue.IndexException;
import io.overt.signer.issue.IssuerState;
import io.overt.signer.issue.Revocations;
import io.overt.signer.issue.Rules;
import io.overt.x509.CertificateFingerprint;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a signer stands after some acts, and what it says to the next one. Pure and immutable: acts
 * are checked, shown and replayed by the same code that applies them.
 *
 * @param signer its fleet identity
 * @param issuers the state of each that is configured
 * @param trusted those of them that clients trust
 * @param applied number of the last act
 * @param neverForgeList number of the last list; 0 for the configuration's
 * @param profileList likewise
 */
public record Standing(
        String signer,
        Map<CertificateFingerprint, IssuerState> issuers,
        Set<CertificateFingerprint> trusted,
        Rules rules,
        long applied,
        long neverForgeList,
        long profileList) {

    /** What was signed, for an act about it. */
    public interface Certificates {
        /** Whether an issuer has signed a certificate of this serial number. */
        boolean has(Revocations.CertificateName name) throws IndexException;

        /** When the last certificate of an issuer ends; empty if it has signed none. */
        Optional<Instant> lastEnd(CertificateFingerprint issuer) throws IndexException;
    }

    public Standing {
        issuers = Map.copyOf(issuers);
        trusted = Set.copyOf(trusted);
    }

    /** Before any act. */
    public Standing(
            String signer,
            Map<CertificateFingerprint, IssuerState> issuers,
            Set<CertificateFingerprint> trusted,
            Rules rules) {
        this(signer, issuers, trusted, rules, 0, 0, 0);
    }

    /**
     * Why this act cannot be applied now; nothing when it can.
     *
     * @param now what ends of certificates are judged by
     */
    public Optional<String> objection(Act act, Certificates certificates, Instant now)
            throws IndexException {
        Act.Header header = act.header();
        if (!header.signer().equals(signer)) {
            return Optional.of(
                    "signer: %s (expected: %s, this one)".formatted(header.signer(), signer));
        }
        if (header.number() != applied + 1) {
            return Optional.of(
                    "number: %d (expected: %d, the next)".formatted(header.number(), applied + 1));
        }
        return switch (act) {
            case Act.IssuerChange change -> objection(change, certificates, now);
            case Act.LeafKeyRevocation revocation ->
                    rules.revocations().revoked(revocation.key())
                            ? Optional.of("key: %s is revoked already".formatted(revocation.key()))
                            : Optional.empty();
            case Act.CertificateRevocation revocation -> objection(revocation, certificates);
            case Act.NeverForgeList list -> mustGrow(list.list(), neverForgeList);
            case Act.Profiles list -> mustGrow(list.list(), profileList);
        };
    }

    private Optional<String> objection(
            Act.IssuerChange change, Certificates certificates, Instant now) throws IndexException {
        IssuerState before = issuers.get(change.issuer());
        if (before == null) {
            return Optional.of(
                    "issuer: %s is not configured (expected: one of %s)"
                            .formatted(change.issuer(), issuers.keySet()));
        }
        if (!follows(before, change.state())) {
            return Optional.of(
                    "state: %s after %s (expected: the next of staged, active, retiring, retired)"
                            .formatted(text(change.state()), text(before)));
        }
        Map<CertificateFingerprint, IssuerState> next = next(change);
        boolean wasActive = active(issuers);
        Optional<String> early = early(change, certificates, now);
        if (early.isPresent()) {
            return early;
        }
        return switch (change.noneActive()) {
            case REFUSED ->
                    wasActive && !active(next)
                            ? Optional.of(
                                    "state: %s would leave no active issuer that clients trust (expected: another one first, or leave-none-active: true)"
                                            .formatted(text(change.state())))
                            : Optional.empty();
            case ACCEPTED -> Optional.empty();
        };
    }

    /** A retired issuer makes no CRL: what it signed has to have ended. */
    private static Optional<String> early(
            Act.IssuerChange change, Certificates certificates, Instant now) throws IndexException {
        if (change.state() != IssuerState.RETIRED) {
            return Optional.empty();
        }
        return switch (change.beforeLastEnd()) {
            case ACCEPTED -> Optional.empty();
            case REFUSED ->
                    certificates
                            .lastEnd(change.issuer())
                            .filter(end -> !end.isBefore(now))
                            .map(
                                    end ->
                                            "state: retired before the last certificate of this issuer has ended (expected: after %s, or force: true with the reason in because)"
                                                    .formatted(end));
        };
    }

    private Optional<String> objection(
            Act.CertificateRevocation revocation, Certificates certificates) throws IndexException {
        if (!issuers.containsKey(revocation.certificate().issuer())) {
            return Optional.of(
                    "issuer: %s is not configured".formatted(revocation.certificate().issuer()));
        }
        if (rules.revocations().revoked(revocation.certificate())) {
            return Optional.of(
                    "serial: %x is revoked already".formatted(revocation.certificate().serial()));
        }
        return certificates.has(revocation.certificate())
                ? Optional.empty()
                : Optional.of(
                        "serial: %x (expected: of a certificate that this issuer signed here)"
                                .formatted(revocation.certificate().serial()));
    }

    private static Optional<String> mustGrow(long list, long last) {
        return list > last
                ? Optional.empty()
                : Optional.of(
                        "list: %d (expected: over %d, the one in force)".formatted(list, last));
    }

    /** How it stands after an act, to which there was no objection when it was applied. */
    public Standing after(Act act, Instant at) {
        long number = act.header().number();
        return switch (act) {
            case Act.IssuerChange change ->
                    new Standing(
                            signer,
                            next(change),
                            trusted,
                            rules,
                            number,
                            neverForgeList,
                            profileList);
            case Act.LeafKeyRevocation key ->
                    with(
                            number,
                            rules.with(
                                    rules.revocations()
                                            .with(
                                                    new Revocations.Key(
                                                            key.site(),
                                                            key.key(),
                                                            at,
                                                            key.certificates()))));
            case Act.CertificateRevocation revocation ->
                    with(
                            number,
                            rules.with(
                                    rules.revocations()
                                            .with(
                                                    new Revocations.Certificate(
                                                            revocation.certificate(),
                                                            revocation.reason(),
                                                            at))));
            case Act.NeverForgeList list ->
                    new Standing(
                            signer,
                            issuers,
                            trusted,
                            rules.with(list.names()),
                            number,
                            list.list(),
                            profileList);
            case Act.Profiles list ->
                    new Standing(
                            signer,
                            issuers,
                            trusted,
                            rules.with(list.profiles()),
                            number,
                            neverForgeList,
                            list.list());
        };
    }

    private Standing with(long number, Rules next) {
        return new Standing(signer, issuers, trusted, next, number, neverForgeList, profileList);
    }

    /** What an act changes, for people. Names of hosts are not in it. */
    public String change(Act act) {
        return switch (act) {
            case Act.IssuerChange change -> {
                IssuerState now = issuers.get(change.issuer());
                yield "issuer %s: %s to %s"
                        .formatted(
                                change.issuer(),
                                now == null ? "not configured" : text(now),
                                text(change.state()));
            }
            case Act.LeafKeyRevocation key ->
                    "leaf key %s of site %s is revoked; the certificates that it has are %s"
                            .formatted(
                                    key.key(),
                                    key.site(),
                                    switch (key.certificates()) {
                                        case KEPT -> "kept";
                                        case REVOKED -> "revoked as well";
                                    });
            case Act.CertificateRevocation revocation ->
                    "certificate %x of issuer %s is revoked: %s"
                            .formatted(
                                    revocation.certificate().serial(),
                                    revocation.certificate().issuer(),
                                    revocation.reason());
            case Act.NeverForgeList list ->
                    "never-forge list %d of %d names in place of list %d"
                            .formatted(list.list(), list.size(), neverForgeList);
            case Act.Profiles list ->
                    "profiles %s (list %d) in place of list %d"
                            .formatted(
                                    list.profiles().stream().map(each -> each.name()).toList(),
                                    list.list(),
                                    profileList);
        };
    }

    private Map<CertificateFingerprint, IssuerState> next(Act.IssuerChange change) {
        Map<CertificateFingerprint, IssuerState> next = new HashMap<>(issuers);
        // One that is no longer configured has no state to change.
        next.computeIfPresent(change.issuer(), (_, _) -> change.state());
        return next;
    }

    private boolean active(Map<CertificateFingerprint, IssuerState> states) {
        return states.entrySet().stream()
                .anyMatch(
                        each ->
                                each.getValue() == IssuerState.ACTIVE
                                        && trusted.contains(each.getKey()));
    }

    /** One step at a time; one that never signed may go at once. */
    private static boolean follows(IssuerState now, IssuerState next) {
        return switch (now) {
            case STAGED -> next == IssuerState.ACTIVE || next == IssuerState.RETIRED;
            case ACTIVE -> next == IssuerState.RETIRING;
            case RETIRING -> next == IssuerState.RETIRED;
            case RETIRED -> false;
        };
    }

    private static String text(IssuerState state) {
        return switch (state) {
            case STAGED -> "staged";
            case ACTIVE -> "active";
            case RETIRING -> "retiring";
            case RETIRED -> "retired";
        };
    }
}
