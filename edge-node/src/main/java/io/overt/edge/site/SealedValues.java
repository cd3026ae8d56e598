package io.overt.edge.site;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Seals what one map carries, so that the carrier learns neither host names nor certificates and
 * cannot plant, change or swap a value. Thread-safe; a few microseconds a call.
 *
 * <p>Layout of a sealed value: version 0x01, a random nonce of 12 bytes, AES-256-GCM ciphertext
 * with its 16-byte tag. The associated data is the version, the map's name and the entry's key, so
 * that a value opens under its own key in its own map and nowhere else. Entry keys are HMAC-SHA256
 * over the logical key. Both keys come from the site secret by HKDF-SHA256 (RFC 5869) with the
 * map's name in the info.
 *
 * <p>A random nonce of 96 bits bounds one key to 2^32 seals (NIST SP 800-38D §8.3): at a hundred
 * new values a second, 16 months of one uninterrupted site.
 */
public final class SealedValues {
    private final String map;
    private final SecretKey sealing;
    private final SecretKey naming;
    private final SecureRandom random;

    /**
     * Derives the keys of one map.
     *
     * @param secret the site's
     * @param map the map's name; part of both keys and of every value's associated data
     * @param random where nonces come from
     */
    public SealedValues(SiteSecret secret, String map, SecureRandom random) {
        this.map = map;
        this.random = random;
        this.sealing = derive(secret, "overt site map v1 seal\0" + map, "AES");
        this.naming = derive(secret, "overt site map v1 entry key\0" + map, HMAC);
    }

    /**
     * The key under which the entry for {@code logicalKey} lies in the map: 32 bytes that say
     * nothing about it.
     */
    public ByteString entryKey(byte[] logicalKey) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(naming);
            return ByteString.copyFrom(mac.doFinal(logicalKey));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has " + HMAC, e);
        }
    }

    /** Seals {@code value} for the entry at {@code entryKey}; never twice the same bytes. */
    public ByteString seal(ByteString entryKey, byte[] value) {
        byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        byte[] sealed = new byte[HEADER_LENGTH + value.length + TAG_LENGTH];
        sealed[0] = VERSION;
        System.arraycopy(nonce, 0, sealed, 1, NONCE_LENGTH);
        try {
            cipher(Cipher.ENCRYPT_MODE, nonce, entryKey)
                    .doFinal(value, 0, value.length, sealed, HEADER_LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has " + AES_GCM, e);
        }
        return ByteString.copyFrom(sealed);
    }

    /**
     * Opens what the carrier returned for {@code entryKey}. Anything but the value that was sealed
     * for it is {@link NotOpened}.
     */
    public Opening open(ByteString entryKey, ByteString sealed) {
        if (sealed.size() < HEADER_LENGTH + TAG_LENGTH) {
            return new NotOpened("of " + sealed.size() + " bytes");
        }
        if (sealed.byteAt(0) != VERSION) {
            return new NotOpened("of version " + sealed.byteAt(0));
        }
        byte[] bytes = sealed.toByteArray();
        byte[] nonce = Arrays.copyOfRange(bytes, 1, HEADER_LENGTH);
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, nonce, entryKey);
            return new Opened(
                    ByteString.copyFrom(
                            cipher.doFinal(bytes, HEADER_LENGTH, bytes.length - HEADER_LENGTH)));
        } catch (AEADBadTagException _) {
            return new NotOpened("not sealed for this entry by this site");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has " + AES_GCM, e);
        }
    }

    /** What came of opening a sealed value. */
    public sealed interface Opening {}

    /**
     * It was sealed by a holder of the site secret, for this entry of this map.
     *
     * @param value what was sealed
     */
    public record Opened(ByteString value) implements Opening {}

    /**
     * It was not: tampered with, moved from another entry or map, cut off, of another site or of a
     * newer version.
     *
     * @param detail for logs; tells no secret
     */
    public record NotOpened(String detail) implements Opening {}

    private Cipher cipher(int mode, byte[] nonce, ByteString entryKey)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(AES_GCM);
        cipher.init(mode, sealing, new GCMParameterSpec(TAG_LENGTH * 8, nonce), random);
        byte[] name = map.getBytes(StandardCharsets.UTF_8);
        cipher.updateAAD(new byte[] {VERSION, (byte) (name.length >>> 8), (byte) name.length});
        cipher.updateAAD(name);
        cipher.updateAAD(entryKey.toByteArray());
        return cipher;
    }

    private static SecretKey derive(SiteSecret secret, String info, String algorithm) {
        try {
            KDF hkdf = KDF.getInstance("HKDF-SHA256");
            // No salt: the input is uniform already (RFC 5869 §3.1). The info separates maps and
            // purposes.
            return hkdf.deriveKey(
                    algorithm,
                    HKDFParameterSpec.ofExtract()
                            .addIKM(secret.bytes())
                            .thenExpand(info.getBytes(StandardCharsets.UTF_8), 32));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has HKDF-SHA256 since 25", e);
        }
    }

    private static final byte VERSION = 0x01;
    private static final int NONCE_LENGTH = 12;
    private static final int HEADER_LENGTH = 1 + NONCE_LENGTH;
    private static final int TAG_LENGTH = 16;
    private static final String AES_GCM = "AES/GCM/NoPadding";
    private static final String HMAC = "HmacSHA256";
}
