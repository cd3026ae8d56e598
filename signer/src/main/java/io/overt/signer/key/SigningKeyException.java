package io.overt.signer.key;

/**
 * The key cannot be used as configured. The message says what was found and what was expected, and
 * is meant for the operator without a stack trace.
 */
public final class SigningKeyException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Whose move it is. */
    public enum Kind {
        /**
         * The token or its library does not answer as it should: time, or a restart of the process,
         * may cure it.
         */
        TOKEN,
        /**
         * The PIN was refused, or one last try is left. Never tried again by itself: the next miss
         * may lock the token.
         */
        PIN,
        /** The key is not there, or not kept as an issuing key must be. */
        KEY
    }

    private final Kind kind;

    SigningKeyException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    SigningKeyException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Whose move it is. */
    public Kind kind() {
        return kind;
    }
}
