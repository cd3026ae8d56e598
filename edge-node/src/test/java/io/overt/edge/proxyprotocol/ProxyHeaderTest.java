package io.overt.edge.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.edge.proxyprotocol.ProxyHeader.Incomplete;
import io.overt.edge.proxyprotocol.ProxyHeader.Local;
import io.overt.edge.proxyprotocol.ProxyHeader.Refused;
import io.overt.edge.proxyprotocol.ProxyHeader.Relayed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final int LIMIT = 4096;
    private static final InetAddress CLIENT = InetAddress.ofLiteral("198.51.100.7");
    private static final InetAddress ORIGIN = InetAddress.ofLiteral("192.0.2.80");
    private static final InetAddress CLIENT6 = InetAddress.ofLiteral("2001:db8::7");
    private static final InetAddress ORIGIN6 = InetAddress.ofLiteral("2001:db8:80::80");

    // ---- Golden headers, each byte written down by hand from proxy-protocol.txt §2.2

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "TCP4, 0d0a0d0a000d0a515549540a 21 11 000c c6336407 c0000250 9c40 01bb, /198.51.100.7:40000, /192.0.2.80:443, 28",
        "TCP4 with NOOP and authority, 0d0a0d0a000d0a515549540a 21 11 0018 c6336407 c0000250 9c40 01bb 04 0002 0000 02 0004 61 2e 62 63, /198.51.100.7:40000, /192.0.2.80:443, 40",
        "TCP6, 0d0a0d0a000d0a515549540a 21 21 0024 20010db8000000000000000000000007 20010db8008000000000000000000080 9c40 01bb, '/[2001:db8:0:0:0:0:0:7]:40000', '/[2001:db8:80:0:0:0:0:80]:443', 52",
        "IPv4 written as IPv6, 0d0a0d0a000d0a515549540a 21 21 0024 00000000000000000000ffffc6336407 00000000000000000000ffffc0000250 9c40 01bb, /198.51.100.7:40000, /192.0.2.80:443, 52",
    })
    void a_golden_header_says_who_and_where(
            String name, String hex, String client, String destination, int length) {
        var bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        var read = (Relayed) ProxyHeader.read(bytes, LIMIT);
        assertThat(read.client()).hasToString(client);
        assertThat(read.destination()).hasToString(destination);
        assertThat(read.bytes()).isEqualTo(length);
    }

    @Test
    void a_golden_checksum_is_verified() {
        // The expected value was computed bit by bit from the polynomial (RFC 3720 §12.1), not by
        // the class that is used here.
        var header =
                HeaderBytes.checksummed(
                        HeaderBytes.relayed(
                                CLIENT,
                                40000,
                                ORIGIN,
                                443,
                                HeaderBytes.extension(0x03, new byte[4])));
        assertThat(HexFormat.of().formatHex(header, 31, 35)).isEqualTo(CHECKSUM);
        assertThat(ProxyHeader.read(header, LIMIT)).isInstanceOf(Relayed.class);
        header[17] ^= 1;
        assertThat(ProxyHeader.read(header, LIMIT))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.detail()).startsWith("CRC32C 0x" + CHECKSUM));
    }

    @Test
    void a_checksum_counts_once_and_has_four_bytes() {
        var one = HeaderBytes.extension(0x03, new byte[4]);
        var twice = HeaderBytes.relayed(CLIENT, 1, ORIGIN, 443, one, one);
        var longer =
                HeaderBytes.relayed(
                        CLIENT, 1, ORIGIN, 443, HeaderBytes.extension(0x03, new byte[5]));
        assertThat(ProxyHeader.read(twice, LIMIT)).isInstanceOf(Refused.class);
        assertThat(ProxyHeader.read(longer, LIMIT)).isInstanceOf(Refused.class);
    }

    @Test
    void a_health_check_is_local_whatever_family_it_names() {
        assertThat(ProxyHeader.read(HeaderBytes.local(), LIMIT)).isEqualTo(new Local());
        assertThat(ProxyHeader.read(HeaderBytes.header(0x20, 0x31, new byte[216]), LIMIT))
                .isEqualTo(new Local());
    }

    // ---- Refusals

    @Test
    void version_1_is_refused_by_name_at_once() {
        assertThat(ProxyHeader.read("PROXY TCP4 1".getBytes(StandardCharsets.US_ASCII), LIMIT))
                .isEqualTo(new Refused("version 1 (expected: 2; HAProxy's send-proxy-v2)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"16030100", "474554202f", "0d0a0d0a000d0a515549540b", "00"})
    void other_bytes_are_refused_with_the_first_that_differs(String hex) {
        assertThat(ProxyHeader.read(HexFormat.of().parseHex(hex), LIMIT))
                .isEqualTo(new Refused("no signature of version 2"));
    }

    @ParameterizedTest(name = "version and command {0}, family {1}")
    @CsvSource({
        "0x11, 0x11, version 1", "0x31, 0x11, version 3", "0x22, 0x11, command 2",
        "0x2f, 0x11, command 15", "0x21, 0x00, family and transport 0x00",
                "0x21, 0x12, family and transport 0x12",
        "0x21, 0x22, family and transport 0x22", "0x21, 0x31, family and transport 0x31",
                "0x21, 0x32, family and transport 0x32",
        "0x21, 0x10, family and transport 0x10", "0x21, 0x41, family and transport 0x41",
    })
    void datagrams_unix_sockets_and_the_unspecified_are_refused(
            String versionAndCommand, String family, String said) {
        var header =
                HeaderBytes.header(
                        Integer.decode(versionAndCommand), Integer.decode(family), new byte[216]);
        assertThat(ProxyHeader.read(header, LIMIT))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.detail()).startsWith(said));
    }

    @Test
    void addresses_that_are_cut_are_refused() {
        assertThat(ProxyHeader.read(HeaderBytes.header(0x21, 0x11, new byte[11]), LIMIT))
                .isEqualTo(new Refused("11 bytes of addresses (expected: 12)"));
        assertThat(ProxyHeader.read(HeaderBytes.header(0x21, 0x21, new byte[35]), LIMIT))
                .isEqualTo(new Refused("35 bytes of addresses (expected: 36)"));
    }

    @Test
    void a_destination_that_is_none_is_refused() throws Exception {
        var anyAddress = InetAddress.ofLiteral("0.0.0.0");
        var group = InetAddress.ofLiteral("224.0.0.1");
        assertThat(ProxyHeader.read(HeaderBytes.relayed(CLIENT, 1, ORIGIN, 0), LIMIT))
                .isInstanceOf(Refused.class);
        assertThat(ProxyHeader.read(HeaderBytes.relayed(CLIENT, 1, anyAddress, 443), LIMIT))
                .isInstanceOf(Refused.class);
        assertThat(ProxyHeader.read(HeaderBytes.relayed(CLIENT, 1, group, 443), LIMIT))
                .isInstanceOf(Refused.class);
        assertThat(ProxyHeader.read(HeaderBytes.relayed(group, 1, ORIGIN, 443), LIMIT))
                .isInstanceOf(Refused.class);
    }

    @Test
    void an_extension_that_reaches_beyond_the_header_is_refused() {
        var cut = HeaderBytes.relayed(CLIENT, 1, ORIGIN, 443, new byte[] {0x02, 0x00});
        var tooLong = HeaderBytes.relayed(CLIENT, 1, ORIGIN, 443, new byte[] {0x02, 0x00, 0x01});
        assertThat(ProxyHeader.read(cut, LIMIT))
                .isEqualTo(new Refused("an extension of 2 bytes (expected: 3 or more)"));
        assertThat(ProxyHeader.read(tooLong, LIMIT))
                .isEqualTo(new Refused("extension 0x02 of 1 bytes where 0 are left"));
    }

    @Test
    void a_header_above_the_limit_is_refused_before_it_is_here() {
        var header = Arrays.copyOf(HeaderBytes.header(0x21, 0x11, new byte[LIMIT]), 16);
        assertThat(ProxyHeader.read(header, LIMIT))
                .isEqualTo(new Refused("4112 bytes (expected: at most 4096)"));
        assertThatThrownBy(() -> ProxyHeader.read(header, 100))
                .hasMessage("limit: 100 (expected: >= 256)");
    }

    // ---- Properties

    @Test
    void any_chunking_of_any_header_reads_alike() {
        for (long seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var v6 = random.nextBoolean();
            var extensions = new byte[random.nextInt(5)][];
            for (var i = 0; i < extensions.length; i++) {
                var value = new byte[random.nextInt(60)];
                random.nextBytes(value);
                extensions[i] = HeaderBytes.extension(0x20 + random.nextInt(0x60), value);
            }
            var from = random.nextInt(0x10000);
            var to = 1 + random.nextInt(0xffff);
            var header =
                    HeaderBytes.relayed(
                            v6 ? CLIENT6 : CLIENT, from, v6 ? ORIGIN6 : ORIGIN, to, extensions);
            var stream = Arrays.copyOf(header, header.length + random.nextInt(40));
            var expected =
                    new Relayed(
                            new InetSocketAddress(v6 ? CLIENT6 : CLIENT, from),
                            new InetSocketAddress(v6 ? ORIGIN6 : ORIGIN, to),
                            header.length);
            var known = 0;
            ProxyHeader read = new Incomplete();
            while (read instanceof Incomplete) {
                assertThat(known).as("seed %d", seed).isLessThan(header.length);
                known = Math.min(stream.length, known + 1 + random.nextInt(30));
                read = ProxyHeader.read(Arrays.copyOf(stream, known), LIMIT);
            }
            assertThat(read).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void what_is_refused_whole_is_never_taken_in_parts() {
        for (long seed = 0; seed < 5_000; seed++) {
            var random = new Random(seed);
            var header =
                    HeaderBytes.checksummed(
                            HeaderBytes.relayed(
                                    CLIENT,
                                    40000,
                                    ORIGIN,
                                    443,
                                    HeaderBytes.extension(0x03, new byte[4])));
            var hit = random.nextInt(header.length);
            if (hit == CHECKSUM_TYPE_AT) {
                continue; // Then it is another extension, and nothing is summed.
            }
            header[hit] ^= (byte) (1 << random.nextInt(8));
            var whole = ProxyHeader.read(header, LIMIT);
            // Its length may have grown: then it waits for bytes that its deadline will not see.
            assertThat(whole)
                    .as("seed %d", seed)
                    .satisfiesAnyOf(
                            each -> assertThat(each).isInstanceOf(Refused.class),
                            each -> assertThat(each).isInstanceOf(Incomplete.class),
                            each -> assertThat(each).isInstanceOf(Local.class));
            for (var known = 0; known < header.length; known++) {
                var part = ProxyHeader.read(Arrays.copyOf(header, known), LIMIT);
                assertThat(part).as("seed %d at %d", seed, known).isNotInstanceOf(Relayed.class);
            }
        }
    }

    private static final int CHECKSUM_TYPE_AT = 28;
    private static final String CHECKSUM = "b2de5394";
}
