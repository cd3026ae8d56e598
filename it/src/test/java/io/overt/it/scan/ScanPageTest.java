package io.overt.it.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the tables of the last {@code ./overt scan}, and the reasons, to what the command knows.
 */
class ScanPageTest {
    private static final Page PAGE = new Page(Path.of(System.getProperty("basedir", ""), ".."));

    @ParameterizedTest
    @EnumSource
    void a_table_has_each_trait_once_and_the_verdict_that_follows(Leg leg) throws IOException {
        var cells = PAGE.cells(leg);
        assertThat(cells).as("rows").hasSameSizeAs(Trait.of(leg));
        assertThat(rows(leg))
                .extracting(row -> row.trait())
                .containsExactlyElementsOf(Trait.of(leg));
        assertThat(cells)
                .extracting(List::getLast)
                .containsExactlyElementsOf(
                        rows(leg).stream().map(row -> row.verdict().word()).toList());
    }

    // checklist 42
    @Test
    void what_is_worse_is_explained_and_nothing_else() throws IOException {
        var rows = new ArrayList<Row>();
        for (var leg : Leg.values()) {
            rows.addAll(rows(leg));
        }
        assertThat(Page.disagreements(rows, PAGE.explained())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void no_two_traits_of_a_leg_have_one_title(Leg leg) {
        assertThat(Trait.of(leg)).extracting(Trait::title).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    NO      | no      | yes     | BETTER
                    NO      | yes     | no      | WORSE
                    NO      | —       | no      | SAME
                    NO      | partly  | no      | WORSE
                    NO      | ?       | no      | WORSE
                    NO      | no      | ?       | SAME
                    NO      | yes     | ?       | WORSE
                    YES     | no      | yes     | WORSE
                    YES     | yes     | partly  | BETTER
                    YES     | —       | no      | SAME
                    YES     | no      | ?       | WORSE
                    FEWER   | A       | A, B    | BETTER
                    FEWER   | B, A    | A, B    | SAME
                    FEWER   | A, C    | A, B    | WORSE
                    FEWER   | —       | A       | BETTER
                    FEWER   | ?       | A       | WORSE
                    NEITHER | no      | yes     | DIFFERENT
                    NEITHER | yes     | yes     | SAME
                    """)
    void two_answers_are_compared(Wish wish, String ours, String reference, Verdict verdict) {
        assertThat(wish.judge(ours, reference)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    no  | yes | no  | SAME
                    no  | yes | yes | BETTER
                    yes | yes | no  | WORSE
                    yes | no  | yes | WORSE
                    """)
    void worse_than_either_reference_is_worse(
            String edge, String first, String second, Verdict verdict) {
        var row = new Row(Leg.UPSTREAM, Trait.SUPPORTS_RC4, edge, List.of(first, second));
        assertThat(row.verdict()).isEqualTo(verdict);
    }

    @Test
    void a_list_of_reasons_that_does_not_fit_is_told_in_both_directions() {
        var worse = new Row(Leg.CLIENT, Trait.SUPPORTS_RC4, "yes", List.of("no"));
        var good = new Row(Leg.CLIENT, Trait.SUPPORTS_DES, "no", List.of("no"));

        assertThat(Page.disagreements(List.of(worse, good), Map.of()))
                .containsExactly(
                        "client: Suites: RC4: yes (references: [no]): worse, and not explained");
        assertThat(
                        Page.disagreements(
                                List.of(worse, good),
                                Map.of(
                                        "client: Suites: RC4", "so it is",
                                        "client: Suites: DES", "so it is not",
                                        "client: Suites: ROT13", "never was")))
                .containsExactly(
                        "client: Suites: DES: explained, and not worse",
                        "client: Suites: ROT13: explained, and no such row");
    }

    @Test
    void the_scanners_words_become_the_tables() {
        var answers =
                new Answers(
                        Map.of(
                                "SUPPORTS_RC4", "FALSE",
                                "VULNERABLE_TO_HEARTBLEED", "COULD_NOT_TEST",
                                "VULNERABLE_TO_ALPACA", "PARTIALLY",
                                "VULNERABLE_TO_CRIME", "ERROR_DURING_TEST",
                                "SUPPORTED_PROTOCOL_VERSIONS", "TLS13,TLS12"));

        assertThat(answers.of(Trait.SUPPORTS_RC4)).isEqualTo("no");
        assertThat(answers.of(Trait.VULNERABLE_TO_HEARTBLEED)).isEqualTo("—");
        assertThat(answers.of(Trait.VULNERABLE_TO_ALPACA)).isEqualTo("partly");
        assertThat(answers.of(Trait.VULNERABLE_TO_CRIME)).isEqualTo("?");
        assertThat(answers.of(Trait.SUPPORTED_PROTOCOL_VERSIONS)).isEqualTo("TLS12, TLS13");
        assertThat(answers.of(Trait.SUPPORTS_DES)).as("not reported").isEqualTo("—");
    }

    @ParameterizedTest
    @CsvSource({
        "VULNERABLE_TO_CRIME, true",
        "SUPPORTS_DTLS_1_2, true",
        "VULNERABLE_TO_SOMETHING_NEW, false",
        "SUPPORTS_SHINY_CIPHERS, false"
    })
    void a_property_that_nobody_has_read_about_is_not_known(String property, boolean known) {
        assertThat(Trait.isKnown(property)).isEqualTo(known);
    }

    private static List<Row> rows(Leg leg) throws IOException {
        var rows = new ArrayList<Row>();
        for (var cells : PAGE.cells(leg)) {
            var trait =
                    Trait.of(leg).stream()
                            .filter(each -> each.title().equals(cells.getFirst()))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(cells + ": no such trait"));
            rows.add(new Row(leg, trait, cells.get(1), cells.subList(2, cells.size() - 1)));
        }
        return rows;
    }
}
