package io.overt.service.approval;

import java.nio.charset.StandardCharsets;

/**
 * What is signed where a tool signs plain bytes, as {@code openssl pkeyutl -sign -rawin} does: one
 * line that says what it is for, so that the signature means nothing anywhere else.
 */
public final class Statement {

    /** The line, with its end. */
    public static String of(byte[] document) {
        return of(Digest.of(document));
    }

    static String of(Digest sha256) {
        return "overt-approval v1 sha256:" + sha256.hex() + "\n";
    }

    static byte[] bytes(Digest sha256) {
        return of(sha256).getBytes(StandardCharsets.US_ASCII);
    }

    private Statement() {}
}
