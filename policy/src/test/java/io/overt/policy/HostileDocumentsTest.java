package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that nobody writes by mistake, or that a text table cannot hold. */
final class HostileDocumentsTest {
    private static final String GOOD = "policy: p\nrules:\n  - { name: default, then: inspect }\n";

    @Test
    void octets_that_are_not_utf8_are_pointed_at() {
        byte[] latin1 = "policy: p # für\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(Documents.rejection(new PolicySource(Map.of("policy.yaml", latin1))))
                .isEqualTo("policy.yaml:1:14: not UTF-8: octet 0xFC at offset 13");
    }

    @Test
    void a_list_that_is_not_utf8_is_pointed_at_too() {
        Map<String, byte[]> files =
                Map.of(
                        "policy.yaml",
                        (GOOD + "lists: { l: { file: l.txt } }\n").getBytes(StandardCharsets.UTF_8),
                        "l.txt",
                        "a.example\nb\u00fccher.example\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(Documents.rejection(new PolicySource(files)))
                .isEqualTo("l.txt:2:2: not UTF-8: octet 0xFC at offset 11");
    }

    @Test
    void a_utf8_sequence_that_ends_with_the_file_is_pointed_at() {
        byte[] cut = {'p', ':', ' ', (byte) 0xe2, (byte) 0x82};

        assertThat(Documents.rejection(new PolicySource(Map.of("policy.yaml", cut))))
                .isEqualTo("policy.yaml:1:4: not UTF-8: octet 0xE2 at offset 3");
    }

    @Test
    void a_byte_order_mark_is_nothing() {
        assertThat(Documents.rejection(Documents.source("\ufeff" + GOOD))).isEmpty();
    }

    @Test
    void a_control_character_is_refused() {
        assertThat(Documents.rejection(Documents.source("policy: p\u0007\n")))
                .isEqualTo(
                        "policy.yaml:1:10: not YAML: the character U+0007 (expected: printable ones)");
    }

    @Test
    void a_source_without_a_document_is_rejected() {
        assertThat(Documents.rejection(new PolicySource(Map.of())))
                .isEqualTo("policy.yaml:1:1: the document is not there");
    }

    @Test
    void a_document_beyond_the_limit_is_not_read() {
        byte[] large = new byte[(1 << 20) + 1];

        assertThat(Documents.rejection(new PolicySource(Map.of("policy.yaml", large))))
                .isEqualTo("policy.yaml:1:1: 1048577 bytes (expected: at most 1048576)");
    }

    @Test
    void a_document_at_the_limit_is_read() {
        String padded = GOOD + "#".repeat((1 << 20) - GOOD.length());

        assertThat(Documents.rejection(Documents.source(padded))).isEmpty();
    }

    @Test
    void a_list_beyond_the_limit_is_not_read() {
        Map<String, byte[]> files =
                Map.of(
                        "policy.yaml",
                        (GOOD + "lists: { l: { file: l.txt } }\n").getBytes(StandardCharsets.UTF_8),
                        "l.txt",
                        new byte[(64 << 20) + 1]);

        assertThat(Documents.rejection(new PolicySource(files)))
                .isEqualTo("l.txt:1:1: 67108865 bytes (expected: at most 67108864)");
    }

    @Test
    void more_lists_than_the_limit_are_rejected() {
        StringBuilder document = new StringBuilder(GOOD).append("lists:\n");
        for (int i = 0; i < 257; i++) {
            document.append("  l").append(i).append(": { file: l.txt }\n");
        }

        assertThat(Documents.rejection(Documents.source(document.toString())))
                .isEqualTo("policy.yaml:5:3: `lists`: 257 lists (expected: at most 256)");
    }

    // A reader that descends once a level would end the thread here.
    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? "})
    void nesting_ends_at_the_limit(String level) {
        assertThat(Documents.rejection(Documents.source(level.repeat(200_000))))
                .matches("policy.yaml:1:\\d+: nested deeper than 32 levels");
    }

    @Test
    void a_few_aliases_cannot_mean_millions() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i <= 30; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }

