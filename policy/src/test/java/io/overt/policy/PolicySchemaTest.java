package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The schema beside the compiler, over every document that the tests have: it never refuses what
 * compiles, and what it can know it refuses. The validator here knows the keywords that the schema
 * has, and fails on any other.
 */
final class PolicySchemaTest {
    private static final Map<String, Object> SCHEMA = PolicySchema.schema();

    /** What only the compiler can know of the documents of the table. */
    private static final List<String> BEYOND_A_SCHEMA =
            List.of(
                    "no last rule",
                    "rules after the last one",
                    "two rules of one name",
                    "hosts that are none",
                    "an unknown list",
                    "a list file that is not there");

    @Test
    void what_compiles_is_accepted() throws Exception {
        Stream<PolicySource> examples =
                DocumentationTest.policies()
                        .filter(example -> !example.kind().equals("yaml wrong"))
                        .map(example -> Documents.source(example.document()));

        assertThat(Stream.concat(examples, Stream.of(Documents.source(CompilerFuzzTest.FULL))))
                .hasSizeGreaterThan(8)
                .allSatisfy(source -> assertThat(refusal(source)).isEmpty());
    }

    @Test
    void what_is_accepted_wrongly_is_known() {
        List<String> accepted =
                Documents.wrong()
                        .filter(wrong -> tree(wrong.source()).isPresent())
                        .filter(wrong -> refusal(wrong.source()).isEmpty())
                        .map(Documents.Wrong::title)
                        .toList();
        long refused =
                Documents.wrong()
                        .filter(wrong -> tree(wrong.source()).isPresent())
                        .filter(wrong -> refusal(wrong.source()).isPresent())
                        .count();

        assertThat(accepted).containsAll(BEYOND_A_SCHEMA);
        assertThat(refused).isGreaterThanOrEqualTo(45);
    }

    @Test
    void a_misspelt_key_and_a_wrong_word_are_refused_where_they_stand() {
        assertThat(refusal(Documents.source("policy: p\nrules: [ { name: a, thn: splice } ]\n")))
                .hasValueSatisfying(why -> assertThat(why).contains("thn"));
        assertThat(
                        refusal(
                                Documents.source(
                                        "policy: p\nrules: [ { name: a, then: inspect, on: { unreachable: inspect } } ]\n")))
                .hasValueSatisfying(why -> assertThat(why).contains("inspect"));
        assertThat(
                        refusal(
                                Documents.source(
                                        "policy: p\nrules: [ { name: a, when: { url: a/b }, then: block } ]\n")))
                .hasValueSatisfying(why -> assertThat(why).contains("url"));
    }

    private static Optional<Yaml> tree(PolicySource source) {
        Problems problems = Problems.ofDocument();
        Optional<Yaml> tree =
                Utf8.decode(
                                Objects.requireNonNull(source.files().get(PolicySource.DOCUMENT)),
                                problems)
                        .flatMap(text -> YamlReader.read(text, "", problems));
        return problems.errors().isEmpty() ? tree : Optional.empty();
    }

    private static Optional<String> refusal(PolicySource source) {
        return refusal(SCHEMA, tree(source).orElseThrow());
    }

    private static Optional<String> refusal(Map<?, ?> schema, Yaml yaml) {
        return schema.entrySet().stream()
                .flatMap(keyword -> refusal(schema, keyword, yaml).stream())
                .findFirst();
    }

    private static Optional<String> refusal(Map<?, ?> schema, Map.Entry<?, ?> keyword, Yaml yaml) {
        Object value = keyword.getValue();
        List<Yaml.Entry> entries = yaml instanceof Yaml.Mapping(var found, _) ? found : List.of();
        List<Yaml> items = yaml instanceof Yaml.Sequence(var found, _) ? found : List.of();
        return switch ((String) keyword.getKey()) {
            case "$schema", "title", "description", "$defs" -> Optional.empty();
            case "$ref" ->
                    refusal(
                            (Map<?, ?>)
                                    Objects.requireNonNull(
                                            ((Map<?, ?>)
                                                            Objects.requireNonNull(
                                                                    SCHEMA.get("$defs")))
                                                    .get(
                                                            ((String) value)
                                                                    .substring(
                                                                            "#/$defs/".length()))),
                            yaml);
            case "type" ->
                    require(
                            switch (yaml) {
                                case Yaml.Text _ -> value instanceof List<?>;
                                case Yaml.Mapping _ -> value.equals("object");
                                case Yaml.Sequence _ -> value.equals("array");
                                case Yaml.Empty _ -> false;
                            },
                            yaml,
                            keyword);
            case "enum" ->
                    require(
                            yaml instanceof Yaml.Text(var text, _)
                                    && ((List<?>) value).contains(text),
                            yaml,
                            keyword);
            case "pattern" ->
                    require(
                            !(yaml instanceof Yaml.Text(var text, _))
                                    || Pattern.compile((String) value).matcher(text).find(),
                            yaml,
                            keyword);
            case "maxLength" ->
                    require(
                            !(yaml instanceof Yaml.Text(var text, _))
                                    || text.codePointCount(0, text.length()) <= (Integer) value,
                            yaml,
                            keyword);
            case "minItems" ->
                    require(
                            !(yaml instanceof Yaml.Sequence) || items.size() >= (Integer) value,
                            yaml,
                            keyword);
            case "minProperties" ->
                    require(
                            !(yaml instanceof Yaml.Mapping) || entries.size() >= (Integer) value,
                            yaml,
                            keyword);
            case "required" ->
                    require(
                            entries.stream()
                                    .map(entry -> entry.key().value())
                                    .toList()
                                    .containsAll((List<?>) value),
                            yaml,
                            keyword);
            case "items" ->
                    items.stream()
                            .flatMap(item -> refusal((Map<?, ?>) value, item).stream())
                            .findFirst();
            case "anyOf" ->
                    require(
                            ((List<?>) value)
                                    .stream()
                                            .anyMatch(
                                                    each ->
                                                            refusal((Map<?, ?>) each, yaml)
                                                                    .isEmpty()),
                            yaml,
                            keyword);
            case "properties" ->
                    entries.stream()
                            .filter(entry -> ((Map<?, ?>) value).containsKey(entry.key().value()))
                            .flatMap(
                                    entry ->
                                            refusal(
                                                    (Map<?, ?>)
                                                            Objects.requireNonNull(
                                                                    ((Map<?, ?>) value)
                                                                            .get(
                                                                                    entry.key()
                                                                                            .value())),
                                                    entry.value())
                                                    .stream())
                            .findFirst();
            case "propertyNames" ->
                    entries.stream()
                            .flatMap(entry -> refusal((Map<?, ?>) value, entry.key()).stream())
                            .findFirst();
            case "additionalProperties" -> {
                var known =
                        schema.get("properties") instanceof Map<?, ?> properties
                                ? properties
                                : Map.of();
                yield entries.stream()
                        .filter(entry -> !known.containsKey(entry.key().value()))
                        .flatMap(
                                entry ->
                                        (value instanceof Map<?, ?> rest
                                                        ? refusal(rest, entry.value())
                                                        : Optional.of(
                                                                entry.key().value() + ": unknown"))
                                                .stream())
                        .findFirst();
            }
            default -> throw new AssertionError("a keyword that is not known here: " + keyword);
        };
    }

    private static Optional<String> require(boolean holds, Yaml yaml, Map.Entry<?, ?> keyword) {
        return holds ? Optional.empty() : Optional.of(OneLine.of(yaml) + ": " + keyword);
    }
}
