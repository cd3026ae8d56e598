package io.overt.edge.hello;

import static io.overt.edge.hello.HelloWire.ascii;
import static io.overt.edge.hello.HelloWire.bytes;
import static io.overt.edge.hello.HelloWire.concat;
import static io.overt.edge.hello.HelloWire.handshake;
import static io.overt.edge.hello.HelloWire.oneRecord;
import static io.overt.edge.hello.HelloWire.record;
import static io.overt.edge.hello.HelloWire.serverName;
import static io.overt.edge.hello.HelloWire.uint16;
import static io.overt.edge.hello.HelloWire.vector16;
import static io.overt.edge.hello.HelloWire.vector8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.overt.edge.hello.HelloWire.WrittenHello;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A row a rule; its name cites the clause. */
final class HelloRulesTest {

    private static final byte[] SOUND = new WrittenHello().message();

    static Stream<Arguments> malformed() {
        return Stream.of(
                // Record layer
                argumentSet(
                        "RFC 8446 §5.1 record version",
                        record(22, 0x0300, SOUND),
                        "record version 0x0300 (expected: 0x0301 to 0x0303)"),
                argumentSet(
                        "RFC 8446 §5.1 record version of the future",
                        record(22, 0x0304, SOUND),
                        "record version 0x0304 (expected: 0x0301 to 0x0303)"),
                argumentSet(
                        "RFC 8446 §5.1 no zero-length fragments",
                        record(22, 0x0301, bytes()),
                        "record length 0 (expected: 1 to 16384)"),
                argumentSet(
                        "RFC 8446 §5.1 no zero-length fragment between two others",
                        concat(oneRecord(Arrays.copyOf(SOUND, 9)), record(22, 0x0301, bytes())),
                        "record length 0 (expected: 1 to 16384)"),
                argumentSet(
                        "RFC 8446 §5.1 length at most 2^14",
                        bytes(22, 3, 1, 0x40, 0x01),
                        "record length 16385 (expected: 1 to 16384)"),
                argumentSet(
                        "RFC 8446 §5.1 no other type between two fragments",
                        concat(oneRecord(Arrays.copyOf(SOUND, 9)), record(21, 0x0301, bytes(1, 0))),
                        "record type 21 inside the hello (expected: 22, handshake)"),
                argumentSet(
                        "RFC 8446 §5.1 other version within the hello",
                        concat(oneRecord(Arrays.copyOf(SOUND, 9)), bytes(22, 2)),
                        "record version 0x02.. (expected: 0x0301 to 0x0303)"),
                argumentSet(
                        "RFC 8446 §5.1 the hello ends where its record ends",
                        oneRecord(concat(SOUND, bytes(0))),
                        "1 bytes behind the hello in its last record (expected: 0)"),
                argumentSet(
                        "RFC 8446 §5.1 no second message in the hello's record",
                        oneRecord(concat(SOUND, handshake(20, new byte[12]))),
                        "16 bytes behind the hello in its last record (expected: 0)"),
                // Handshake
                argumentSet(
                        "RFC 8446 §4 first message is a ClientHello",
                        oneRecord(handshake(2, new byte[40])),
                        "handshake type 2 (expected: 1, client_hello)"),
                argumentSet(
                        "RFC 8446 §4.1.2 an empty hello",
                        oneRecord(handshake(1, bytes())),
                        "legacy_version needs 2 bytes, 0 are left"),
                argumentSet(
                        "RFC 8446 §4.1.2 legacy_version",
                        new WrittenHello().version(0x0002).wire(),
                        "legacy_version 0x0002 (expected: at least 0x0300)"),
                argumentSet(
                        "RFC 8446 §4.1.2 session id of 33",
                        new WrittenHello().sessionId(vector8(new byte[33])).wire(),
                        "legacy_session_id length 33 (expected: 0 to 32)"),
                argumentSet(
                        "RFC 8446 §4.1.2 no suite",
                        new WrittenHello().suites(vector16()).wire(),
                        "cipher_suites length 0 (expected: 2 to 65534)"),
                argumentSet(
                        "RFC 8446 §4.1.2 half a suite",
                        new WrittenHello().suites(vector16(bytes(0x13, 1, 0x13))).wire(),
                        "cipher_suites length 3 (expected: even)"),
                argumentSet(
                        "RFC 8446 §4.1.2 no compression method",
                        new WrittenHello().compression(vector8()).wire(),
                        "legacy_compression_methods length 0 (expected: 1 to 255)"),
                argumentSet(
                        "RFC 5246 §7.4.1.2 the null method is offered",
                        new WrittenHello().without(43).compression(vector8(bytes(1))).wire(),
                        "legacy_compression_methods without null"),
                argumentSet(
                        "RFC 8446 §4.1.2 TLS 1.3 compresses nothing",
                        new WrittenHello().compression(vector8(bytes(0, 1))).wire(),
                        "2 legacy_compression_methods with TLS 1.3 (expected: 1)"),
                argumentSet(
                        "RFC 8446 §4.1.2 bytes behind the extensions",
                        new WrittenHello().behind(bytes(1, 2)).wire(),
                        "2 bytes behind extensions (expected: 0)"),
                argumentSet(
                        "RFC 8446 §4.1.2 one byte where extensions would be",
                        new WrittenHello().withoutExtensions().behind(bytes(0)).wire(),
                        "extensions length needs 2 bytes, 1 are left"),
                // Extensions
                argumentSet(
                        "RFC 8446 §4.2 no extension twice",
                        new WrittenHello().extensionAgain(10, vector16(uint16(0x17))).wire(),
                        "extension 10 twice"),
                argumentSet(
                        "RFC 8446 §4.2 no unknown extension twice",
                        new WrittenHello()
                                .extension(0x2a2a, bytes())
                                .extensionAgain(0x2a2a, bytes())
                                .wire(),
                        "extension 10794 twice"),
                argumentSet(
                        "RFC 8446 §4.2 extension longer than the block",
                        new WrittenHello().rawExtensionBytes(bytes(0, 99, 0, 4, 1)).wire(),
                        "extension 99 needs 4 bytes, 1 are left"),
                argumentSet(
                        "RFC 8446 §4.2 half an extension type",
                        new WrittenHello().rawExtensionBytes(bytes(7)).wire(),
                        "extension type needs 2 bytes, 1 are left"),
                argumentSet(
                        "RFC 8446 §4.2.11 pre_shared_key comes last",
                        new WrittenHello()
                                .extension(41, bytes(1))
                                .extension(45, bytes(1, 1))
                                .wire(),
                        "pre_shared_key is not the last extension"),
                argumentSet(
                        "RFC 8446 §4.2.1 no version",
                        new WrittenHello().extension(43, vector8()).wire(),
                        "supported_versions length 0 (expected: 2 to 254)"),
                argumentSet(
                        "RFC 8446 §4.2.1 half a version",
                        new WrittenHello().extension(43, vector8(bytes(3, 4, 3))).wire(),
                        "supported_versions length 3 (expected: even)"),
                argumentSet(
                        "RFC 8446 §4.2.1 bytes behind",
                        new WrittenHello()
                                .extension(43, concat(vector8(uint16(0x0304)), bytes(0)))
                                .wire(),
                        "1 bytes behind supported_versions (expected: 0)"),
                argumentSet(
                        "RFC 8446 §4.2.3 no signature algorithm",
                        new WrittenHello().extension(13, vector16()).wire(),
                        "signature_algorithms length 0 (expected: 2 to 65534)"),
                argumentSet(
                        "RFC 8446 §4.2.7 no group",
                        new WrittenHello().extension(10, vector16()).wire(),
                        "supported_groups length 0 (expected: 2 to 65535)"),
                argumentSet(
                        "RFC 8446 §4.2.8 an empty key share",
                        new WrittenHello().extension(51, vector16(uint16(0x1d), vector16())).wire(),
                        "key_exchange length 0 (expected: 1 to 65535)"),
                argumentSet(
                        "RFC 7301 §3.1 no protocol",
                        new WrittenHello().extension(16, vector16()).wire(),
                        "alpn length 0 (expected: 2 to 65535)"),
                argumentSet(
                        "RFC 7301 §3.1 no empty protocol",
                        new WrittenHello()
                                .extension(16, vector16(vector8(ascii("h2")), vector8()))
                                .wire(),
                        "alpn protocol name length 0 (expected: 1 to 255)"),
                argumentSet(
                        "RFC 7301 §3.1 protocol longer than the list",
                        new WrittenHello().extension(16, vector16(bytes(9, 'h'))).wire(),
                        "alpn protocol name needs 9 bytes, 1 are left"),
                // Server name
                argumentSet(
                        "RFC 6066 §3 an empty extension",
                        new WrittenHello().extension(0, bytes()).wire(),
                        "server_name_list length needs 2 bytes, 0 are left"),
                argumentSet(
                        "RFC 6066 §3 an empty list",
                        new WrittenHello().extension(0, vector16()).wire(),
                        "server_name_list length 0 (expected: 1 to 65535)"),
                argumentSet(
                        "RFC 6066 §3 an empty name",
                        new WrittenHello().extension(0, serverName("")).wire(),
                        "host_name length 0 (expected: 1 to 65535)"),
                argumentSet(
                        "RFC 6066 §3 two names",
                        new WrittenHello()
                                .extension(
                                        0,
                                        vector16(
                                                bytes(0),
                                                vector16(ascii("a.example")),
                                                bytes(0),
                                                vector16(ascii("b.example"))))
                                .wire(),
                        "12 bytes behind the one host_name (expected: 0)"),
                argumentSet(
                        "RFC 6066 §3 another name type",
                        new WrittenHello()
                                .extension(0, vector16(bytes(1), vector16(ascii("a.example"))))
                                .wire(),
                        "name_type 1 (expected: 0, host_name)"),
                argumentSet(
                        "RFC 6066 §3 bytes behind the list",
                        new WrittenHello()
                                .extension(0, concat(serverName("a.example"), bytes(0)))
                                .wire(),
                        "1 bytes behind server_name (expected: 0)"),
                argumentSet(
                        "RFC 6066 §3 a trailing dot",
                        new WrittenHello().extension(0, serverName("a.example.")).wire(),
                        "host_name \"a.example.\": an empty label"),
                argumentSet(
                        "RFC 6066 §3 an IPv4 address",
                        new WrittenHello().extension(0, serverName("192.0.2.1")).wire(),
                        "host_name \"192.0.2.1\": an address (expected: a name)"),
                argumentSet(
                        "RFC 6066 §3 an IPv6 address",
                        new WrittenHello().extension(0, serverName("2001:db8::1")).wire(),
                        "host_name \"2001:db8::1\": byte 0x3a (expected: letters, digits, hyphens)"),
                argumentSet(
                        "RFC 6066 §3 not ASCII",
                        new WrittenHello().extension(0, serverName("b\u00fccher.example")).wire(),
                        "host_name \"b\\xfccher.example\": byte 0xfc (expected: letters, digits, hyphens)"),
                argumentSet(
                        "RFC 6066 §3 a name in control characters",
                        new WrittenHello().extension(0, serverName("a.example\0.b.example")).wire(),
                        "host_name \"a.example\\x00.b.example\": byte 0x00 (expected: letters, digits, hyphens)"),
                argumentSet(
                        "RFC 952 no underscore",
                        new WrittenHello().extension(0, serverName("a_b.example")).wire(),
                        "host_name \"a_b.example\": byte 0x5f (expected: letters, digits, hyphens)"),
                argumentSet(
                        "RFC 952 hyphen at the edge",
                        new WrittenHello().extension(0, serverName("-a.example")).wire(),
                        "host_name \"-a.example\": a hyphen at the edge of a label"),
                argumentSet(
                        "RFC 1035 §2.3.4 an empty label",
                        new WrittenHello().extension(0, serverName("a..example")).wire(),
                        "host_name \"a..example\": an empty label"),
                argumentSet(
                        "RFC 1035 §2.3.4 label of 64",
                        new WrittenHello().extension(0, serverName("a".repeat(64) + ".b")).wire(),
                        "host_name \"" + "a".repeat(64) + ".b\": a label above 63 bytes"),
                argumentSet(
                        "RFC 1035 §2.3.4 name of 254",
                        new WrittenHello().extension(0, serverName("a.".repeat(126) + "bb")).wire(),
                        "host_name of 254 bytes (expected: at most 253)"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void a_broken_rule_is_malformed_and_says_which(byte[] wire, String why) {
        assertThat(HelloWire.parse(wire)).isEqualTo(new HelloPeek.Malformed(why));
    }

    static Stream<Arguments> notTls() {
        return Stream.of(
                argumentSet(
                        "HTTP",
                        ascii("GET / HTTP/1.1\r\n"),
                        "first byte 0x47 (expected: 0x16, handshake)"),
                argumentSet(
                        "SSH",
                        ascii("SSH-2.0-OpenSSH\r\n"),
                        "first byte 0x53 (expected: 0x16, handshake)"),
                argumentSet(
                        "RFC 5246 §E.2 an SSLv2-format hello",
                        bytes(0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10),
                        "first byte 0x80 (expected: 0x16, handshake)"),
                argumentSet(
                        "a TLS alert",
                        record(21, 0x0303, bytes(2, 40)),
                        "first byte 0x15 (expected: 0x16, handshake)"),
                argumentSet(
                        "0x16 of another protocol",
                        bytes(0x16, 0xfe, 0xff),
                        "second byte 0xfe (expected: 0x03)"));
    }

    @ParameterizedTest
    @MethodSource("notTls")
    void another_protocol_is_not_tls(byte[] wire, String detail) {
        assertThat(HelloWire.parse(wire)).isEqualTo(new HelloPeek.NotTls(detail));
    }

    static Stream<Arguments> sound() {
        return Stream.of(
                argumentSet("as built", new WrittenHello()),
                argumentSet(
                        "RFC 8701 GREASE in every list",
                        new WrittenHello()
                                .suites(vector16(uint16(0x5a5a), uint16(0x1301)))
                                .extension(0x1a1a, bytes())
                                .extension(10, vector16(uint16(0xfafa), uint16(0x1d)))
                                .extension(43, vector8(uint16(0x8a8a), uint16(0x0304)))
                                .extension(
                                        16,
                                        vector16(vector8(bytes(0x0a, 0x0a)), vector8(ascii("h2"))))
                                .extension(51, vector16(uint16(0x3a3a), vector16(bytes(0))))
                                .extension(0xdada, bytes(0))),
                argumentSet(
                        "RFC 8446 §4.2 an unknown extension with any content",
                        new WrittenHello().extension(0xabcd, new byte[700])),
                argumentSet(
                        "RFC 8446 §4.2.8 no key share, which asks for a retry",
                        new WrittenHello().extension(51, vector16())),
                argumentSet(
                        "RFC 8446 §4.2.11 pre_shared_key in its place",
                        new WrittenHello().extension(41, bytes(1))),
                argumentSet(
                        "RFC 8446 §4.1.2 an empty session id",
                        new WrittenHello().sessionId(vector8())),
                argumentSet(
                        "a name in capitals",
                        new WrittenHello().extension(0, serverName("WWW.Example.COM"))));
    }

    // checklist 43
    @ParameterizedTest
    @MethodSource("sound")
    void what_the_rules_allow_is_read(WrittenHello hello) {
        assertThat(hello(hello.wire()).serverName()).contains("www.example.com");
    }

    @Test
    void a_tls12_hello_without_extensions_names_nobody() {
        var hello = hello(new WrittenHello().withoutExtensions().wire());

        assertThat(hello.serverName()).isEmpty();
        assertThat(hello.extensions()).isEmpty();
        assertThat(hello.versions()).containsExactly(0x0303);
        assertThat(hello.ja4()).startsWith("t12i020000_").endsWith("_000000000000");
    }

    /** RFC 8446 §4.2.1, RFC 5246 §E.1: a version that nobody knows is 1.2 and something. */
    @ParameterizedTest
    @ValueSource(ints = {0x0304, 0x0305, 0x03ff, 0x0400})
    void a_later_legacy_version_without_the_extension_is_tls12(int version) {
        var hello = hello(new WrittenHello().without(43).version(version).wire());

        assertThat(hello.versions()).containsExactly(0x0303);
        assertThat(hello.legacyVersion()).isEqualTo(version);
    }

    @Test
    void a_hello_with_an_empty_extension_block_is_like_one_without() {
        var hello = new WrittenHello();
        for (var type : List.of(0, 43, 10, 13, 16, 51)) {
            hello.without(type);
        }

        assertThat(hello(hello.wire()).serverName()).isEqualTo(Optional.empty());
    }

    /** RFC 9849 §6.2: what GREASE ECH looks like is what ECH looks like. */
    // checklist 46
    @Test
    void an_ech_extension_is_present_whatever_it_holds() {
        assertThat(hello(new WrittenHello().wire()).encryptedClientHello())
                .isEqualTo(EncryptedClientHello.ABSENT);
        assertThat(
                        hello(new WrittenHello().extension(0xfe0d, new byte[186]).wire())
                                .encryptedClientHello())
                .isEqualTo(EncryptedClientHello.PRESENT);
    }

    @Test
    void bytes_behind_the_hellos_record_are_left_to_the_caller() {
        var earlyData = record(23, 0x0303, new byte[40]);
        var wire = ByteBuffer.wrap(concat(new WrittenHello().wire(), earlyData));

        assertThat(new ClientHelloParser(HelloLimit.DEFAULT).feed(wire))
                .isInstanceOf(HelloPeek.Hello.class);
        assertThat(wire.remaining()).isEqualTo(earlyData.length);
    }

    @Test
    void a_final_result_stays_and_reads_nothing_more() {
        var parser = new ClientHelloParser(HelloLimit.DEFAULT);
        var first = parser.feed(ByteBuffer.wrap(bytes('G')));
        var more = ByteBuffer.wrap(new WrittenHello().wire());

        assertThat(parser.feed(more)).isSameAs(first);
        assertThat(more.position()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 8, 100, 1483})
    void a_hello_above_the_limit_is_too_large(int limit) {
        var wire = ByteBuffer.wrap(HelloWire.golden("boringssl-tcnative-2.0.84"));

        assertThat(new ClientHelloParser(new HelloLimit(limit)).feed(wire))
                .isEqualTo(new HelloPeek.TooLarge(new HelloLimit(limit)));
        assertThat(wire.position()).as("bytes read").isLessThanOrEqualTo(limit + 1);
    }

    @Test
    void a_hello_of_just_the_limit_is_read() {
        var parser = new ClientHelloParser(new HelloLimit(1484));

        assertThat(parser.feed(ByteBuffer.wrap(HelloWire.golden("boringssl-tcnative-2.0.84"))))
                .isInstanceOf(HelloPeek.Hello.class);
    }

    /** Record headers count: memory is what the limit is for. */
    @Test
    void a_hello_in_tiny_records_meets_the_limit_sooner() {
        var message = HelloWire.message(HelloWire.golden("openssl-3.0"));
        var wire = HelloWire.records(message, 0x0301, 1, new java.util.Random(0));

        assertThat(
                        new ClientHelloParser(new HelloLimit(message.length * 6))
                                .feed(ByteBuffer.wrap(wire)))
                .isInstanceOf(HelloPeek.Hello.class);
        assertThat(
                        new ClientHelloParser(new HelloLimit(message.length * 6 - 1))
                                .feed(ByteBuffer.wrap(wire)))
                .isEqualTo(new HelloPeek.TooLarge(new HelloLimit(message.length * 6 - 1)));
    }

    @Test
    void an_announced_giant_is_refused_at_its_announcement() {
        var wire = ByteBuffer.wrap(oneRecord(bytes(1, 0xff, 0xff, 0xff)));

        assertThat(new ClientHelloParser(HelloLimit.DEFAULT).feed(wire))
                .isEqualTo(new HelloPeek.TooLarge(HelloLimit.DEFAULT));
    }

    private static ClientHello hello(byte[] wire) {
        var peek = HelloWire.parse(wire);
        assertThat(peek).isInstanceOf(HelloPeek.Hello.class);
        return ((HelloPeek.Hello) peek).hello();
    }
}
