package io.overt.policy;

/**
 * Why no ClientHello could be read. None of these means "no SNI": each is a question of its own to
 * the policy.
 */
public enum HelloFault {
    /** The first bytes are not a TLS handshake record. */
    NOT_TLS(
            "not-tls",
            Failure.NOT_TLS,
            "the first bytes are not TLS; plain requests to the explicit proxy among them"),
    /** It began as TLS, and is not a ClientHello that can be parsed. */
    MALFORMED("malformed", Failure.HELLO_MALFORMED, "it began as TLS and cannot be read"),
    /** The hello is longer than the listener's limit. */
    TOO_LARGE("too-large", Failure.HELLO_TOO_LARGE, "larger than the listener allows"),
    /** The hello began and was not complete at the deadline. */
    TOO_SLOW("too-slow", Failure.HELLO_TOO_SLOW, "begun, and not complete in time"),
    /**
     * The client had sent nothing at the deadline: it may be waiting for the server to speak first.
     */
    ABSENT("absent", Failure.HELLO_ABSENT, "the client said nothing in time");

    private final String key;
    private final Failure failure;
    private final String meaning;

    HelloFault(String key, Failure failure, String meaning) {
        this.key = key;
        this.failure = failure;
        this.meaning = meaning;
    }

    /** The word for it in a policy: {@code hello: { fault: not-tls }}. */
    public String key() {
        return key;
    }

    /** A phrase for people who write policies. */
    String meaning() {
        return meaning;
    }

    /**
     * What happens when the rule that matched says {@code inspect}, and there is nothing that could
     * be inspected.
     */
    public Failure failure() {
        return failure;
    }
}
