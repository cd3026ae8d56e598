package io.overt.signer.ca;

/** The CA cannot be made as asked; nothing was overwritten. The message is for the operator. */
public final class CaException extends Exception {

    private static final long serialVersionUID = 1L;

    public CaException(String message) {
        super(message);
    }

    public CaException(String message, Throwable cause) {
        super(message, cause);
    }
}
