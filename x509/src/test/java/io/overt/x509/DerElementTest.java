package io.overt.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DerElementTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "nothing,                           ''",
        "no length,                         30",
        "cut off,                           300201",
        "trailing bytes,                    0500 00",
        "indefinite length,                 3080 0500 0000",
        "length of length cut off,          3082 01",
        "length not minimal in one octet,   308102 0500",
        "length not minimal in two octets,  30820002 0500",
        "length over 16 MiB,                308401000000",
        "end of contents,                   0000",
        "high tag number,                   1f1f00",
        "constructed string,                2c03 0c0161",
        "constructed bit string,            2304 03020001",
        "primitive sequence,                1000",
        "boolean of 1,                      010101",
        "boolean of two octets,             01020000",
        "integer without a value,           0200",
        "integer with a leading zero,       02020001",
        "integer with a leading ff,         0202ff80",
        "bit string without a value,        0300",
        "bit string of 8 unused bits,       03020800",
        "bit string with padding set,       03020781",
        "unused bits of nothing,            030101",
        "null with a value,                 050100",
        "no object identifier,              0600",
        "arc with a leading 80,             06038001 01",
        "arc without an end,                06022a86",
        "set out of order,                  3106 020102 020101",
        "bad child,                         3003 010105",
        "child cut off,                     3003 020201",
    })
    void refuses_what_is_not_DER(String what, String hex) {
        assertThatThrownBy(() -> DerElement.parse(bytes(hex)))
                .as(what)
                .isInstanceOf(MalformedDerException.class)
                .hasMessageContaining("not DER at offset");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0500",
                "0101ff",
                "010100",
                "020100",
                "02020080",
                "0201ff",
                "0202ff7f",
                "030100",
                "03020780",
                "06082a8648ce3d030107",
                "3106 020101 020102",
                "8001ff",
                "a003 020101",
                "0c03e282ac"
            })
    void reads_what_is_DER(String hex) throws Exception {
        assertThat(DerElement.parse(bytes(hex)).encoded()).isEqualTo(bytes(hex));
    }

    @Test
    void nesting_is_bounded() {
        byte[] nested = Der.sequence();
        for (int i = 0; i < 100; i++) {
            nested = Der.sequence(nested);
        }
        byte[] deep = nested;

        assertThatThrownBy(() -> DerElement.parse(deep)).hasMessageContaining("nested deeper");
    }

    @Test
    void lengths_are_written_minimally_and_read_back() throws Exception {
        for (int length : new int[] {0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000}) {
            byte[] encoded = Der.octetString(new byte[length]);
            assertThat(DerElement.parse(encoded).content()).hasSize(length);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1949-12-31T23:59:59Z, 24",
        "1950-01-01T00:00:00Z, 23",
        "2026-11-22T12:00:00Z, 23",
        "2049-12-31T23:59:59Z, 23",
        "2050-01-01T00:00:00Z, 24",
        "9999-12-31T23:59:59Z, 24",
    })
    void times_change_their_type_with_the_year_2050(Instant time, int tag) throws Exception {
        DerElement element = DerElement.parse(Der.time(time));

        assertThat(element.tag()).isEqualTo(tag);
        assertThat(element.time()).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2611221200Z",
                "261122120000",
                "261122120000+0100",
                "261322120000Z",
                "260230120000Z",
                "261122240000Z",
                "2611221200000Z",
                "-61122120000Z"
            })
    void refuses_times_that_RFC_5280_does_not_write(String text) throws Exception {
        DerElement element =
                DerElement.parse(
                        Der.encode(Der.UTC_TIME, text.getBytes(StandardCharsets.US_ASCII)));

        assertThatThrownBy(element::time).isInstanceOf(MalformedDerException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2.5.29.17",
                "1.3.6.1.4.1.11129.2.4.2",
                "0.9.2342",
                "2.25.671846761",
                "2.999",
                "2.25.329800735698586629295641978511506172918"
            })
    void object_identifiers_are_read_as_BouncyCastle_writes_them(String oid) throws Exception {
        assertThat(DerElement.parse(Oid.encoded(oid)).objectIdentifier()).isEqualTo(oid);
    }

    @Test
    void an_endless_object_identifier_is_not_printed() throws Exception {
        byte[] content = new byte[60_000];
        Arrays.fill(content, (byte) 0x81);
        content[content.length - 1] = 1;
        DerElement element = DerElement.parse(Der.encode(Der.OBJECT_IDENTIFIER, content));

        assertThatThrownBy(element::objectIdentifier).hasMessageContaining("longer than");
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
