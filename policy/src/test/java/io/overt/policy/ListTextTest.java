package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lists from elsewhere become, and what is said about the rest of them. */
final class ListTextTest {
    private final List<String> names = new ArrayList<>();

    @Test
    void a_hosts_file_names_hosts_and_not_what_is_below_them() {
        ListText list =
                read(
                        """
                        # a list of somebody's
                        127.0.0.1 localhost
                        ::1 ip6-localhost ip6-loopback
                        0.0.0.0 Ads.Example tracker.example # two on a line
                        ::\tm\u00fcnchen.example
                        """);

        assertThat(names)
                .containsExactly("ads.example", "tracker.example", "xn--mnchen-3ya.example");
        assertThat(list.errors()).isEmpty();
        assertThat(texts(list.warnings()))
                .containsExactly(
                        "list.txt:2:1: 3 names of the machine itself, as `localhost`, are left out");
    }

    @Test
    void a_line_that_is_none_of_a_hosts_file_is_wrong() {
        ListText list =
                read("0.0.0.0 a.example\nb.example\n0.0.0.0 c..example\n0.0.0.0\n0.0.0.0 #x\n");

        assertThat(texts(list.errors()))
                .containsExactly(
                        "list.txt:2:1: `b.example`: no line of a hosts file (expected: an address and a name)",
                        "list.txt:3:9: `c..example`: has an empty label",
                        "list.txt:4:1: `0.0.0.0`: no line of a hosts file (expected: an address and a name)",
                        "list.txt:5:1: `0.0.0.0`: no line of a hosts file (expected: an address and a name)");
    }

    @Test
    void rules_of_content_blockers_that_are_not_about_whole_hosts_are_left_out_and_said_to_be() {
        ListText list =
                read(
                        """
                        [Adblock Plus 2.0]
                        ! Title: a list
                        ||ads.example^
                        ||tracker.example^$third-party
                        @@||good.example^
                        news.example##.banner
                        ##.banner
                        ||192.0.2.1^
                        /banner[0-9]+/
                          ||b.ads.example^
                        """);

        assertThat(names).containsExactly(".ads.example", ".b.ads.example");
        assertThat(list.errors()).isEmpty();
        assertThat(texts(list.warnings()))
                .containsExactly(
                        "list.txt:4:1: `||tracker.example^$third-party`: not about a whole host, left out (expected: ||host^)",
                        "list.txt:5:1: `@@||good.example^`: an exception, which a list cannot make: left out, so that what it excepts stays in the list",
                        "list.txt:6:1: `news.example##.banner`: not about a whole host, left out (expected: ||host^)",
                        "list.txt:7:1: `##.banner`: not about a whole host, left out (expected: ||host^)",
                        "list.txt:8:1: `||192.0.2.1^`: not about a whole host, left out (expected: ||host^)",
                        "list.txt:9:1: `/banner[0-9]+/`: not about a whole host, left out (expected: ||host^)");
    }

    @Test
    void what_is_left_out_is_counted_where_it_is_much() {
        ListText list =
                read("||a.example^\n" + "@@||b.example^\n".repeat(5) + "/x/\n".repeat(10_000));

        assertThat(list.warnings()).hasSize(21);
        assertThat(list.warnings().getLast().text())
                .isEqualTo(
                        "list.txt:10006:1: and 9985 more rules that are left out, 5 of all 10005 being exceptions");
    }

    // Read as a name and a comment, it would put a whole site into the list.
    @Test
    void a_rule_about_elements_is_no_name_with_a_comment() {
        ListText list = read("a.example#comment\nnews.example##.banner\nc.example ## thoughts\n");

        assertThat(names).containsExactly("a.example", "c.example");
        assertThat(texts(list.errors()))
                .containsExactly(
                        "list.txt:2:1: `news.example##.banner`: a content blocker's rule (expected: a name, or `format: adblock`)");
    }

    @Test
    void the_document_says_the_format_where_the_first_line_could_not() {
        List<String> found = new ArrayList<>();
        ListText list =
                ListText.of(
                        "list.txt",
                        Optional.of(ListFormat.ADBLOCK),
                        PublicSuffixes.topLevelDomains(),
                        pattern -> found.add(pattern.text()));
        feed(list, "/banner/\n||a.example^\n".getBytes(StandardCharsets.UTF_8), 100);

        assertThat(found).containsExactly(".a.example");
        assertThat(list.errors()).isEmpty();
        assertThat(list.warnings()).hasSize(1);
    }

    @Test
    void a_public_suffix_is_warned_of() {
        List<String> found = new ArrayList<>();
        ListText list =
                ListText.of(
                        "list.txt",
                        Optional.empty(),
                        name -> name.value().equals("co.example"),
                        pattern -> found.add(pattern.text()));
        feed(list, ".co.example\nco.example\na.co.example\n".getBytes(StandardCharsets.UTF_8), 100);

        assertThat(found).containsExactly(".co.example", "co.example", "a.co.example");
        assertThat(texts(list.warnings()))
                .containsExactly(
                        "list.txt:1:1: `.co.example` is every host below a public suffix",
                        "list.txt:2:1: `co.example` is a public suffix, and stands for that name only");
    }

    @ParameterizedTest(name = "pieces of {0}")
    @ValueSource(ints = {1, 2, 3, 7, 64, 1_000})
    void any_pieces_of_a_text_read_alike(int size) {
        ListText list =
                ListText.of(
                        "list.txt",
                        Optional.empty(),
                        PublicSuffixes.topLevelDomains(),
                        pattern -> names.add(pattern.text()));
        feed(
                list,
                "\ufeffa.example\r\n\n# c\n.m\u00fcnchen.example\nx y\nlast.example"
                        .getBytes(StandardCharsets.UTF_8),
                size);

        assertThat(names).containsExactly("a.example", ".xn--mnchen-3ya.example", "last.example");
        assertThat(texts(list.errors()))
                .containsExactly("list.txt:5:1: `x y`: several words (expected: one name a line)");
    }

    @Test
    void octets_that_are_no_text_end_the_reading_at_their_place() {
        byte[] text = "a.example\nb.ex\u00e4mple\n".getBytes(StandardCharsets.ISO_8859_1);
        ListText list =
                ListText.of(
                        "list.txt",
                        Optional.empty(),
                        PublicSuffixes.topLevelDomains(),
                        pattern -> names.add(pattern.text()));
        feed(list, text, 4);

        assertThat(texts(list.errors()))
                .containsExactly("list.txt:2:5: not UTF-8: octet 0xE4 at offset 14");
    }

    @Test
    void a_line_without_end_takes_no_memory_without_end() {
        ListText list = read("a.example\n" + "x".repeat(100_000));

        assertThat(texts(list.errors()))
                .containsExactly("list.txt:2:1: a line of more than 65536 bytes");
    }

    private ListText read(String text) {
        ListText list =
                ListText.of(
                        "list.txt",
                        Optional.empty(),
                        PublicSuffixes.topLevelDomains(),
                        pattern -> names.add(pattern.text()));
        feed(list, text.getBytes(StandardCharsets.UTF_8), 4_096);
        return list;
    }

    private static void feed(ListText list, byte[] text, int size) {
        for (int from = 0; from < text.length; from += size) {
            list.take(text, from, Math.min(from + size, text.length));
        }
        list.end();
    }

    private static List<String> texts(List<Problem> problems) {
        return problems.stream().map(Problem::text).toList();
    }
}
