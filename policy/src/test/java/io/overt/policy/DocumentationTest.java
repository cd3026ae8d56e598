package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/policy.md against the compiler: its examples compile, its tables are complete and true. */
final class DocumentationTest {
    private static final Path PAGE = Path.of("..", "docs", "policy.md");

    record Example(String kind, String text, String next) {
        @Override
        public String toString() {
            return kind + ": " + text.lines().findFirst().orElse("");
        }

        /** The example as a whole document. */
        String document() {
            return switch (kind) {
                case "yaml", "yaml wrong" -> text;
                case "yaml rules" ->
                        "policy: p\nrules:\n"
                                + text.indent(2)
                                + "  - { name: default, then: inspect }\n";
                case "yaml http" ->
                        "policy: p\nrules: [ { name: default, then: inspect } ]\nhttp:\n"
                                + text.indent(2);
                default -> throw new AssertionError("an example of unknown kind: " + kind);
            };
        }
    }

    static Stream<Example> examples() throws IOException {
        List<Example> blocks = new ArrayList<>();
        Matcher block = FENCED.matcher(Files.readString(PAGE));
        List<String[]> found = new ArrayList<>();
        while (block.find()) {
            found.add(new String[] {block.group(1), block.group(2)});
        }
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i)[0].startsWith("yaml")) {
                String next = i + 1 < found.size() ? found.get(i + 1)[1] : "";
                blocks.add(new Example(found.get(i)[0], found.get(i)[1], next));
            }
        }
        return blocks.stream();
    }

    static Stream<Example> policies() throws IOException {
        return examples().filter(example -> !example.kind().endsWith("tests"));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void an_example_compiles_or_is_rejected_as_the_page_says(Example example) {
        Map<String, String> lists = new LinkedHashMap<>();
        Matcher file = Pattern.compile("file: ([^ }]+)").matcher(example.document());
        while (file.find()) {
            lists.put(file.group(1), "clinic.example\n");
        }
        PolicySource source = fetched(example, lists);

        if (example.kind().equals("yaml wrong")) {
            assertThat(Documents.rejection(source)).isEqualTo(example.next().strip());
        } else {
            assertThat(Documents.rejection(source)).isEmpty();
            assertThat(Documents.warnings(source)).isEmpty();
        }
    }

    /** As if the control plane had fetched what the document wants fetched. */
    private static PolicySource fetched(Example example, Map<String, String> lists) {
        Map<String, HostList> fetched = new LinkedHashMap<>();
        byte[] document = example.document().getBytes(StandardCharsets.UTF_8);
        for (DeclaredList list : DeclaredList.of(document)) {
            if (list.source() instanceof DeclaredList.Source.Fetched) {
                fetched.put(list.name(), HostList.none());
            }
        }
        return new PolicySource(Documents.source(example.document(), lists).files(), fetched);
    }

    @Test
    void the_tests_of_the_page_hold_for_its_first_policy_or_are_wrong_as_it_says()
            throws IOException {
        List<Example> all = examples().toList();
        Map<String, String> lists =
                Map.of(
                        "lists/health.txt",
                        "clinic.example\n",
                        "lists/malware.txt",
                        "bad.example\n");
        Policy policy = Documents.compiled(Documents.source(all.getFirst().document(), lists));
        List<Example> tests =
                all.stream().filter(example -> example.kind().endsWith("tests")).toList();
        assertThat(tests.stream().map(Example::kind))
                .containsExactly("yaml tests", "yaml wrong tests");

        for (Example example : tests) {
            switch (PolicyTestReader.read(
                    policy, "policy.test.yaml", example.text().getBytes(StandardCharsets.UTF_8))) {
                case PolicyTestReader.Reading.Tests(List<PolicyTest> found) ->
                        assertThat(
                                        found.stream()
                                                .flatMap(
                                                        test ->
                                                                test
                                                                        .run(policy)
                                                                        .failures()
                                                                        .stream()))
                                .isEmpty();
                case PolicyTestReader.Reading.Wrong(List<Problem> problems) ->
                        assertThat(Documents.text(problems)).isEqualTo(example.next().strip());
            }
        }
    }

    @Test
    void there_are_examples() throws IOException {
        assertThat(examples().map(Example::kind))
                .contains("yaml", "yaml wrong", "yaml rules", "yaml http")
                .hasSizeGreaterThanOrEqualTo(9);
    }

    @Test
    void the_example_list_is_one() throws IOException {
        String list =
                Files.readString(PAGE).split("```text\n# lists/health.txt\n")[1].split("```")[0];
        Policy policy =
                Documents.compiled(
                        Documents.source(
                                """
                                policy: p
                                rules:
                                  - { name: listed, when: { list: health }, then: splice }
                                  - { name: default, then: inspect }
                                lists: { health: { file: lists/health.txt } }
                                """,
                                Map.of("lists/health.txt", list)));

        assertThat(
                        Stream.of(
                                        "clinic.example",
                                        "x.hospital.example",
                                        "insurance.example",
                                        "hospital.example")
                                .map(
                                        name ->
                                                policy.decide(Facts.to(name).connection())
                                                        .rule()
                                                        .value()))
                .containsExactly("listed", "listed", "listed", "default");
    }

    @Test
    void the_table_of_failures_is_what_the_code_does() throws IOException {
        Set<String> expected =
                Stream.of(Failure.values())
                        .filter(failure -> failure != Failure.NOT_MIRRORABLE)
                        .map(
                                failure ->
                                        String.join(
                                                " | ",
                                                "`" + failure.key() + "`",
                                                failure.meaning(),
                                                failure == Failure.CLIENT_REFUSED
                                                        ? "see below"
                                                        : failure.allowed().stream()
                                                                .map(
                                                                        action ->
                                                                                "`"
                                                                                        + action
                                                                                                .key()
                                                                                        + "`")
                                                                .collect(Collectors.joining(", ")),
                                                "`" + failure.unstated().key() + "`"))
                        .collect(Collectors.toCollection(TreeSet::new));

        assertThat(
                        table("When it cannot be inspected").stream()
                                .map(row -> String.join(" | ", row)))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void the_tables_of_conditions_name_every_key() throws IOException {
        assertThat(keys("Conditions")).isEqualTo(ConditionReader.CONNECTION_KEYS.names());
        assertThat(keys("Hello")).isEqualTo(HelloConditions.KEYS.names());
        assertThat(keys("Rules for requests")).isEqualTo(RequestConditions.KEYS.names());
        assertThat(keys("The document")).isEqualTo(PolicyCompiler.KEYS.names());
        assertThat(keys("A rule")).isEqualTo(RuleKeys.KEYS.names());
    }

    @Test
    void the_faults_of_a_hello_are_all_named() throws IOException {
        String row =
                table("Hello").stream()
                        .filter(cells -> cells.getFirst().equals("`fault`"))
                        .map(cells -> cells.get(1))
                        .findFirst()
                        .orElseThrow();

        assertThat(row)
                .contains(Stream.of(HelloFault.values()).map(f -> "`" + f.key() + "`").toList());
    }

    @Test
    void the_table_of_limits_is_what_the_code_keeps() throws IOException {
        assertThat(table("Limits"))
                .containsExactlyElementsOf(
                        Limits.ALL.stream()
                                .map(limit -> List.of(limit.what(), limit.toString()))
                                .toList());
    }

    private static Set<String> keys(String heading) throws IOException {
        return table(heading).stream()
                .map(row -> row.getFirst().replace("`", ""))
                .collect(Collectors.toSet());
    }

    /** The rows of the first table under a heading, without its head. */
    private static List<List<String>> table(String heading) throws IOException {
        String section =
                Files.readString(PAGE)
                        .split("(?m)^#+ " + Pattern.quote(heading) + "$", 2)[1]
                        .split("(?m)^#+ ", 2)[0];
        List<String> rows = section.lines().filter(line -> line.startsWith("| ")).toList();
        return rows.subList(1, rows.size()).stream()
                .map(row -> Stream.of(row.split("\\|")).skip(1).map(String::strip).toList())
                .toList();
    }

    private static final Pattern FENCED =
            Pattern.compile("^```([a-z ]+)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
}
