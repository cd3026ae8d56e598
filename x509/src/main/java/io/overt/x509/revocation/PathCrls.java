package io.overt.x509.revocation;

import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.revocation.RevocationAnswer.Good;
import io.overt.x509.revocation.RevocationAnswer.Revoked;
import io.overt.x509.revocation.RevocationAnswer.Unusable;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a set of CRLs says about a whole path, for whoever was given the CRLs and does not fetch.
 */
public final class PathCrls {
    /**
     * What stands against a path. A certificate about whose issuer there is no CRL is let pass, as
     * is one whose CRLs are no CRLs at all; but an issuer whose CRLs are all refused, or are about
     * other certificates of its, is an objection: something is there, and it does not clear the
     * certificate.
     *
     * @param path leaf first, trust anchor last, as {@code VerifiedUpstream.path()} has it
     * @param crls DER, of whatever issuers, in any order
     * @param at the only clock there is
     * @return at most one for each certificate, in the order of the path: {@link Kind#REVOKED} or
     *     {@link Kind#REVOCATION_UNKNOWN}
     */
    public static List<UntrustedReason> objections(
            List<X509Certificate> path, List<byte[]> crls, Instant at) {
        List<UntrustedReason> objections = new ArrayList<>();
        for (IssuedCertificate about : IssuedCertificate.of(path)) {
            objection(about, crls, at).ifPresent(objections::add);
        }
        return objections;
    }

    private static Optional<UntrustedReason> objection(
            IssuedCertificate about, List<byte[]> crls, Instant at) {
        List<Unusable> unusable = new ArrayList<>();
        boolean good = false;
        for (byte[] crl : crls) {
            switch (CrlCheck.check(crl, about, at)) {
                case Good _ -> good = true;
                // One that lists it outweighs any that does not: the others may be older.
                case Revoked revoked -> {
                    return Optional.of(RevocationReasons.revoked(about, revoked));
                }
                case Unusable answer -> {
                    switch (answer.why()) {
                        case MALFORMED, OTHER_ISSUER -> {}
                        case TOO_LARGE,
                                OUT_OF_SCOPE,
                                UNSUPPORTED,
                                BAD_SIGNATURE,
                                WEAK_SIGNATURE,
                                NOT_AUTHORIZED,
                                NOT_YET_VALID,
                                STALE,
                                RULE_BROKEN,
                                STATUS_UNKNOWN,
                                RESPONDER_ERROR ->
                                unusable.add(answer);
                    }
                }
            }
        }
        return good || unusable.isEmpty()
                ? Optional.empty()
                : Optional.of(RevocationReasons.unknown(about, unusable.getFirst().detail()));
    }

    private PathCrls() {}
}
