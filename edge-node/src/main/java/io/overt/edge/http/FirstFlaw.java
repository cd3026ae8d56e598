package io.overt.edge.http;

import org.jspecify.annotations.Nullable;

/**
 * Collects the first flaw of a message, so that parsing reads straight on and is judged once at its
 * end.
 */
final class FirstFlaw {

    private @Nullable Flaw flaw;

    void note(Http1Fault fault, String detail) {
        if (flaw == null) {
            flaw = new Flaw(fault, detail);
        }
    }

    @Nullable Flaw flaw() {
        return flaw;
    }
}
