package io.overt.edge.hello;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * ClientHellos on the wire: the captured ones, ones written field by field, and ways to cut them
 * up.
 */
public final class HelloWire {

    private HelloWire() {}

    /** Names of the captured ones. */
    public static final List<String> GOLDEN =
            List.of(
                    "openssl-3.0",
                    "openssl-3.0-no-sni",
                    "openssl-3.0-tls12",
                    "curl-7.88",
                    "curl-7.88-tls12",
                    "node-20",
                    "gnutls-3.7",
                    "jdk-25",
                    "boringssl-tcnative-2.0.84",
                    "chromium-156");

    /** A captured one. */
    public static byte[] golden(String name) {
        try (var file = HelloWire.class.getResourceAsStream(name + ".bin")) {
            if (file == null) {
                throw new IllegalArgumentException("no fixture " + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static HelloPeek parse(byte[] wire) {
        return new ClientHelloParser(HelloLimit.DEFAULT).feed(ByteBuffer.wrap(wire));
    }

    /** Fed in pieces of one to {@code most} bytes. */
    static HelloPeek parseInPieces(byte[] wire, int most, RandomGenerator random) {
        var parser = new ClientHelloParser(HelloLimit.DEFAULT);
        HelloPeek peek = new HelloPeek.NeedMore();
        for (var at = 0; at < wire.length; ) {
            var size = Math.min(wire.length - at, random.nextInt(1, most + 1));
            peek = parser.feed(ByteBuffer.wrap(wire, at, size));
            at += size;
        }
        return peek;
    }

    /** One to four bytes or ends of it are changed; {@code wire} itself may be, too. */
    public static byte[] mutated(byte[] wire, RandomGenerator random) {
        for (var times = 1 + random.nextInt(4); times > 0; times--) {
            var at = random.nextInt(wire.length);
            switch (random.nextInt(4)) {
                case 0 -> wire[at] = (byte) random.nextInt(256);
                case 1 -> wire[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> wire = Arrays.copyOf(wire, Math.max(1, at));
                default -> {
                    var from = random.nextInt(wire.length);
                    wire =
                            concat(
                                    Arrays.copyOf(wire, at),
                                    Arrays.copyOfRange(wire, from, wire.length));
                }
            }
            if (wire.length == 0) {
                return new byte[] {22};
            }
        }
        return wire;
    }

    /** The handshake message that a run of handshake records carries. */
    static byte[] message(byte[] wire) {
        var message = new ByteArrayOutputStream();
        for (var at = 0; at < wire.length; ) {
            var length = (wire[at + 3] & 0xff) << 8 | (wire[at + 4] & 0xff);
            message.write(wire, at + 5, length);
            at += 5 + length;
        }
        return message.toByteArray();
    }

    /** The message in records of the given version, each of one to {@code most} bytes. */
    static byte[] records(byte[] message, int version, int most, RandomGenerator random) {
        var wire = new ByteArrayOutputStream();
        for (var at = 0; at < message.length; ) {
            var size = Math.min(message.length - at, random.nextInt(1, most + 1));
            wire.writeBytes(record(22, version, Arrays.copyOfRange(message, at, at + size)));
            at += size;
        }
        return wire.toByteArray();
    }

    static byte[] record(int type, int version, byte[] payload) {
        return concat(new byte[] {(byte) type}, uint16(version), uint16(payload.length), payload);
    }

    static byte[] oneRecord(byte[] message) {
        return record(22, 0x0301, message);
    }

    static byte[] handshake(int type, byte[] body) {
        return concat(
                new byte[] {(byte) type, (byte) (body.length >> 16)},
                uint16(body.length & 0xffff),
                body);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] uint16(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (var i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] vector16(byte[]... content) {
        var all = concat(content);
        return concat(uint16(all.length), all);
    }

    static byte[] vector8(byte[]... content) {
        var all = concat(content);
        return concat(bytes(all.length), all);
    }

    static byte[] serverName(String name) {
        return vector16(bytes(0), vector16(name.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /**
     * A hello written field by field: sound as it stands, and any field can be replaced by
     * anything.
     */
    static final class WrittenHello {
        private byte[] version = uint16(0x0303);
        private byte[] random = new byte[32];
        private byte[] sessionId = vector8(new byte[32]);
        private byte[] suites = vector16(uint16(0x1301), uint16(0xc02b));
        private byte[] compression = vector8(bytes(0));
        private final Map<Integer, byte[]> extensions = new LinkedHashMap<>();
        private byte[] moreExtensions = {};
        private boolean hasExtensions = true;
        private byte[] behind = {};

        WrittenHello() {
            extensions.put(0, serverName("www.example.com"));
            extensions.put(43, vector8(uint16(0x0304), uint16(0x0303)));
            extensions.put(10, vector16(uint16(0x001d)));
            extensions.put(13, vector16(uint16(0x0403)));
            extensions.put(16, vector16(vector8(ascii("h2"))));
            extensions.put(51, vector16(uint16(0x001d), vector16(new byte[32])));
        }

        WrittenHello version(int value) {
            version = uint16(value);
            return this;
        }

        WrittenHello sessionId(byte[] encoded) {
            sessionId = encoded;
            return this;
        }

        WrittenHello suites(byte[] encoded) {
            suites = encoded;
            return this;
        }

        WrittenHello compression(byte[] encoded) {
            compression = encoded;
            return this;
        }

        WrittenHello extension(int type, byte[] content) {
            extensions.put(type, content);
            return this;
        }

        WrittenHello without(int type) {
            extensions.remove(type);
            return this;
        }

        WrittenHello extensionAgain(int type, byte[] content) {
            moreExtensions = concat(moreExtensions, uint16(type), vector16(content));
            return this;
        }

        WrittenHello rawExtensionBytes(byte[] raw) {
            moreExtensions = concat(moreExtensions, raw);
            return this;
        }

        WrittenHello withoutExtensions() {
            hasExtensions = false;
            return this;
        }

        WrittenHello behind(byte[] raw) {
            behind = raw;
            return this;
        }

        byte[] body() {
            var encoded = new ByteArrayOutputStream();
            extensions.forEach(
                    (type, content) -> encoded.writeBytes(concat(uint16(type), vector16(content))));
            encoded.writeBytes(moreExtensions);
            return concat(
                    version,
                    random,
                    sessionId,
                    suites,
                    compression,
                    hasExtensions ? vector16(encoded.toByteArray()) : new byte[0],
                    behind);
        }

        byte[] message() {
            return handshake(1, body());
        }

        byte[] wire() {
            return oneRecord(message());
        }
    }
}
