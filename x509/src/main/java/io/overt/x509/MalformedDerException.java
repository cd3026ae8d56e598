package io.overt.x509;

import java.security.cert.CertificateParsingException;

/**
 * Bytes that are not the distinguished encoding of what they should be. The message says where and
 * what was expected.
 */
public final class MalformedDerException extends CertificateParsingException {
    private static final long serialVersionUID = 1L;

    private final String what;

    /** Says where, what was found and what was expected. */
    public MalformedDerException(String message) {
        super(message);
        this.what = message;
    }

    /** The message, which this exception always has. */
    public String what() {
        return what;
    }
}
