package io.overt.x509;

/**
 * One thing that is wrong with an upstream's chain.
 *
 * @param kind for counters and decisions
 * @param detail for people: which certificate, the offending value, what was expected
 */
public record UntrustedReason(Kind kind, String detail) {
    /** What can be wrong. Counters, records and documentation use these names. */
    public enum Kind {
        /** The leaf names other hosts only. */
        NAME_MISMATCH,
        /** The leaf has no subjectAltName; its common name does not count (RFC 9525 §2). */
        NO_SUBJECT_ALT_NAME,
        /** A certificate of the chain has expired. */
        EXPIRED,
        /** A certificate of the chain is not valid yet. */
        NOT_YET_VALID,
        /** The leaf is signed by its own key, and is no anchor's. */
        SELF_SIGNED,
        /** The chain leads to a self-signed certificate that is not an anchor. */
        UNTRUSTED_ROOT,
        /**
         * An issuer is neither presented nor an anchor: a missing intermediate, or a private CA.
         */
        UNKNOWN_ISSUER,
        /** The chain leads to our own inspection CA, which vouches for nothing upstream. */
        OWN_CA,
        /** A signature does not verify with the key of the issuer it names. */
        BAD_SIGNATURE,
        /**
         * A certificate is signed with an algorithm that is no longer safe, or that we do not know.
         */
        WEAK_SIGNATURE,
        /** A key is too short, or of a kind that TLS certificates must not have. */
        WEAK_KEY,
        /** The leaf is a CA's certificate. */
        CA_AS_LEAF,
        /** An issuer in the chain is not a CA. */
        NOT_A_CA,
        /** More intermediates than a CA allows. */
        PATH_TOO_LONG,
        /** A certificate's keyUsage forbids what it is used for. */
        KEY_USAGE,
        /** A certificate's extKeyUsage does not allow server authentication. */
        EXTENDED_KEY_USAGE,
        /** A CA's name constraints exclude the leaf. */
        NAME_CONSTRAINTS,
        /** The chain's certificate policies contradict each other. */
        POLICY,
        /** A critical extension that nobody here understands (RFC 5280 §4.2). */
        UNKNOWN_CRITICAL_EXTENSION,
        /** A certificate of version 1 or 2 where version 3 is needed. */
        NOT_VERSION_3,
        /**
         * A certificate does not say which key signed it, or a CA's which key is its own (RFC 5280
         * §4.2.1.1 and §4.2.1.2). Private CAs made with few options leave that out.
         */
        NO_KEY_IDENTIFIER,
        /** A certificate has been revoked. */
        REVOKED,
        /** A certificate, or a field of it, cannot be read, or breaks the form of RFC 5280. */
        MALFORMED,
        /** Verifying took more work than it may. */
        TOO_COMPLEX,
        /** No valid path, for a cause that is none of the above. */
        NO_VALID_PATH,
        /** The verifier itself failed. A bug of ours, and a refusal all the same. */
        INTERNAL,
        /** Whether a certificate has been revoked could not be found out, and had to be. */
        REVOCATION_UNKNOWN,
        /** Fewer logs of certificates have promised to show the leaf than had to. */
        TOO_FEW_SCTS
    }
}
