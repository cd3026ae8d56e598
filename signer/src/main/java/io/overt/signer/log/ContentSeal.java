package io.overt.signer.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.overt.proto.log.v1.Sealed;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.tlog.MalformedLogException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals and opens with one reading key. One process seals with a key, and never twice with one
 * nonce. Thread-safe.
 */
final class ContentSeal {

    private final long readingKey;
    private final SecretKey content;
    private final SecretKey naming;
    private final AtomicLong nonces = new AtomicLong();

    /**
     * A key.
     *
     * @param readingKey index of its entry
     */
    ContentSeal(long readingKey, byte[] content, byte[] naming) {
        this.readingKey = readingKey;
        this.content = new SecretKeySpec(content, "AES");
        this.naming = new SecretKeySpec(naming, "HmacSHA256");
    }

    /** Equal for equal issuer and serial number, and telling neither. */
    byte[] certificateId(CertificateFingerprint issuer, BigInteger serial) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(naming);
            mac.update(issuer.bytes());
            return mac.doFinal(serial.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    Sealed seal(String kind, byte[] certificateId, MessageLite message) {
        byte[] nonce = ByteBuffer.allocate(NONCE).putLong(4, nonces.getAndIncrement()).array();
        int length = message.getSerializedSize();
        byte[] padded = new byte[(4 + length + BLOCK - 1) / BLOCK * BLOCK];
        ByteBuffer.wrap(padded).putInt(length).put(message.toByteArray());
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, kind, certificateId);
            return Sealed.newBuilder()
                    .setReadingKey(readingKey)
                    .setNonce(ByteString.copyFrom(nonce))
                    .setCiphertext(ByteString.copyFrom(cipher.doFinal(padded)))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has AES-GCM", e);
        }
    }

    byte[] open(String kind, byte[] certificateId, Sealed sealed) throws MalformedLogException {
        try {
            byte[] padded =
                    cipher(
                                    Cipher.DECRYPT_MODE,
                                    sealed.getNonce().toByteArray(),
                                    kind,
                                    certificateId)
                            .doFinal(sealed.getCiphertext().toByteArray());
            int length = padded.length < 4 ? -1 : ByteBuffer.wrap(padded).getInt();
            if (length < 0 || length > padded.length - 4) {
                throw new MalformedLogException("sealed: no length");
            }
            return Arrays.copyOfRange(padded, 4, 4 + length);
        } catch (GeneralSecurityException e) {
            throw new MalformedLogException("sealed: cannot be opened: " + e.getMessage());
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String kind, byte[] certificateId)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, content, new GCMParameterSpec(128, nonce));
        cipher.updateAAD((kind + "\0").getBytes(StandardCharsets.UTF_8));
        cipher.updateAAD(certificateId);
        return cipher;
    }

    private static final int NONCE = 12;

    /** A certificate's length is almost its name; this leaves a dozen lengths for all of them. */
    private static final int BLOCK = 512;
}
