package io.overt.policy;

/** What a rule that says {@code inspect} does when that cannot be done. */
public enum FailureAction {
    /** Pass the bytes on as they are: the client meets the upstream itself. */
    SPLICE("splice"),
    /** Close. */
    BLOCK("block"),
    /**
     * Forge with the untrusted issuing CA, so that the client sees a warning as it would have. Only
     * for {@link Failure#UNTRUSTED}.
     */
    MIRROR_UNTRUSTED("mirror-untrusted"),
    /**
     * Inspect all the same, and say so in the record. Only for what a connection can go on with:
     * {@link Failure#CLIENT_CERT}, {@link Failure#NOT_OFFERED}, {@link Failure#WEAKER} and {@link
     * Failure#POST_QUANTUM_LOST}.
     */
    INSPECT("inspect");

    private final String key;

    FailureAction(String key) {
        this.key = key;
    }

    /** The word for it in a policy. */
    public String key() {
        return key;
    }
}
