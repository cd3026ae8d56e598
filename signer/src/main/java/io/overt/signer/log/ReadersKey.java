package io.overt.signer.log;

import com.google.protobuf.ByteString;
import io.overt.proto.log.v1.ReadingKey;
import io.overt.proto.log.v1.ReadingSecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;

/**
 * The public key of those who may read host names in a log: X25519. The private half is with the
 * security team, and nowhere near a signer.
 */
public final class ReadersKey {

    private final byte[] spki;

    /**
     * A key.
     *
     * @throws IllegalArgumentException when it is not of X25519
     */
    public ReadersKey(PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (!(key instanceof XECPublicKey xec)
                || !(xec.getParams() instanceof NamedParameterSpec named)
                || !named.getName().equals(NamedParameterSpec.X25519.getName())
                || encoded.length < RAW) {
            throw new IllegalArgumentException(
                    "a key of %s (expected: X25519)".formatted(key.getAlgorithm()));
        }
        this.spki = encoded.clone();
    }

    /**
     * Reads one as {@code openssl pkey -pubout} writes it.
     *
     * @throws IOException when it cannot be read, or is no such key
     */
    public static ReadersKey read(Path pem) throws IOException {
        try {
            return new ReadersKey(
                    KeyFactory.getInstance("X25519")
                            .generatePublic(new X509EncodedKeySpec(der(pem, "PUBLIC KEY"))));
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + ": " + e.getMessage() + " (expected: X25519)", e);
        }
    }

    /** The contents of a PEM file with this label. */
    static byte[] der(Path pem, String label) throws IOException {
        String text = Files.readString(pem, StandardCharsets.UTF_8);
        String begin = "-----BEGIN " + label + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new IOException(pem + ": no " + label + " (expected: PEM)");
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new IOException(pem + ": not PEM: " + e.getMessage(), e);
        }
    }

    /** Seals secrets to the readers of a log. */
    ReadingKey seal(String origin, ReadingSecrets secrets) {
        try {
            HPKEContextWithEncapsulation context =
                    hpke().setupBaseS(
                                    new X25519PublicKeyParameters(
                                            Arrays.copyOfRange(
                                                    spki, spki.length - RAW, spki.length)),
                                    info(origin));
            return ReadingKey.newBuilder()
                    .setReaderSha256(ByteString.copyFrom(sha256()))
                    .setEncapsulation(ByteString.copyFrom(context.getEncapsulation()))
                    .setCiphertext(
                            ByteString.copyFrom(context.seal(new byte[0], secrets.toByteArray())))
                    .build();
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("sealing does not fail on its input", e);
        }
    }

    /** Names the key in a log. */
    byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(spki);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    static HPKE hpke() {
        return new HPKE(
                HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
    }

    static byte[] info(String origin) {
        return ("overt transparency log v1\0" + origin).getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes of an X25519 key, the end of its SPKI (RFC 8410). */
    static final int RAW = 32;
}
