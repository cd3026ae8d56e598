package io.overt.x509.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DerCursorTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "cut off in the tag, ''",
        "cut off in the length, 30",
        "cut off in the value, 300201",
        "trailing bytes, 300000",
        "indefinite length, 30800000",
        "length longer than it need be, 308100",
        "length with a leading zero, 30820001ff",
        "length of five octets, 30850000000001ff",
        "length beyond an int, 3084ffffffff00",
        "another tag, 3100",
    })
    void refuses(String fault, String hex) {
        assertThatThrownBy(() -> DerCursor.only(HexFormat.of().parseHex(hex), DerCursor.SEQUENCE))
                .isInstanceOf(UnusableException.class);
    }

    @ParameterizedTest(name = "X.690 §8.3.2: {0} is minimal: {1}")
    @CsvSource({
        "020100, true",
        "0200, false",
        "02020080, true",
        "0202007f, false",
        "0202ff7f, true",
        "0202ffff, false",
    })
    void knows_the_one_encoding_of_an_integer(String hex, boolean minimal) throws Exception {
        assertThat(
                        DerCursor.only(HexFormat.of().parseHex(hex), DerCursor.INTEGER)
                                .isMinimalInteger())
                .isEqualTo(minimal);
    }

    @Test
    void reads_one_element_after_the_other() throws Exception {
        DerCursor cursor =
                DerCursor.only(HexFormat.of().parseHex("3006020107020109"), DerCursor.SEQUENCE)
                        .inside();

        assertThat(cursor.next(DerCursor.INTEGER).content()).containsExactly(7);
        assertThat(cursor.nextIs(DerCursor.SEQUENCE)).isFalse();
        assertThat(cursor.next(DerCursor.INTEGER).content()).containsExactly(9);
        assertThat(cursor.hasMore()).isFalse();
    }
}
