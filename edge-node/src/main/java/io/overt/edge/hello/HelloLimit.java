package io.overt.edge.hello;

/**
 * The most bytes that are read while waiting for a ClientHello to become whole, TLS record headers
 * included.
 *
 * <p>It counts bytes as they arrive, not the size of the message, because that is what bounds
 * memory: a client may put one byte of its hello in each record and so send six bytes for one.
 *
 * @param bytes from 1 to {@value #LARGEST}
 */
public record HelloLimit(int bytes) {

    /**
     * A ClientHello cannot say more: {@code Handshake.length} is a uint24 (RFC 8446 §4), six bytes
     * on the wire each.
     */
    public static final int LARGEST = 6 * (0xffffff + 4);

    /**
     * 64 KiB: a browser's post-quantum hello with a resumption ticket stays under 4 KiB, and one
     * with a group of each post-quantum size under 40 KiB.
     */
    public static final HelloLimit DEFAULT = new HelloLimit(64 * 1024);

    public HelloLimit {
        if (bytes < 1 || bytes > LARGEST) {
            throw new IllegalArgumentException(
                    "hello limit: " + bytes + " (expected: 1 to " + LARGEST + ")");
        }
    }
}
