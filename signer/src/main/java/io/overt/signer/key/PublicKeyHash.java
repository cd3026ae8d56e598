package io.overt.signer.key;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Names a key without its certificate: SHA-256 over its DER SubjectPublicKeyInfo, as {@code openssl
 * pkey -pubin -outform DER | sha256sum} prints it.
 *
 * @param hex 64 digits in lower case
 */
public record PublicKeyHash(String hex) {

    public PublicKeyHash {
        hex = hex.toLowerCase(Locale.ROOT);
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("64 hexadecimal digits, of a SHA-256");
        }
    }

    /** Of a key at hand. */
    public static PublicKeyHash of(PublicKey key) {
        try {
            return new PublicKeyHash(
                    HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-256").digest(key.getEncoded())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The CKA_ID of keys that ceremonies make: as long as a subject key identifier. */
    byte[] keyId() {
        return Arrays.copyOf(HexFormat.of().parseHex(hex), 20);
    }
}
