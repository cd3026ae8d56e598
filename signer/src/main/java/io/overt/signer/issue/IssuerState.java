package io.overt.signer.issue;

/**
 * The life of an issuer, in order (DESIGN.md section 8). A retired issuer is no longer configured.
 */
public enum IssuerState {
    /** Distributed, not signing yet. */
    STAGED,
    /** Signs leaves. */
    ACTIVE,
    /** Signs no new leaves; those it signed are still good. */
    RETIRING
}
