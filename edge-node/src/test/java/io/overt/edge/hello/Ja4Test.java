package io.overt.edge.hello;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Ja4Test {

    /**
     * Published pairs of a raw and a hashed fingerprint: FoxIO's own test data first, then two
     * public JA4 services.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "t13d1517h2_8daaf6152771_cb7bf5808d99"
                        + " 002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9"
                        + " 0005,000a,000b,000d,0012,0017,001b,0023,002b,002d,0033,44cd,ca34,fe0d,ff01"
                        + " 0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601",
                "t13d1516h2_8daaf6152771_d8a2da3f94cd"
                        + " 002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9"
                        + " 0005,000a,000b,000d,0012,0017,001b,0023,002b,002d,0033,44cd,fe0d,ff01"
                        + " 0403,0804,0401,0503,0805,0501,0806,0601",
                "t13d1011h2_61a7ad8aa9b6_3fcd1a44f3e3"
                        + " 00ff,1301,1302,1303,c02b,c02c,c02f,c030,cca8,cca9"
                        + " 0005,000a,000b,000d,0017,0023,002b,002d,0033"
                        + " 0503,0403,0807,0806,0805,0804,0601,0501,0401",
            })
    void published_fingerprints_come_out(
            String ja4, String suites, String extensions, String schemes) {
        var types = new ArrayList<>(codePoints(extensions));
        types.add(0);
        types.add(16);

        assertThat(
                        Ja4.of(
                                List.of(0x0304),
                                codePoints(suites),
                                types,
                                List.of("h2"),
                                codePoints(schemes)))
                .isEqualTo(ja4);
    }

    @Test
    void grease_and_order_of_suites_and_extensions_do_not_change_it() {
        var plain =
                Ja4.of(
                        List.of(0x0304, 0x0303),
                        List.of(0x1301, 0x1302),
                        List.of(0, 10, 16, 43),
                        List.of("h2"),
                        List.of(0x0403));
        var greased =
                Ja4.of(
                        List.of(0x7a7a, 0x0303, 0x0304),
                        List.of(0xcaca, 0x1302, 0x1301),
                        List.of(0x2a2a, 43, 16, 10, 0, 0xfafa),
                        List.of("h2"),
                        List.of(0x1a1a, 0x0403));

        assertThat(greased).isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource({
        "http/1.1, h1",
        "h2, h2",
        "h, hh",
        "'\u00ab\u00cd', ad",
        "'0\u00ab', 3b",
        "'\u00ab1', a1",
        "'\n\n', 0a"
    })
    void the_protocol_is_its_first_and_last_character_or_those_of_its_hex(
            String alpn, String inJa4) {
        assertThat(
                        Ja4.of(List.of(0x0303), List.of(1), List.of(16), List.of(alpn), List.of())
                                .substring(8, 10))
                .isEqualTo(inJa4);
    }

    @ParameterizedTest
    @CsvSource({"0304, 13", "0303, 12", "0302, 11", "0301, 10", "0300, s3", "0305, 00"})
    void versions_have_two_characters(String version, String inJa4) {
        assertThat(
                        Ja4.of(codePoints(version), List.of(1), List.of(10), List.of(), List.of())
                                .substring(1, 3))
                .isEqualTo(inJa4);
    }

    @Test
    void what_is_empty_is_twelve_zeros_and_counts_stop_at_99() {
        assertThat(Ja4.of(List.of(0x0303), List.of(0x0a0a), List.of(), List.of(), List.of()))
                .isEqualTo("t12i000000_000000000000_000000000000");
        assertThat(
                        Ja4.of(
                                List.of(0x0303),
                                Stream.iterate(1, i -> i + 1).limit(150).toList(),
                                List.of(0),
                                List.of(),
                                List.of()))
                .startsWith("t12d990100_");
    }

    private static List<Integer> codePoints(String list) {
        return Stream.of(list.split(",")).map(hex -> Integer.parseInt(hex, 16)).toList();
    }
}
