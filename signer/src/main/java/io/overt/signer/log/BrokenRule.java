package io.overt.signer.log;

import io.overt.signer.log.Finding.Kind;

/** An entry breaks a rule. */
final class BrokenRule extends Exception {
    private static final long serialVersionUID = 1L;

    final Kind kind;

    BrokenRule(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }
}
