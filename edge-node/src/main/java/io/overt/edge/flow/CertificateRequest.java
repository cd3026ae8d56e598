package io.overt.edge.flow;

/** Whether an upstream asked us for a client certificate in its handshake. */
public enum CertificateRequest {
    NOT_ASKED,
    /** It did, and was given none. */
    ASKED
}
