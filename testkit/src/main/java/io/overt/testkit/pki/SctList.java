package io.overt.testkit.pki;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A SignedCertificateTimestampList (RFC 6962 §3.3) of the right shape, always the same, and signed
 * by nobody.
 */
final class SctList {
    private static final int LOG_ID = 32;
    private static final int SIGNATURE = 71;
    private static final int SCT = 1 + LOG_ID + Long.BYTES + 2 + 2 + 2 + SIGNATURE;

    static byte[] of(int count) {
        ByteBuffer list = ByteBuffer.allocate(2 + count * (2 + SCT));
        list.putShort((short) (count * (2 + SCT)));
        for (int i = 0; i < count; i++) {
            list.putShort((short) SCT);
            list.put((byte) 0 /* v1 */);
            list.put(filled(LOG_ID, 0xa0 + i));
            list.putLong(1_700_000_000_000L + i);
            list.putShort((short) 0 /* no extensions */);
            list.putShort((short) 0x0403 /* ecdsa_secp256r1_sha256 */);
            list.putShort((short) SIGNATURE);
            list.put(filled(SIGNATURE, 0x50 + i));
        }
        return list.array();
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private SctList() {}
}
