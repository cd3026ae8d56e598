package io.overt.signer.issue;

import io.overt.x509.Hashes;
import io.overt.x509.LeafPublicKey;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * SHA-256 of a leaf key's SubjectPublicKeyInfo: which key, for people and in acts.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record LeafKeyDigest(String hex) {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public LeafKeyDigest {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("64 lower-case hexadecimal digits");
        }
    }

    /** Of a key that was read. */
    public static LeafKeyDigest of(LeafPublicKey key) {
        return ofSpki(key.spki());
    }

    /** Of the key in a certificate. */
    public static LeafKeyDigest of(PublicKey key) {
        return ofSpki(key.getEncoded());
    }

    /** Of a DER SubjectPublicKeyInfo. */
    public static LeafKeyDigest ofSpki(byte[] spki) {
        return new LeafKeyDigest(HexFormat.of().formatHex(Hashes.sha256(spki)));
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
