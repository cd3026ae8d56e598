package io.overt.policy;

/** What a rule says about a connection. */
public enum Action {
    /** Forge, terminate TLS on both sides, filter. */
    INSPECT,
    /** Pass the bytes on as they are. */
    SPLICE,
    /** Close, without a connection to the upstream. */
    BLOCK
}
