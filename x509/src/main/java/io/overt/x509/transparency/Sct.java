package io.overt.x509.transparency;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A SignedCertificateTimestamp (RFC 6962 §3.2): a log's promise to show a certificate. */
final class Sct {
    /** More than any certificate comes with; what follows is not looked at. */
    static final int MOST = 32;

    private final LogId log;
    private final Instant at;
    private final byte[] extensions;
    private final int algorithms;
    private final byte[] signature;

    private Sct(LogId log, Instant at, byte[] extensions, int algorithms, byte[] signature) {
        this.log = log;
        this.at = at;
        this.extensions = extensions;
        this.algorithms = algorithms;
        this.signature = signature;
    }

    /**
     * Reads a SignedCertificateTimestampList (RFC 6962 §3.3). No input makes it throw.
     *
     * @return the promises that can be read, {@link #MOST} at most; none of a list that is not
     *     whole
     */
    static List<Sct> list(byte[] encoded) {
        ByteBuffer rest = ByteBuffer.wrap(encoded);
        if (rest.remaining() < Short.BYTES || uint16(rest) != rest.remaining()) {
            return List.of();
        }
        List<Sct> promises = new ArrayList<>();
        while (rest.hasRemaining() && promises.size() < MOST) {
            if (rest.remaining() < Short.BYTES) {
                return List.of();
            }
            int length = uint16(rest);
            if (length == 0 || length > rest.remaining()) {
                return List.of();
            }
            ByteBuffer one = rest.slice(rest.position(), length);
            rest.position(rest.position() + length);
            add(one, promises);
        }
        return promises;
    }

    /** A promise of a later version may look like anything, and is no flaw of the list. */
    private static void add(ByteBuffer one, List<Sct> to) {
        if (one.remaining() < FIXED || one.get() != V1) {
            return;
        }
        byte[] id = new byte[LogId.BYTES];
        one.get(id);
        long millis = one.getLong();
        int extensionBytes = uint16(one);
        if (millis < 0 || extensionBytes > one.remaining() - 2 * Short.BYTES) {
            return;
        }
        byte[] extensions = new byte[extensionBytes];
        one.get(extensions);
        int algorithms = uint16(one);
        if (uint16(one) != one.remaining()) {
            return;
        }
        byte[] signature = new byte[one.remaining()];
        one.get(signature);
        to.add(
                new Sct(
                        LogId.of(id),
                        Instant.ofEpochMilli(millis),
                        extensions,
                        algorithms,
                        signature));
    }

    LogId log() {
        return log;
    }

    /** When it was given, to the millisecond. */
    Instant at() {
        return at;
    }

    /** Signed with the rest; none is known. */
    byte[] extensions() {
        return extensions.clone();
    }

    /** Hash and signature, as TLS 1.2 numbers them. */
    int algorithms() {
        return algorithms;
    }

    byte[] signature() {
        return signature.clone();
    }

    private static int uint16(ByteBuffer bytes) {
        return bytes.getShort() & 0xffff;
    }

    private static final byte V1 = 0;

    /** Version, log id, time, and the lengths and numbers of what varies. */
    private static final int FIXED = 1 + LogId.BYTES + Long.BYTES + 3 * Short.BYTES;
}
