package io.overt.policy;

/**
 * Why no ClientHello could be read. None of these means "no SNI": each is a question of its own to
 * the policy.
 */
public enum HelloFault {
    /** The first bytes are not a TLS handshake record. */
    NOT_TLS("not-tls", Failure.NOT_TLS),
    /** It began as TLS, and is not a ClientHello that can be parsed. */
    MALFORMED("malformed", Failure.HELLO_MALFORMED),
    /** The hello is longer than the listener's limit. */
    TOO_LARGE("too-large", Failure.HELLO_TOO_LARGE),
    /** The hello began and was not complete at the deadline. */
    TOO_SLOW("too-slow", Failure.HELLO_TOO_SLOW),
    /**
     * The client had sent nothing at the deadline: it may be waiting for the server to speak first.
     */
    ABSENT("absent", Failure.HELLO_ABSENT);

    private final String key;
    private final Failure failure;

    HelloFault(String key, Failure failure) {
        this.key = key;
        this.failure = failure;
    }

    /** The word for it in a policy: {@code hello: { fault: not-tls }}. */
    public String key() {
        return key;
    }

    /**
     * What happens when the rule that matched says {@code inspect}, and there is nothing that could
     * be inspected.
     */
    public Failure failure() {
        return failure;
    }
}
