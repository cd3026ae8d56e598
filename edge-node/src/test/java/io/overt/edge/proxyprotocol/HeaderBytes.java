package io.overt.edge.proxyprotocol;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** PROXY version 2 headers, right and wrong ones, written from the specification's §2.2. */
public final class HeaderBytes {
    private HeaderBytes() {}

    public static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    /** {@code PROXY} over TCP; both addresses of one family. */
    public static byte[] relayed(
            InetAddress from, int fromPort, InetAddress to, int toPort, byte[]... extensions) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(from.getAddress());
        body.writeBytes(to.getAddress());
        body.writeBytes(new byte[] {(byte) (fromPort >> 8), (byte) fromPort});
        body.writeBytes(new byte[] {(byte) (toPort >> 8), (byte) toPort});
        for (var each : extensions) {
            body.writeBytes(each);
        }
        return header(0x21, from.getAddress().length == 4 ? 0x11 : 0x21, body.toByteArray());
    }

    /** {@code LOCAL}: the balancer itself. */
    public static byte[] local() {
        return header(0x20, 0x00, new byte[0]);
    }

    public static byte[] header(int versionAndCommand, int familyAndTransport, byte[] body) {
        var header = new ByteArrayOutputStream();
        header.writeBytes(SIGNATURE);
        header.write(versionAndCommand);
        header.write(familyAndTransport);
        header.write(body.length >> 8);
        header.write(body.length);
        header.writeBytes(body);
        return header.toByteArray();
    }

    static byte[] extension(int type, byte... value) {
        var bytes = new ByteArrayOutputStream();
        bytes.write(type);
        bytes.write(value.length >> 8);
        bytes.write(value.length);
        bytes.writeBytes(value);
        return bytes.toByteArray();
    }

    /** Writes the checksum into a header whose last extension is an empty CRC32C. */
    static byte[] checksummed(byte[] header) {
        var crc = new CRC32C();
        crc.update(header);
        var sum = crc.getValue();
        var signed = header.clone();
        for (var i = 0; i < 4; i++) {
            signed[signed.length - 4 + i] = (byte) (sum >> (24 - 8 * i));
        }
        return signed;
    }
}
