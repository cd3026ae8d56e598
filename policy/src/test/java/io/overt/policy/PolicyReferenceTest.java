package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The page beside the compiler: it has every mapping and word that can be reached from a document
 * and from a file of tests, and what it says of keys that are not written is what happens.
 */
final class PolicyReferenceTest {
    private static final String PAGE = PolicyReference.markdown();

    @Test
    void every_mapping_has_its_table_and_every_word_its_meaning() {
        Set<Keys> mappings = new LinkedHashSet<>();
        Set<Shape.Word> words = new LinkedHashSet<>();
        Stream.of(PolicyCompiler.KEYS, PolicyTestKeys.FILE)
                .forEach(keys -> collect(new Shape.Mapping(keys), mappings, words));

        assertThat(mappings).hasSizeGreaterThan(15);
        assertThat(mappings)
                .filteredOn(keys -> keys != ConditionReader.REQUEST_KEYS)
                .allSatisfy(
                        keys ->
                                assertThat(section(keys.title()).lines())
                                        .extracting(PolicyReferenceTest::firstCell)
                                        .containsSubsequence(
                                                keys.all().stream()
                                                        .map(key -> "`" + key.name() + "`")
                                                        .toList()));
        assertThat(section("Words").lines())
                .containsAll(
                        words.stream()
                                .map(
                                        word ->
                                                "| `%s` | %s |"
                                                        .formatted(
                                                                word.word(),
                                                                word.meaning().replace("|", "\\|")))
                                .toList());
    }

    @Test
    void a_links_place_is_a_heading_of_the_page() {
        Set<String> headings =
                PAGE.lines()
                        .filter(line -> line.startsWith("## "))
                        .map(
                                line ->
                                        line.substring(3)
                                                .toLowerCase(Locale.ROOT)
                                                .replaceAll("[^a-z0-9 _-]", "")
                                                .replace(' ', '-'))
                        .collect(Collectors.toSet());
        Set<String> links =
                Pattern.compile("\\(#([^)]+)\\)")
                        .matcher(PAGE)
                        .results()
                        .map(link -> link.group(1))
                        .collect(Collectors.toSet());

        assertThat(links).hasSizeGreaterThan(10).isSubsetOf(headings);
    }

    @Test
    void a_row_has_as_many_cells_as_the_head_of_its_table() {
        int cells = 0;
        for (String line : PAGE.lines().toList()) {
            int now = line.startsWith("|") ? line.split("(?<!\\\\)\\|").length : 0;
            if (cells > 0 && now > 0) {
                assertThat(now).as(line).isEqualTo(cells);
            }
            cells = now;
        }
    }

    @Test
    void facts_of_tests_are_all_there() {
        assertThat(
                        Stream.of(PolicyTestKeys.GIVEN, PolicyTestKeys.HELLO)
                                .flatMap(keys -> keys.names().stream()))
                .containsAll(Stream.of(GivenFacts.Key.values()).map(GivenFacts.Key::key).toList());
    }

    static Stream<PolicyKey> of_a_rule_that_inspects() {
        return Stream.concat(RuleKeys.KEYS.all().stream(), OutcomesReader.KEYS.all().stream())
                .filter(key -> !key.name().equals("when"))
                .filter(key -> key.unstated() instanceof PolicyKey.Unstated.Value);
    }

    @ParameterizedTest
    @MethodSource("of_a_rule_that_inspects")
    void a_rule_without_a_key_is_one_with_its_default(PolicyKey key) {
        String written = key.name() + ": " + ((PolicyKey.Unstated.Value) key.unstated()).value();
        String more = RuleKeys.KEYS.all().contains(key) ? written : "on: { " + written + " }";

        Decision without = decision("policy: p\nrules: [ { name: a, then: inspect } ]\n");
        Decision with =
                decision("policy: p\nrules: [ { name: a, then: inspect, %s } ]\n".formatted(more));

        assertThat(with.revocation()).isEqualTo(without.revocation());
        assertThat(with.scts()).isEqualTo(without.scts());
        assertThat(with.on().pinned()).isEqualTo(without.on().pinned());
        assertThat(Failure.values())
                .allSatisfy(
                        failure ->
                                assertThat(with.on().of(failure))
                                        .isEqualTo(without.on().of(failure)));
    }

