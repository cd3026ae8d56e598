package io.overt.edge.flow;

/** What an upstream was seen to do about client certificates, on an earlier connection. */
public enum CertificateHabit {
    /** It asks. */
    ASKS,
    /** It does not go on without. */
    INSISTS
}
