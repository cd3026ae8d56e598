package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.overt.edge.hello.HelloWire;
import io.overt.testkit.upstream.MisbehavingUpstream;
import io.overt.testkit.upstream.TlsManner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hellos that TLS-Scanner sends to find out what a server cannot bear, byte for byte over a socket:
 * OpenSSL's, with the one odd thing of each probe. Each is answered by a ServerHello.
 */
@ExtendWith(LeakExtension.class)
class ProbedHellosTest {

    static Stream<Arguments> odd() {
        return Stream.of(
                argumentSet("as it is", new Hello()),
                argumentSet("an unknown extension", new Hello().with(0x3f3f, 0, 11, 22, 33)),
                argumentSet(
                        "an unknown extension of TLS 1.2",
                        new Hello().old(0x0303).with(0x3f3f, 0, 11)),
                argumentSet(
                        "an unknown extension of 14000 bytes",
                        new Hello().with(21, new int[14_000])),
                argumentSet("an empty last extension", new Hello().with(0xabcd)),
                argumentSet(
                        "no extension but the name and what 1.2 needs", new Hello().old(0x0303)),
                argumentSet("version 0x0304 without supported_versions", new Hello().old(0x0304)),
                argumentSet("version 0x0305 without supported_versions", new Hello().old(0x0305)),
                argumentSet("unknown suites first", new Hello().suites(0xcfaa, 0x5a5a)),
                argumentSet("512 suites more", new Hello().suites(new int[512])));
    }

    // checklist 43
    @ParameterizedTest
    @MethodSource("odd")
    void an_odd_hello_is_answered(Hello hello) throws Exception {
        try (var bench = new Bench(InspectTest.INSPECT);
                var upstream =
                        MisbehavingUpstream.that(
                                TlsManner.with(Bench.PKI.leaf("www.example.com"))
                                        .speaking(tls -> tls.getInputStream().read()))) {
            try (var client = bench.connectTo(upstream.address())) {
                client.getOutputStream().write(hello.wire());
                client.getOutputStream().flush();
                var answer = client.getInputStream().readNBytes(6);
                assertThat(answer).as("record type").startsWith(22 /* handshake */);
                assertThat(answer[5]).as("handshake type").isEqualTo((byte) 2 /* server_hello */);
            }
            assertThat(bench.record().text("outcome")).isEqualTo("inspect");
            bench.awaitQuiet();
        }
    }

    /** OpenSSL 3.0's hello for www.example.com in its parts. */
    static final class Hello {
        private final byte[] random = new byte[32];
        private final byte[] sessionId;
        private final byte[] compression;
        private final List<Integer> suites = new ArrayList<>();
        private final List<byte[]> extensions = new ArrayList<>();
        private int version;

        Hello() {
            var wire =
                    ByteBuffer.wrap(HelloWire.golden("openssl-3.0")).position(RECORD + HANDSHAKE);
            version = wire.getShort();
            wire.get(random);
            sessionId = bytes(wire, wire.get());
            for (int left = wire.getShort(); left > 0; left -= 2) {
                suites.add(wire.getShort() & 0xffff);
            }
            compression = bytes(wire, wire.get());
            wire.getShort();
            while (wire.hasRemaining()) {
                int length = wire.getShort(wire.position() + 2) & 0xffff;
                extensions.add(bytes(wire, 4 + length));
            }
        }

        Hello with(int type, int... content) {
            var extension = ByteBuffer.allocate(4 + content.length);
            extension.putShort((short) type).putShort((short) content.length);
            for (int each : content) {
                extension.put((byte) each);
            }
            extensions.add(extension.array());
            return this;
        }

        /** As before TLS 1.3: without supported_versions and key_share. */
        Hello old(int legacyVersion) {
            version = legacyVersion;
            extensions.removeIf(each -> each[0] == 0 && (each[1] == 43 || each[1] == 51));
            return this;
        }

        Hello suites(int... first) {
            for (int i = 0; i < first.length; i++) {
                suites.add(i, first[i] == 0 ? 0xfe00 + i % 250 : first[i]);
            }
            return this;
        }

        byte[] wire() {
            var wire = ByteBuffer.allocate(20_000).position(RECORD + HANDSHAKE);
            wire.putShort((short) version).put(random);
            wire.put((byte) sessionId.length).put(sessionId);
            wire.putShort((short) (2 * suites.size()));
            suites.forEach(each -> wire.putShort(each.shortValue()));
            wire.put((byte) compression.length).put(compression);
            wire.putShort((short) extensions.stream().mapToInt(each -> each.length).sum());
            extensions.forEach(wire::put);
            int length = wire.position() - RECORD;
            wire.put(0, new byte[] {22, 3, 1}).putShort(3, (short) length);
            wire.putInt(RECORD, length - HANDSHAKE).put(RECORD, (byte) 1 /* client_hello */);
            return Arrays.copyOf(wire.array(), RECORD + length);
        }

        private static byte[] bytes(ByteBuffer wire, int count) {
            var bytes = new byte[count];
            wire.get(bytes);
            return bytes;
        }

        private static final int RECORD = 5;
        private static final int HANDSHAKE = 4;
    }
}
