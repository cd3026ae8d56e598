package io.overt.edge.login;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names for credentials under which a verdict can be kept: whoever reads this process's memory
 * finds no fast hash of a password that could be guessed without the key beside it, and whoever
 * reads a dump of the cache alone finds nothing. Thread-safe.
 */
final class Digests {
    private final SecretKeySpec key;

    Digests(SecureRandom random) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        key = new SecretKeySpec(bytes, HMAC);
    }

    /**
     * @param hash the user's in the file: with another one it is another name
     */
    String of(Credentials credentials, String hash) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(hash.getBytes(StandardCharsets.US_ASCII));
            mac.update((byte) 0);
            mac.update(credentials.user().getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return HexFormat.of().formatHex(mac.doFinal(credentials.password()));
        } catch (GeneralSecurityException e) {
            // Every Java platform has HmacSHA256 (Mac's own contract).
            throw new IllegalStateException(e);
        }
    }

    private static final String HMAC = "HmacSHA256";
}
