package io.overt.signer.issue;

/** The life of an issuer, in order (DESIGN.md section 8). */
public enum IssuerState {
    /** Distributed, not signing yet. */
    STAGED,
    /** Signs leaves. */
    ACTIVE,
    /** Signs no new leaves; those it signed are still good. */
    RETIRING,
    /** No leaf of it is good any more: edges are no longer told of it, and drop what they have. */
    RETIRED
}
