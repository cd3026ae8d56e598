package io.overt.x509.lint;

import java.util.Locale;

/**
 * The rules of {@link LeafLint}, each with where it is written. Every breach is an error for us:
 * there is no warning, since nobody would read it before the signature.
 *
 * <p>{@code MIRROR} keeps much of an upstream's certificate byte for byte, oddities included, and
 * clients take those. So a rule asks of kept fields only what keeps a leaf from being read in two
 * ways or from giving our key a power; what it asks beyond that of {@code STRICT} alone, it says.
 */
public enum LintRule {
    /**
     * Distinguished encoding throughout: definite and minimal lengths, canonical booleans, sorted
     * sets, minimal integers, no trailing bytes. A DEFAULT value is left out; except {@code cA
     * FALSE} where {@code MIRROR} keeps it, which live sites encode and every reader takes.
     */
    DER("X.690 §10 and §11"),
    /** At most 65,536 bytes, which bounds every cache and message. */
    SIZE("DESIGN §4"),
    /** The JDK reads the certificate that will be made, since it cannot be used otherwise. */
    READABLE("DESIGN §8"),
    /** Version 3. */
    VERSION("RFC 5280 §4.1.2.1"),
    /** Positive, not zero, at most 20 octets. */
    SERIAL_NUMBER("RFC 5280 §4.1.2.2"),
    /** The first 16 bytes of SHA-256 over the TBS with serial 0: one TBS, one serial. */
    SERIAL_DIGEST("DESIGN §4"),
    /** The one that the issuer's key signs with, parameters included. */
    SIGNATURE_ALGORITHM("RFC 5280 §4.1.2.3, RFC 5758 §3.2, RFC 4055 §5"),
    /** The issuing CA's subject, byte for byte: clients chain by bytes. */
    ISSUER("RFC 5280 §4.1.2.4 and §6.1.3"),
    /** UTCTime to 2049, GeneralizedTime from 2050 on; seconds, {@code Z}, no fractions. */
    TIME_FORM("RFC 5280 §4.1.2.5"),
    /** notBefore is not after notAfter. */
    VALIDITY_ORDER("RFC 5280 §4.1.2.5"),
    /**
     * Ends with the issuer at the latest; in {@code STRICT} begins with it at the earliest too. A
     * mirrored upstream is often older than our issuer, and a path is judged at one moment. By an
     * untrusted issuer the validity is the upstream's, whatever it is.
     */
    VALIDITY_IN_ISSUER("RFC 5280 §6.1.3, DESIGN §4"),
    /** Not longer than the profile's cap; not asked of an untrusted issuer's leaf. */
    LIFETIME("Baseline Requirements §6.3.2, DESIGN §4"),
    /** In {@code STRICT}, inside the leaf key's epoch and its grace; not by an untrusted issuer. */
    EPOCH("DESIGN §4"),
    /**
     * A sequence of non-empty sets of attributes. What the attributes hold is the upstream's to
     * say; strings of an odd type are kept.
     */
    SUBJECT("RFC 5280 §4.1.2.6"),
    /** EC P-256 by its named curve, an uncompressed point, on the curve. */
    KEY_FORM("RFC 5480 §2"),
    /** The leaf key that the site enrolled. */
    KEY_ENROLLED("DESIGN §6"),
    /** No key of a CA or log of ours. */
    KEY_OF_A_CA("DESIGN §8"),
    /** No issuerUniqueID, no subjectUniqueID. */
    UNIQUE_ID("RFC 5280 §4.1.2.8"),
    /** No two extensions of one kind. */
    EXTENSION_TWICE("RFC 5280 §4.2"),
    /**
     * Those of the recipe's table. {@code STRICT} has no others; {@code MIRROR} keeps any other
     * that is not critical, since a client that does not know it must pass it over.
     */
    EXTENSION_LIST("RFC 5280 §4.2, DESIGN §4"),
    /** Nothing that only a CA's certificate may have. */
    EXTENSION_OF_A_CA("RFC 5280 §4.2.1.5, §4.2.1.10, §4.2.1.11, §4.2.1.14"),
    /** No SCT list, no poison, no TLS feature, nothing else that is false of our leaf. */
    EXTENSION_FALSE("RFC 6962 §3, RFC 7633, DESIGN §4"),
    /**
     * Absent, or cA FALSE. In {@code STRICT} there, critical and empty. A path length beside FALSE
     * means nothing and is kept by {@code MIRROR}.
     */
    BASIC_CONSTRAINTS("RFC 5280 §4.2.1.9"),
    /** There, critical, digitalSignature alone. */
    KEY_USAGE("RFC 5280 §4.2.1.3, RFC 5480 §3"),
    /**
     * In {@code STRICT} serverAuth alone. In {@code MIRROR} as upstream or absent, and with
     * serverAuth where clients trust the issuer.
     */
    EXTENDED_KEY_USAGE("RFC 5280 §4.2.1.12, Baseline Requirements §7.1.2.7.10"),
    /**
     * No OCSPSigning, which would make the site's key a responder of our CA (RFC 6960 §4.2.2.2), no
     * codeSigning, no timeStamping. Refused although {@code MIRROR} keeps the rest: public CAs must
     * not issue such leaves, and the power would be new and not mirrored.
     */
    POWER_BEYOND_TLS("RFC 6960 §4.2.2.2, Baseline Requirements §7.1.2.7.10"),
    /** There, not critical, of the leaf key. */
    SUBJECT_KEY_IDENTIFIER("RFC 5280 §4.2.1.2"),
    /** There, not critical, the issuer's stored identifier and nothing else. */
    AUTHORITY_KEY_IDENTIFIER("RFC 5280 §4.2.1.1"),
    /** The configured URLs as alternatives of one point, or no extension. */
    CRL_DISTRIBUTION_POINTS("RFC 5280 §4.2.1.13"),
    /** The configured caIssuers URLs, or no extension; never a responder. */
    AUTHORITY_INFO_ACCESS("RFC 5280 §4.2.2.1"),
    /**
     * There, and not empty. By an untrusted issuer it may be absent where there is a subject, as it
     * is in the upstream's.
     */
    SUBJECT_ALT_NAME("RFC 5280 §4.2.1.6, RFC 9525 §6.3"),
    /** Critical where the subject is empty. */
    SUBJECT_ALT_NAME_CRITICAL("RFC 5280 §4.2.1.6"),
    /**
     * Each of a type of GeneralName; an address of 4 or 16 octets; text in ASCII without control
     * characters, NUL first of all.
     */
    NAME_FORM("RFC 5280 §4.2.1.6"),
    /**
     * A dNSName is labels of letters, digits, hyphens and underscores, its left-most one perhaps a
     * wildcard; at most 63 octets a label and 253 in all. Asked of {@code STRICT} alone: no client
     * matches a name that is none, and certificates of live sites have such beside good ones.
     */
    DNS_NAME("RFC 1034 §3.5, RFC 9525 §6.3"),
    /** With an issuer that clients trust, a DNS name or an address is among the names. */
    HOST_NAMED("RFC 9525 §6.1"),
    /** A non-empty sequence of policies; which ones is the upstream's to say. */
    CERTIFICATE_POLICIES("RFC 5280 §4.2.1.4"),
    /** Once, last, not critical, with the profile's organisation and notice. */
    INSPECTION_MARKER("DESIGN §1 and §4");

    private final String clause;

    LintRule(String clause) {
        this.clause = clause;
    }

    /** Where it is written. */
    public String clause() {
        return clause;
    }

    /** {@code key-usage}, as in refusals, metrics and logs. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
