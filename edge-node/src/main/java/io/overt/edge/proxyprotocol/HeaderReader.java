package io.overt.edge.proxyprotocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** The bytes of a header of version 2. */
final class HeaderReader {
    private HeaderReader() {}

    static ProxyHeader read(byte[] bytes, int limit) {
        if (limit < ProxyHeader.SHORTEST_LIMIT) {
            throw new IllegalArgumentException(
                    "limit: " + limit + " (expected: >= " + ProxyHeader.SHORTEST_LIMIT + ")");
        }
        var known = Math.min(bytes.length, SIGNATURE.length);
        if (!Arrays.equals(bytes, 0, known, SIGNATURE, 0, known)) {
            return new ProxyHeader.Refused(notVersion2(bytes));
        }
        if (bytes.length < FIXED) {
            return new ProxyHeader.Incomplete();
        }
        var header = ByteBuffer.wrap(bytes);
        var versionAndCommand = header.get(12) & 0xff;
        if (versionAndCommand >> 4 != 2) {
            return new ProxyHeader.Refused(
                    "version %d (expected: 2)".formatted(versionAndCommand >> 4));
        }
        var command = versionAndCommand & 0xf;
        if (command > COMMAND_PROXY) {
            return new ProxyHeader.Refused(
                    "command %d (expected: 0, LOCAL, or 1, PROXY)".formatted(command));
        }
        var length = header.getShort(14) & 0xffff;
        var end = FIXED + length;
        if (end > limit) {
            return new ProxyHeader.Refused("%d bytes (expected: at most %d)".formatted(end, limit));
        }
        if (bytes.length < end) {
            return new ProxyHeader.Incomplete();
        }
        // "the receiver must accept this connection as valid […] and discard the protocol block"
        return command == COMMAND_LOCAL
                ? new ProxyHeader.Local()
                : relayed(ByteBuffer.wrap(bytes, 0, end), header.get(13) & 0xff);
    }

    private static ProxyHeader relayed(ByteBuffer header, int familyAndTransport) {
        var end = header.limit();
        int size;
        switch (familyAndTransport) {
            case TCP4 -> size = 4;
            case TCP6 -> size = 16;
            // UNSPEC among them: without addresses there is no destination.
            default -> {
                return new ProxyHeader.Refused(
                        "family and transport 0x%02x (expected: 0x11, TCP over IPv4, or 0x21, TCP over IPv6)"
                                .formatted(familyAndTransport));
            }
        }
        var addresses = 2 * size + 4;
        if (end - FIXED < addresses) {
            return new ProxyHeader.Refused(
                    "%d bytes of addresses (expected: %d)".formatted(end - FIXED, addresses));
        }
        header.position(FIXED);
        var from = address(header, size);
        var to = address(header, size);
        var fromPort = header.getShort() & 0xffff;
        var toPort = header.getShort() & 0xffff;
        if (toPort == 0 || to.isAnyLocalAddress() || to.isMulticastAddress()) {
            return new ProxyHeader.Refused(
                    "destination %s port %d".formatted(to.getHostAddress(), toPort));
        }
        if (from.isAnyLocalAddress() || from.isMulticastAddress()) {
            return new ProxyHeader.Refused("source %s".formatted(from.getHostAddress()));
        }
        var flaw = flawOfExtensions(header);
        return flaw.isEmpty()
                ? new ProxyHeader.Relayed(
                        new InetSocketAddress(from, fromPort),
                        new InetSocketAddress(to, toPort),
                        end)
                : new ProxyHeader.Refused(flaw);
    }

    /** Walks the type-length-values behind the addresses; none is wanted, one is verified. */
    private static String flawOfExtensions(ByteBuffer header) {
        var checksumAt = -1;
        while (header.hasRemaining()) {
            if (header.remaining() < 3) {
                return "an extension of %d bytes (expected: 3 or more)"
                        .formatted(header.remaining());
            }
            var type = header.get() & 0xff;
            var length = header.getShort() & 0xffff;
            if (length > header.remaining()) {
                return "extension 0x%02x of %d bytes where %d are left"
                        .formatted(type, length, header.remaining());
            }
            if (type == CRC32C_TYPE) {
                if (length != 4 || checksumAt >= 0) {
                    return "extension 0x03 (CRC32C) of %d bytes (expected: 4, and once)"
                            .formatted(length);
                }
                checksumAt = header.position();
            }
            header.position(header.position() + length);
        }
        return checksumAt < 0 ? "" : flawOfChecksum(header, checksumAt);
    }

    /** Over the whole header, the checksum itself taken as zero. */
    private static String flawOfChecksum(ByteBuffer header, int at) {
        var bytes = new byte[header.limit()];
        header.get(0, bytes);
        var said = header.getInt(at) & 0xffffffffL;
        Arrays.fill(bytes, at, at + 4, (byte) 0);
        var crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue() == said
                ? ""
                : "CRC32C 0x%08x (expected: 0x%08x)".formatted(said, crc.getValue());
    }

    /** An IPv4 address written as IPv6 ({@code ::ffff:a.b.c.d}) becomes the IPv4 address. */
    private static InetAddress address(ByteBuffer header, int size) {
        var bytes = new byte[size];
        header.get(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static String notVersion2(byte[] bytes) {
        var known = Math.min(bytes.length, VERSION_1.length);
        return known == VERSION_1.length && Arrays.equals(bytes, 0, known, VERSION_1, 0, known)
                ? "version 1 (expected: 2; HAProxy's send-proxy-v2)"
                : "no signature of version 2";
    }

    /** Up to and with the length. */
    private static final int FIXED = 16;

    private static final int COMMAND_LOCAL = 0;
    private static final int COMMAND_PROXY = 1;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int CRC32C_TYPE = 0x03;
    private static final byte[] SIGNATURE = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final byte[] VERSION_1 = {'P', 'R', 'O', 'X', 'Y', ' '};
}
