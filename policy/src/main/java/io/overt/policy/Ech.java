package io.overt.policy;

/**
 * Whether a ClientHello carries the encrypted_client_hello extension. There is no third value for
 * GREASE: it is made to look like a real offer (RFC 9849 §6.2), and whoever sees only the outer
 * hello cannot tell them apart.
 */
public enum Ech {
    ABSENT,
    OFFERED
}
