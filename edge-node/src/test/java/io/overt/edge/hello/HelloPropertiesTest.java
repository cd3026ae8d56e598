package io.overt.edge.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each failure names its seed; {@code -Dovert.seed=N} runs that one alone. */
final class HelloPropertiesTest {

    static final List<String> GOLDEN = HelloWire.GOLDEN;

    static Stream<Long> seeds() {
        var chosen = Long.getLong("overt.seed");
        return chosen != null ? Stream.of(chosen) : new Random().longs(20).boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void any_chunking_parses_alike(long seed) {
        var random = new Random(seed);
        for (var name : GOLDEN) {
            var wire = HelloWire.golden(name);
            assertThat(HelloWire.parseInPieces(wire, random.nextInt(1, 700), random))
                    .as("%s, seed %d", name, seed)
                    .isEqualTo(HelloWire.parse(wire));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void any_split_into_records_parses_alike(long seed) {
        var random = new Random(seed);
        for (var name : GOLDEN) {
            var wire = HelloWire.golden(name);
            var split =
                    HelloWire.records(
                            HelloWire.message(wire),
                            (wire[2] & 0xff) | 0x0300,
                            random.nextInt(1, 900),
                            random);
            assertThat(HelloWire.parseInPieces(split, random.nextInt(1, 50), random))
                    .as("%s, seed %d", name, seed)
                    .isEqualTo(HelloWire.parse(wire));
        }
    }

    @ParameterizedTest
    @FieldSource("GOLDEN")
    void one_byte_a_segment_and_one_byte_a_record_parse_alike(String name) {
        var wire = HelloWire.golden(name);
        var whole = HelloWire.parse(wire);
        var byteRecords =
                HelloWire.records(
                        HelloWire.message(wire), (wire[2] & 0xff) | 0x0300, 1, new Random(0));

        assertThat(HelloWire.parseInPieces(wire, 1, new Random(0))).isEqualTo(whole);
        assertThat(HelloWire.parseInPieces(byteRecords, 1, new Random(0))).isEqualTo(whole);
    }

    @ParameterizedTest
    @FieldSource("GOLDEN")
    void a_split_in_two_at_every_byte_parses_alike_as_segments_and_as_records(String name) {
        var wire = HelloWire.golden(name);
        var message = HelloWire.message(wire);
        var whole = HelloWire.parse(wire);
        for (var at = 1; at < message.length; at++) {
            var version = (wire[2] & 0xff) | 0x0300;
            var twoRecords =
                    HelloWire.concat(
                            HelloWire.record(22, version, Arrays.copyOfRange(message, 0, at)),
                            HelloWire.record(
                                    22, version, Arrays.copyOfRange(message, at, message.length)));
            assertThat(HelloWire.parse(twoRecords)).as("records split at %d", at).isEqualTo(whole);
        }
        for (var at = 1; at < wire.length; at++) {
            var parser = new ClientHelloParser(HelloLimit.DEFAULT);
            assertThat(parser.feed(ByteBuffer.wrap(wire, 0, at)))
                    .isEqualTo(new HelloPeek.NeedMore());
            assertThat(parser.feed(ByteBuffer.wrap(wire, at, wire.length - at)))
                    .as("segments split at %d", at)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @FieldSource("GOLDEN")
    void a_hello_cut_short_at_any_byte_needs_more(String name) {
        var wire = HelloWire.golden(name);
        for (var length = 0; length < wire.length; length++) {
            assertThat(HelloWire.parse(Arrays.copyOf(wire, length)))
                    .as("%d bytes", length)
                    .isEqualTo(new HelloPeek.NeedMore());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void mutated_hellos_never_throw_and_parse_alike_in_pieces(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++) {
            var wire =
                    HelloWire.mutated(
                            HelloWire.golden(GOLDEN.get(random.nextInt(GOLDEN.size()))), random);
            var whole = HelloWire.parse(wire);
            assertThat(HelloWire.parseInPieces(wire, 1 + random.nextInt(64), random))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(whole);
            assertIsSafeToLog(whole);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void random_bytes_never_throw(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++) {
            var body = new byte[random.nextInt(400)];
            random.nextBytes(body);
            var wire =
                    switch (random.nextInt(3)) {
                        case 0 -> body;
                        case 1 -> HelloWire.oneRecord(HelloWire.concat(new byte[] {1}, body));
                        default -> HelloWire.oneRecord(HelloWire.handshake(1, body));
                    };
            assertThat(HelloWire.parseInPieces(wire, 1 + random.nextInt(64), random))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(HelloWire.parse(wire));
        }
    }

    private static void assertIsSafeToLog(HelloPeek peek) {
        if (peek instanceof HelloPeek.Malformed(String why)) {
            assertThat(why).matches("[ -~]{1,1200}");
        }
    }
}