    @Test
    void an_exclusion_without_clients_is_one_with_its_default() {
        assertThat(decision(pinned("")).on().pinned())
                .isPresent()
                .isEqualTo(
                        decision(
                                        pinned(
                                                ", clients: "
                                                        + unstated(
                                                                OutcomesReader.PINNED_KEYS,
                                                                "clients")))
                                .on()
                                .pinned());
    }

    static Stream<PolicyKey> of_a_list_that_is_fetched() {
        return ListSourceKeys.FETCHED.all().stream()
                .filter(key -> !key.name().equals("format"))
                .filter(key -> key.unstated() instanceof PolicyKey.Unstated.Value);
    }

    @ParameterizedTest
    @MethodSource("of_a_list_that_is_fetched")
    void a_list_without_a_key_is_one_with_its_default(PolicyKey key) {
        assertThat(declared(""))
                .hasSize(1)
                .isEqualTo(
                        declared(
                                ", "
                                        + key.name()
                                        + ": "
                                        + unstated(ListSourceKeys.FETCHED, key.name())));
    }

    /**
     * A document with a mapping that has all the keys that have to be there.
     *
     * @param around where {@code %s} stands for its entries
     */
    record Whole(Keys keys, String around, Map<String, String> values) {
        @Override
        public String toString() {
            return keys.title();
        }

        String without(String key) {
            return around.formatted(
                    values.entrySet().stream()
                            .filter(entry -> !entry.getKey().equals(key))
                            .map(entry -> entry.getKey() + ": " + entry.getValue())
                            .collect(Collectors.joining(", ", "{ ", " }")));
        }
    }

    static Stream<Whole> mappings_with_keys_that_have_to_be_there() {
        String lists = "policy: p\nrules: [ { name: default, then: inspect } ]\nlists: { l: %s }\n";
        return Stream.of(
                new Whole(
                        PolicyCompiler.KEYS,
                        "%s",
                        Map.of("policy", "p", "rules", "[ { name: a, then: block } ]")),
                new Whole(
                        RuleKeys.KEYS,
                        "policy: p\nrules: [ %s ]\n",
                        Map.of("name", "a", "then", "block")),
                new Whole(
                        RuleKeys.HTTP_KEYS,
                        "policy: p\nrules: [ { name: a, then: block } ]\nhttp: [ %s ]\n",
                        Map.of("name", "b", "then", "block")),
                new Whole(
                        OutcomesReader.PINNED_KEYS,
                        "policy: p\nrules: [ { name: a, then: inspect, on: { pinned: %s } } ]\n",
                        Map.of("after", "3", "ttl", "1h", "then", "splice")),
                new Whole(
                        TimeConditions.KEYS,
                        "policy: p\nrules: [ { name: a, when: { time: %s }, then: block }, { name: b, then: block } ]\n",
                        Map.of("days", "mon", "zone", "UTC")),
                new Whole(ListSourceKeys.OF_A_FILE, lists, Map.of("file", "l.txt")),
                new Whole(
                        ListSourceKeys.SIGNATURE_KEYS,
                        lists.formatted("{ url: \"https://a.example/\", signature: %s }"),
                        Map.of("key", "RWx", "url", "\"https://a.example/sig\"")));
    }

