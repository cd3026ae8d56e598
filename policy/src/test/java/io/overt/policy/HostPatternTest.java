package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostPatternTest {
    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource({
        "a.example, a.example, true",
        "a.example, x.a.example, false",
        "*.a.example, a.example, false",
        "*.a.example, x.a.example, true",
        "*.a.example, y.x.a.example, true",
        "*.a.example, xa.example, false",
        ".a.example, a.example, true",
        ".a.example, x.a.example, true",
        ".a.example, ba.example, false",
        "A.EXAMPLE., a.example, true",
        "*.BÜCHER.example, www.xn--bcher-kva.example, true",
    })
    void a_pattern_stands_for_these_names(String pattern, String name, boolean matches) {
        HostPattern parsed = HostPattern.parse(pattern).orElseThrow();

        assertThat(parsed.matches(new HostName(name))).isEqualTo(matches);
    }
}
