package io.overt.x509.revocation;

import io.overt.x509.revocation.RevocationAnswer.Unusable;
import io.overt.x509.revocation.RevocationAnswer.Why;

/** Ends an evaluation from wherever it is; never leaves this package. */
final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Why why;
    private final String detail;

    UnusableException(Why why, String detail) {
        super(detail, null, false, false);
        this.why = why;
        this.detail = detail;
    }

    static UnusableException malformed(String detail) {
        return new UnusableException(Why.MALFORMED, detail);
    }

    Unusable answer() {
        return new Unusable(why, detail);
    }
}
