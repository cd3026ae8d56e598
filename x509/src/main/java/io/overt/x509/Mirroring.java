package io.overt.x509;

/** What came of mirroring an upstream's certificate. */
public sealed interface Mirroring {
    /** What the issuer is to sign. */
    record Mirrored(TbsCertificateDer tbs) implements Mirroring {}

    /**
     * No forged leaf can say what this certificate says. Counts as an untrusted upstream.
     *
     * @param detail for people: the offending value, what was expected
     */
    record NotMirrorable(Reason reason, String detail) implements Mirroring {}

    /**
     * Why a certificate cannot be mirrored; docs/spec/mirror-recipe.md says why each is a reason.
     */
    enum Reason {
        /** A certificate of version 1 or 2. */
        NOT_VERSION_3,
        /** Not the distinguished encoding of a certificate. */
        NOT_DER,
        /**
         * The certificate, or what would become of it, is over {@value
         * PresentedChain#MAX_CERTIFICATE_BYTES} bytes.
         */
        TOO_LARGE,
        /** Two extensions of one kind. */
        DUPLICATE_EXTENSION,
        /** A critical extension that the recipe does not know. */
        UNKNOWN_CRITICAL_EXTENSION,
        /** A CA's certificate. */
        CA_CERTIFICATE,
        /** An extension that only a CA's certificate may have. */
        CA_ONLY_EXTENSION,
        /** No names. */
        NO_SUBJECT_ALT_NAME,
        /** No subject, and names that are not critical. */
        EMPTY_SUBJECT,
        /** It bears an inspection marker already: someone inspects between us and the origin. */
        ALREADY_INSPECTED,
        /** Upstream, issuer and epoch have no second in common. */
        NO_COMMON_VALIDITY
    }
}
