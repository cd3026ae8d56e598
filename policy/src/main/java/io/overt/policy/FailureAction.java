package io.overt.policy;

/** What a rule that says {@code inspect} does when that cannot be done. */
public enum FailureAction {
    /** Pass the bytes on as they are: the client meets the upstream itself. */
    SPLICE("splice", "the client meets the real server, with whatever is wrong about it"),
    /** Close. */
    BLOCK("block", "the connection is closed"),
    /**
     * Forge with the untrusted issuing CA, so that the client sees a warning as it would have. Only
     * for {@link Failure#UNTRUSTED}.
     */
    MIRROR_UNTRUSTED(
            "mirror-untrusted",
            "the client is shown a certificate that it does not trust, and its user may go on; who goes on is inspected"),
    /**
     * Inspect all the same, and say so in the record. Only for what a connection can go on with:
     * {@link Failure#CLIENT_CERT}, {@link Failure#NOT_OFFERED}, {@link Failure#WEAKER} and {@link
     * Failure#POST_QUANTUM_LOST}.
     */
    INSPECT("inspect", "it is inspected all the same, and the record says so");

    private final String key;
    private final String meaning;

    FailureAction(String key, String meaning) {
        this.key = key;
        this.meaning = meaning;
    }

    /** The word for it in a policy. */
    public String key() {
        return key;
    }

    /** A phrase for people who write policies. */
    String meaning() {
        return meaning;
    }
}