    @ParameterizedTest
    @MethodSource("mappings_with_keys_that_have_to_be_there")
    void what_has_to_be_written_is_missed_and_nothing_else(Whole whole) {
        assertThat(Documents.rejection(Documents.source(whole.without(""))))
                .doesNotContain("missing");
        assertThat(whole.keys().required()).isNotEmpty();
        assertThat(whole.values().keySet()).containsAll(whole.keys().required());
        assertThat(whole.values().keySet())
                .filteredOn(
                        key ->
                                Documents.rejection(Documents.source(whole.without(key)))
                                        .contains("`" + key + "`: missing"))
                .containsExactlyInAnyOrderElementsOf(whole.keys().required());
    }

    @Test
    void only_a_document_with_a_key_of_version_2_has_a_list_that_is_fetched() {
        List<String> newer = new ArrayList<>();
        Set<Keys> mappings = new LinkedHashSet<>();
        collect(new Shape.Mapping(PolicyCompiler.KEYS), mappings, new LinkedHashSet<>());
        mappings.forEach(
                keys ->
                        keys.all().stream()
                                .filter(key -> key.since() > PolicyCompiler.LANGUAGE_OF_FILES)
                                .forEach(key -> newer.add(key.name())));

        // PolicyPublisher calls a document one of version 2 by its fetched lists.
        assertThat(newer)
                .contains("url")
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(
                                        Set.of("url"),
                                        ListSourceKeys.OF_FETCHED,
                                        ListSourceKeys.SIGNATURE_KEYS.names())
                                .flatMap(Set::stream)
                                .toList());
    }

    private static void collect(Shape shape, Set<Keys> mappings, Set<Shape.Word> words) {
        switch (shape) {
            case Shape.Words found -> words.addAll(found.words());
            case Shape.OneOrMore(var each) -> collect(each, mappings, words);
            case Shape.ListOf(var each, _) -> collect(each, mappings, words);
            case Shape.Chosen(_, _, var each, _) -> collect(each, mappings, words);
            case Shape.Either(var shapes) -> shapes.forEach(each -> collect(each, mappings, words));
            case Shape.When(var about) -> {
                switch (about) {
                    case CONNECTIONS -> collect(CONNECTION, mappings, words);
                    case REQUESTS -> {
                        collect(new Shape.Mapping(RequestConditions.KEYS), mappings, words);
                        collect(CONNECTION, mappings, words);
                    }
                }
            }
            case Shape.Mapping(var keys) -> {
                if (mappings.add(keys)) {
                    keys.all().forEach(key -> collect(key.value(), mappings, words));
                }
            }
            case Shape.Text _,
                    Shape.Texts _,
                    Shape.Form _,
                    Shape.Name _,
                    Shape.Prose _,
                    Shape.YesOrNo _ -> {}
        }
    }

    private static String section(String title) {
        Matcher section =
                Pattern.compile(
                                "^## " + Pattern.quote(title) + "$(.*?)(?=^## |\\z)",
                                Pattern.MULTILINE | Pattern.DOTALL)
                        .matcher(PAGE);
        assertThat(section.find()).as("## %s", title).isTrue();
        return section.group(1);
    }

    private static String firstCell(String line) {
        return line.startsWith("| ") ? line.substring(2, line.indexOf(" |")) : "";
    }

    private static String unstated(Keys keys, String name) {
        return keys.all().stream()
                .filter(key -> key.name().equals(name))
                .map(key -> ((PolicyKey.Unstated.Value) key.unstated()).value())
                .findFirst()
                .orElseThrow();
    }

    private static String pinned(String more) {
        return "policy: p\nrules: [ { name: a, then: inspect, on: { pinned: { after: 3, ttl: 1h, then: splice%s } } } ]\n"
                .formatted(more);
    }

    private static Decision decision(String document) {
        return Documents.compiled(document).decide(Facts.unlike().connection());
    }

    private static List<DeclaredList> declared(String more) {
        return DeclaredList.of(
                "policy: p\nrules: [ { name: a, then: inspect } ]\nlists: { l: { url: \"https://a.example/\"%s } }\n"
                        .formatted(more)
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static final Shape CONNECTION = new Shape.Mapping(ConditionReader.CONNECTION_KEYS);
}
