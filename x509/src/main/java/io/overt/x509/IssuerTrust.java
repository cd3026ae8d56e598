package io.overt.x509;

/** Whom a leaf by an issuing CA convinces. */
public enum IssuerTrust {
    /** Clients have its root: it vouches for what was verified, and for nothing else. */
    TRUSTED,
    /**
     * No client has its root, on purpose. Its leaves show what is wrong with an upstream, and a
     * browser warns of them as it would of the upstream.
     */
    UNTRUSTED
}
