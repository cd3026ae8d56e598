package io.overt.edge.revocation;

import java.util.Locale;

/** What is known about the revocation of an upstream: the record's {@code revocation}. */
public enum RevocationStanding {
    /** The rule asks for nothing, or there is nobody above the leaf to ask. */
    OFF,
    /** The leaf's stapled response says good; nothing says otherwise of those above it. */
    STAPLED_GOOD,
    /** A CRL clears the leaf; nothing says otherwise of those above it. */
    CRL_GOOD,
    /** Its OCSP responder clears it; nothing says otherwise of those above it. */
    OCSP_GOOD,
    /** A certificate of the path is revoked. */
    REVOKED,
    /** The leaf demands a stapled response, and no good one came. */
    STAPLE_MISSING,
    /** Of the leaf or one above it nobody could say. */
    UNKNOWN;

    /** As records and metrics write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