        assertThat(Documents.rejection(Documents.source(bomb.toString())))
                .matches(
                        "policy.yaml:\\d+:\\d+: more than 250000 values, each alias counted as what it stands"
                                + " for");
    }

    @Test
    void an_alias_is_as_good_as_what_it_stands_for() {
        Policy policy =
                Documents.compiled(
                        """
                        policy: p
                        rules:
                          - name: one
                            when: { site: hq }
                            then: inspect
                            on: &lenient { untrusted: splice }
                          - name: default
                            then: inspect
                            on: *lenient
                        """);

        assertThat(policy.decide(Facts.atSite("hq").connection()).on().of(Failure.UNTRUSTED))
                .isEqualTo(FailureAction.SPLICE);
        assertThat(policy.decide(Facts.atSite("lab").connection()).on().of(Failure.UNTRUSTED))
                .isEqualTo(FailureAction.SPLICE);
    }

    @Test
    void what_is_doubtful_compiles_with_a_warning() {
        PolicySource source =
                Documents.source(
                        """
                        policy: p
                        rules:
                          - name: corp
                            when: { host: "*.corp", list: empty }
                            then: splice
                          - name: default
                            then: inspect
                        lists:
                          empty: { file: empty.txt }
                          unused: { file: unused.txt }
                        """,
                        Map.of(
                                "empty.txt", "# nothing yet\n",
                                "unused.txt", "a.example\n",
                                "stray.txt", "b.example\n"));

        assertThat(Documents.warnings(source))
                .containsExactly(
                        "policy.yaml:4:19: rule corp: `host`: `*.corp` is every host of a top-level domain",
                        "policy.yaml:10:3: list `unused`: no rule uses it",
                        "empty.txt:1:1: has no names, so it matches nothing",
                        "stray.txt:1:1: no list of the document names this file");
    }

    @Test
    void a_problem_shows_no_control_character_and_no_more_than_a_line_of_what_was_written() {
        String tooLong = "x".repeat(900);

        assertThat(
                        Documents.rejection(
                                Documents.source(
                                        "policy: p\nrules:\n  - { name: default, then: \"a\\n\\e[31m\\u202E\" }\n"
                                                + "http: [ { name: "
                                                + tooLong
                                                + ", then: pass } ]\n")))
                .isEqualTo(
                        "policy.yaml:3:28: rule default: `then`: `a\\u000a\\u001b[31m\\u202e` (expected: block,"
                                + " inspect, splice)\n"
                                + "policy.yaml:4:17: `name`: `"
                                + "x".repeat(80)
                                + "…` (expected: 1 to 64 letters, digits, \"-\", \"_\" or \".\", a letter or digit"
                                + " first)");
    }

    @Test
    void problems_beyond_what_anybody_reads_are_counted() {
        String document = GOOD + "http:\n" + "  - a\n".repeat(1_234);

        assertThat(
                        ((Compilation.Rejected) PolicyCompiler.compile(Documents.source(document)))
                                .problems())
                .hasSize(1_001)
                .last()
                .hasToString("policy.yaml:1005:5: and 234 more problems");
    }

    // A name in very many sets must not cost its square.
    @Test
    void one_name_in_every_rule_compiles() {
        StringBuilder document = new StringBuilder("policy: p\nrules:\n");
        for (int i = 0; i < 15_000; i++) {
            document.append("  - { name: r")
                    .append(i)
                    .append(", when: { host: [a.b, c.d] }, then: splice }\n");
        }
        document.append("  - { name: default, then: inspect }\n");

        assertThat(
                        Documents.compiled(document.toString())
                                .decide(Facts.to("c.d").connection())
                                .rule()
                                .value())
                .isEqualTo("r0");
    }
}
