package io.overt.signer.issue;

/** The signer's store cannot be read or written. While that lasts nothing is signed. */
public final class IndexException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What failed. */
    public IndexException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What failed. */
    public IndexException(String message) {
        super(message);
    }
}
