package io.overt.edge.hello;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads one ClientHello from the bytes a client sends first, in whatever pieces they arrive.
 *
 * <p>Pure and incremental: each byte is looked at once, nothing is read past the record that ends
 * the hello, and no input makes it throw. Memory is bounded by the limit. Not thread-safe; one
 * parser a connection.
 */
public final class ClientHelloParser {

    private final HelloLimit limit;
    private final byte[] header = new byte[RECORD_HEADER];
    private int headerBytes;

    /**
     * Payload bytes of the current record that have not arrived; meaningful once its header is
     * whole.
     */
    private int recordRemaining;

    private int firstRecordVersion;
    private byte[] message = new byte[INITIAL_MESSAGE];
    private int messageBytes;
    private long wireBytes;
    private HelloPeek last = new HelloPeek.NeedMore();

    public ClientHelloParser(HelloLimit limit) {
        this.limit = limit;
    }

    /**
     * Takes the next bytes of the connection.
     *
     * @param bytes read from its position; after {@link HelloPeek.Hello} the position is behind the
     *     record that ended the hello (early data or a second flight may follow), else at the limit
     *     or at the byte that decided
     */
    public HelloPeek feed(ByteBuffer bytes) {
        while (last instanceof HelloPeek.NeedMore && bytes.hasRemaining()) {
            last = headerBytes < RECORD_HEADER ? headerByte(bytes.get()) : payload(bytes);
        }
        return last;
    }

    private HelloPeek headerByte(byte next) {
        if (wireBytes >= limit.bytes()) {
            return new HelloPeek.TooLarge(limit);
        }
        wireBytes++;
        header[headerBytes++] = next;
        var isFirstRecord = wireBytes <= RECORD_HEADER;
        return switch (headerBytes) {
            case 1 -> contentType(next & 0xff, isFirstRecord);
            case 2 -> majorVersion(next & 0xff, isFirstRecord);
            case 3 -> minorVersion(next & 0xff, isFirstRecord);
            case RECORD_HEADER -> recordLength(uint16(header, 3));
            default -> NEED_MORE;
        };
    }

    private static HelloPeek contentType(int type, boolean isFirstRecord) {
        if (type == HANDSHAKE) {
            return NEED_MORE;
        }
        // RFC 5246 §E.2: an SSLv2-format hello has a length with the top bit set here; it, an alert
        // and any other
        // protocol are all "no TLS handshake".
        return isFirstRecord
                ? new HelloPeek.NotTls(
                        "first byte 0x%02x (expected: 0x16, handshake)".formatted(type))
                // RFC 8446 §5.1: a handshake message is not interleaved with other record types.
                : new HelloPeek.Malformed(
                        "record type %d inside the hello (expected: 22, handshake)"
                                .formatted(type));
    }

    private static HelloPeek majorVersion(int major, boolean isFirstRecord) {
        if (major == TLS_MAJOR) {
            return NEED_MORE;
        }
        return isFirstRecord
                ? new HelloPeek.NotTls("second byte 0x%02x (expected: 0x03)".formatted(major))
                : new HelloPeek.Malformed(
                        "record version 0x%02x.. (expected: 0x0301 to 0x0303)".formatted(major));
    }

    private HelloPeek minorVersion(int minor, boolean isFirstRecord) {
        // RFC 8446 §5.1 has receivers ignore this field; clients send 0x0301 or 0x0303 and nothing
        // else, so another
        // value is a probe or another protocol's accident, and is better reported than guessed at.
        if (minor < 1 || minor > 3) {
            return new HelloPeek.Malformed(
                    "record version 0x03%02x (expected: 0x0301 to 0x0303)".formatted(minor));
        }
        if (isFirstRecord) {
            firstRecordVersion = TLS_MAJOR << 8 | minor;
        }
        return NEED_MORE;
    }

    private HelloPeek recordLength(int length) {
        // RFC 8446 §5.1: zero-length fragments of handshake types are not sent, and none is above
        // 2^14.
        if (length == 0 || length > MAX_FRAGMENT) {
            return new HelloPeek.Malformed(
                    "record length %d (expected: 1 to %d)".formatted(length, MAX_FRAGMENT));
        }
        recordRemaining = length;
        return NEED_MORE;
    }

    private HelloPeek payload(ByteBuffer bytes) {
        var wanted =
                Math.min(
                        recordRemaining,
                        messageBytes < HANDSHAKE_HEADER ? 1 : messageLength() - messageBytes);
        var taken = (int) Math.min(Math.min(wanted, bytes.remaining()), limit.bytes() - wireBytes);
        if (taken == 0) {
            return new HelloPeek.TooLarge(limit);
        }
        ensureCapacity(messageBytes + taken);
        bytes.get(message, messageBytes, taken);
        messageBytes += taken;
        wireBytes += taken;
        recordRemaining -= taken;
        if (recordRemaining == 0) {
            headerBytes = 0;
        }
        if (messageBytes <= HANDSHAKE_HEADER) {
            return handshakeHeader();
        }
        return messageBytes == messageLength() ? complete() : NEED_MORE;
    }

    private HelloPeek handshakeHeader() {
        if (messageBytes == 1 && message[0] != CLIENT_HELLO) {
            return new HelloPeek.Malformed(
                    "handshake type %d (expected: 1, client_hello)".formatted(message[0] & 0xff));
        }
        if (messageBytes < HANDSHAKE_HEADER) {
            return NEED_MORE;
        }
        if (messageLength() > limit.bytes()) {
            return new HelloPeek.TooLarge(limit);
        }
        return messageLength() == HANDSHAKE_HEADER ? complete() : NEED_MORE;
    }

    private HelloPeek complete() {
        // RFC 8446 §5.1: a ClientHello can precede a key change, so it ends where its record ends.
        // More handshake
        // bytes in that record would be read by one side and not by the other.
        if (recordRemaining > 0) {
            return new HelloPeek.Malformed(
                    "%d bytes behind the hello in its last record (expected: 0)"
                            .formatted(recordRemaining));
        }
        return HelloBody.parse(Arrays.copyOf(message, messageBytes), firstRecordVersion);
    }

    private int messageLength() {
        return HANDSHAKE_HEADER + ((message[1] & 0xff) << 16 | uint16(message, 2));
    }

    private void ensureCapacity(int size) {
        if (size > message.length) {
            // The announced length is a peer's claim: memory follows what has really arrived.
            message =
                    Arrays.copyOf(
                            message, Math.max(size, Math.min(message.length * 2, messageLength())));
        }
    }

    private static int uint16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    private static final HelloPeek NEED_MORE = new HelloPeek.NeedMore();
    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE_HEADER = 4;
    private static final int HANDSHAKE = 22 /* ContentType.handshake */;
    private static final byte CLIENT_HELLO = 1 /* HandshakeType.client_hello */;
    private static final int TLS_MAJOR = 3;
    private static final int MAX_FRAGMENT = 1 << 14;
    private static final int INITIAL_MESSAGE = 2048;
}
