package io.overt.x509.tlog;

import java.util.Base64;

/** Base64 of RFC 4648 §4, padded, in the one way that it can be written. */
final class Base64Text {

    private Base64Text() {}

    static byte[] decode(String text) throws MalformedLogException {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            // The JDK takes a missing padding and stray bits before it; then one value has several
            // texts, and a text is what gets compared.
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedLogException("'%s' (expected: Base64)".formatted(text), e);
        }
        throw new MalformedLogException("'%s' (expected: Base64, padded)".formatted(text));
    }
}
