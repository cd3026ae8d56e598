package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostNameTest {
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "a.example, a.example",
        "A.EXAMPLE, a.example",
        "a.example., a.example",
        "localhost, localhost",
        "_dmarc.a.example, _dmarc.a.example",
        "-a-.example, -a-.example",
        "r3---sn-4g5e6nez.video.example, r3---sn-4g5e6nez.video.example",
        "1.example, 1.example",
        "1e3, 1e3",
        "0xyz, 0xyz",
        "BÜCHER.example, xn--bcher-kva.example",
        "XN--BCHER-KVA.example, xn--bcher-kva.example",
        "bücher。example, xn--bcher-kva.example",
        "ｅｘａｍｐｌｅ.test, example.test",
    })
    void a_name_has_one_form(String spelt, String normal) {
        assertThat(HostName.parse(spelt)).contains(new HostName(normal));
        assertThat(new HostName(spelt).value()).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ".a.example",
                "a..example",
                "a.example..",
                "*.a.example",
                "a b.example",
                " a.example",
                "a/b",
                "a:443",
                "a@b",
                "a%41.example",
                "a\u0000.example",
                "192.0.2.1",
                "192.0.2.1.",
                "1.2.3",
                "2130706433",
                "a.0x7f",
                "a.0x",
                "2001:db8::1",
                "[::1]",
                "straße.example",
                "βόλος.example",
                "a\u200db.example",
                "\ud800.example",
            })
    void what_is_not_a_name_is_none(String text) {
        assertThat(HostName.parse(text)).isEmpty();
    }

    @Test
    void lengths_are_those_of_rfc_1035() {
        String label = "a".repeat(63);
        String longest = String.join(".", label, label, label, "a".repeat(61));

        assertThat(longest).hasSize(253);
        assertThat(HostName.parse(longest)).isPresent();
        assertThat(HostName.parse(longest + ".")).isPresent();
        assertThat(HostName.parse(longest + "a")).isEmpty();
        assertThat(HostName.parse(label + "a.example")).isEmpty();
        assertThat(HostName.parse("a.".repeat(1_000_000))).isEmpty();
    }

    @Test
    void the_constructor_refuses_with_the_reason() {
        assertThatThrownBy(() -> new HostName("a_b.example:443"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("contains \":\"");
    }
}
