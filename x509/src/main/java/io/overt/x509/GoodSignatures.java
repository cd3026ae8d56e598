package io.overt.x509;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Signatures that were found to be good, by the SHA-256 over all that this depends on. Holds the
 * last ones that were asked for. Thread-safe; the maths runs outside its lock.
 */
final class GoodSignatures {

    private final int most;

    /** In the order of their last use; guarded by itself. */
    private final Map<ByteBuffer, Boolean> good = new LinkedHashMap<>(16, 0.75f, true);

    /** Works out whether a signature is good. */
    @FunctionalInterface
    interface Maths {
        boolean verify() throws GeneralSecurityException;
    }

    /** A memory for this many; zero: for none. */
    GoodSignatures(int most) {
        if (most < 0) {
            throw new IllegalArgumentException(most + " (expected: 0 or more)");
        }
        this.most = most;
    }

    boolean verify(
            SignatureAlgorithm algorithm,
            PublicKey key,
            byte[] message,
            byte[] signature,
            Maths maths)
            throws GeneralSecurityException {
        byte[] encoded = key.getEncoded();
        if (most == 0 || encoded == null) {
            return maths.verify();
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        // Each with its length, so that no two different questions are the same bytes. The
        // parameters are of RSASSA-PSS.
        for (byte[] each :
                new byte[][] {
                    algorithm.toString().getBytes(StandardCharsets.UTF_8),
                    encoded,
                    message,
                    signature
                }) {
            digest.update(ByteBuffer.allocate(4).putInt(each.length).array());
            digest.update(each);
        }
        ByteBuffer question = ByteBuffer.wrap(digest.digest());
        synchronized (good) {
            if (good.get(question) != null) {
                return true;
            }
        }
        if (!maths.verify()) {
            return false;
        }
        synchronized (good) {
            good.put(question, true);
            if (good.size() > most) {
                var eldest = good.entrySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
        return true;
    }
}
