package io.overt.edge.transparency;

/** A list of logs that cannot be read. The operator's to mend. */
public final class LogListException extends Exception {
    private static final long serialVersionUID = 1;

    LogListException(String message) {
        super(message);
    }

    LogListException(String message, Throwable cause) {
        super(message, cause);
    }
}
