package io.overt.x509.tlog;

import java.io.IOException;

/** Something that should be a part of a log, or a proof about one, is not. */
public final class MalformedLogException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what.
     *
     * @param message what it is, and what was expected
     */
    public MalformedLogException(String message) {
        super(message);
    }

    MalformedLogException(String message, Exception cause) {
        super(message, cause);
    }
}
