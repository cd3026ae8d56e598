package io.overt.edge.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Flights of a server, byte by byte; {@link UpstreamLegTest} has a real one. */
class Sha1KeyExchangeTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] SERVER_HELLO = message(2, "0303" + "5a".repeat(32) + "00c02f00");
    private static final byte[] CERTIFICATE = message(11, "0c".repeat(700));
    private static final byte[] SERVER_HELLO_DONE = message(14, "");

    static Stream<Arguments> algorithms() {
        return Stream.of(
                arguments("rsa_pkcs1_sha1", "0201", "0001"),
                arguments("ecdsa_sha1", "0203", "0003"),
                arguments("rsa_pkcs1_sha256", "0401", "0401"),
                arguments("rsa_pss_rsae_sha256", "0804", "0804"),
                arguments("ecdsa_secp384r1_sha384", "0503", "0503"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("algorithms")
    void nothing_but_the_name_of_sha1_is_changed_however_it_comes(
            String name, String sent, String expected) {
        var random = new Random(42);
        for (var round = 0; round < 200; round++) {
            // The point is of any length, and full of what looks like SHA-1.
            var point = "02".repeat(round % 2 == 0 ? 32 : 65);
            var seed = random.nextLong();
            assertThat(passed(inRecords(flight(point, sent), new Random(seed)), seed))
                    .as("%s, round %d, seed %d", name, round, seed)
                    .isEqualTo(inRecords(flight(point, expected), new Random(seed)));
        }
    }

    @Test
    void it_goes_away_once_the_key_exchange_has_come() {
        var channel = new EmbeddedChannel(new Sha1KeyExchange());
        var flight = record(22, flight("11".repeat(32), "0401"));
        channel.writeInbound(Unpooled.wrappedBuffer(flight, 0, flight.length - 60));
        assertThat(channel.pipeline().get(Sha1KeyExchange.class)).isNotNull();
        channel.writeInbound(Unpooled.wrappedBuffer(flight, flight.length - 60, 60));
        assertThat(channel.pipeline().get(Sha1KeyExchange.class)).isNull();
        channel.finishAndReleaseAll();
    }

    @Test
    void it_goes_away_where_tls_1_3_begins_to_encrypt() {
        var handler = new Sha1KeyExchange();
        var channel = new EmbeddedChannel(handler);
        channel.writeInbound(Unpooled.wrappedBuffer(record(22, SERVER_HELLO)));
        channel.writeInbound(Unpooled.wrappedBuffer(record(20, new byte[] {1})));
        assertThat(channel.pipeline().get(Sha1KeyExchange.class)).isNull();
        assertThat(handler.met()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void bytes_that_are_no_tls_pass_as_they_are() {
        for (var seed = 0; seed < 2000; seed++) {
            var random = new Random(seed);
            var bytes = new byte[random.nextInt(1, 400)];
            random.nextBytes(bytes);
            bytes[0] = (byte) 22;
            var channel = new EmbeddedChannel(new Sha1KeyExchange());
            channel.writeInbound(Unpooled.copiedBuffer(bytes));
            ByteBuf out = channel.readInbound();
            assertThat(out.readableBytes()).as("seed %d", seed).isEqualTo(bytes.length);
            out.release();
            channel.finishAndReleaseAll();
        }
    }

    private static byte[] flight(String point, String algorithm) {
        var length = HEX.toHexDigits((byte) (point.length() / 2));
        var exchange = "03001d" + length + point + algorithm + "0040" + "02".repeat(64);
        return joined(List.of(SERVER_HELLO, CERTIFICATE, message(12, exchange), SERVER_HELLO_DONE));
    }

    /** The same messages, cut into records as a server may (RFC 5246 §6.2.1). */
    private static byte[] inRecords(byte[] messages, RandomGenerator random) {
        var out = new ByteArrayOutputStream();
        for (var at = 0; at < messages.length; ) {
            var end = Math.min(messages.length, at + random.nextInt(1, 300));
            out.writeBytes(record(22, Arrays.copyOfRange(messages, at, end)));
            at = end;
        }
        return out.toByteArray();
    }

    /** What comes out when it comes in pieces of any size. */
    private static byte[] passed(byte[] bytes, long seed) {
        var random = new Random(seed);
        var channel = new EmbeddedChannel(new Sha1KeyExchange());
        for (var at = 0; at < bytes.length; ) {
            var end = Math.min(bytes.length, at + random.nextInt(1, 500));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, end - at));
            at = end;
        }
        var out = new ByteArrayOutputStream();
        for (ByteBuf each = channel.readInbound(); each != null; each = channel.readInbound()) {
            out.writeBytes(ByteBufUtil.getBytes(each));
            each.release();
        }
        channel.finishAndReleaseAll();
        return out.toByteArray();
    }

    private static byte[] record(int type, byte[] content) {
        return joined(
                List.of(
                        new byte[] {
                            (byte) type, 3, 3, (byte) (content.length >> 8), (byte) content.length
                        },
                        content));
    }

    private static byte[] message(int type, String body) {
        return HEX.parseHex("%02x%06x%s".formatted(type, body.length() / 2, body));
    }

    private static byte[] joined(List<byte[]> parts) {
        var out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
