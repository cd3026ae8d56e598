package io.overt.x509.revocation;

import java.time.Instant;
import java.util.Optional;

/** What one CRL or one OCSP response says about one certificate. */
public sealed interface RevocationAnswer {
    /**
     * Not revoked.
     *
     * @param until when the issuer will know better: the source's nextUpdate
     */
    record Good(Instant until) implements RevocationAnswer {}

    /**
     * Revoked, or on hold, which is the same for as long as it lasts.
     *
     * @param when the source's revocationDate, which may lie in the future; the certificate counts
     *     as revoked all the same
     * @param reason where the source gives one
     */
    record Revoked(Instant when, Optional<CrlReason> reason) implements RevocationAnswer {}

    /** The source says nothing that may be believed about this certificate. */
    record Unusable(Why why, String detail) implements RevocationAnswer {}

    /** Why a source is of no use. */
    enum Why {
        /** It is none of the kind, or not in the form that the RFC asks of all of its kind. */
        MALFORMED,
        /** Larger than one is ever read. */
        TOO_LARGE,
        /** By another issuer: it is about other certificates. */
        OTHER_ISSUER,
        /** By the certificate's issuer, and not about this certificate. */
        OUT_OF_SCOPE,
        /** Of a kind that is not evaluated: indirect or delta CRLs, other response types. */
        UNSUPPORTED,
        /** Its signature does not verify. */
        BAD_SIGNATURE,
        /** Signed with an algorithm or a key that is not safe. */
        WEAK_SIGNATURE,
        /** Whoever signed it was not entitled to. */
        NOT_AUTHORIZED,
        /** From the future. */
        NOT_YET_VALID,
        /** Its nextUpdate is over. */
        STALE,
        /** It breaks a rule of its RFC by which it must not be used. */
        RULE_BROKEN,
        /** The responder does not know the certificate. */
        STATUS_UNKNOWN,
        /** The responder answered with an error. */
        RESPONDER_ERROR
    }
}
