package io.overt.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.policy.list.CompiledList;
import io.overt.policy.list.ListCompiler;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A list decides alike in whichever form it comes. */
final class CompiledListsInPolicyTest {
    private static final String DOCUMENT =
            """
            policy: p
            rules:
              - { name: named, when: { host: x.a.example }, then: splice }
              - { name: both, when: { all: [ { list: one }, { list: two } ] }, then: splice }
              - { name: one, when: { list: one }, then: block }
              - { name: two, when: { list: two }, then: block }
              - { name: default, then: inspect }
            http:
              - { name: page, when: { list: two }, then: block }
            lists: { one: { file: one.txt }, two: { file: two.txt } }
            """;

    @Test
    void a_compiled_list_decides_as_its_text_does() {
        Random random = new Random(5);
        List<String> one = lines(random);
        List<String> two = lines(random);
        Policy texts =
                Documents.compiled(
                        Documents.source(
                                DOCUMENT,
                                Map.of(
                                        "one.txt", String.join("\n", one),
                                        "two.txt", String.join("\n", two))));
        Policy compiled =
                Documents.compiled(
                        new PolicySource(
                                Map.of(
                                        PolicySource.DOCUMENT,
                                        DOCUMENT.getBytes(StandardCharsets.UTF_8)),
                                Map.of("one", list(one), "two", list(two))));

        for (int i = 0; i < 5_000; i++) {
            ConnectionFacts facts = Facts.to(name(random)).connection();
            assertThat(compiled.decide(facts)).isEqualTo(texts.decide(facts));
        }
    }

    @Test
    void a_list_whose_file_is_not_there_has_to_be_compiled() {
        PolicySource source =
                new PolicySource(
                        Map.of(PolicySource.DOCUMENT, DOCUMENT.getBytes(StandardCharsets.UTF_8)),
                        Map.of("one", list(List.of("a.example"))));

        assertThat(Documents.rejection(source))
                .isEqualTo("policy.yaml:10:47: `file`: `two.txt` is not there");
    }

    @Test
    void a_list_from_elsewhere_is_what_was_compiled_of_it_or_a_problem() {
        String document =
                """
                policy: fetched
                rules:
                  - { name: bad, when: { list: malware }, then: block }
                  - { name: default, then: inspect }
                lists:
                  malware: { url: "https://lists.example/malware.txt" }
                """;
        Map<String, byte[]> files =
                Map.of(PolicySource.DOCUMENT, document.getBytes(StandardCharsets.UTF_8));

        Policy policy =
                Documents.compiled(
                        new PolicySource(files, Map.of("malware", list(List.of(".bad.example")))));

        assertThat(policy.decide(Facts.to("www.bad.example").connection()).rule().value())
                .isEqualTo("bad");
        assertThat(Documents.rejection(new PolicySource(files)))
                .isEqualTo(
                        "policy.yaml:6:19: `url`: `https://lists.example/malware.txt` was never fetched,"
                                + " so that there is no list `malware`");
    }

    @Test
    void a_compiled_list_that_the_document_does_not_declare_is_warned_of() {
        PolicySource source =
                new PolicySource(
                        Map.of(PolicySource.DOCUMENT, DOCUMENT.getBytes(StandardCharsets.UTF_8)),
                        Map.of(
                                "one",
                                list(List.of()),
                                "two",
                                list(List.of()),
                                "x",
                                list(List.of())));

        assertThat(((Compilation.Compiled) PolicyCompiler.compile(source)).warnings())
                .map(Problem::message)
                .containsExactly("a compiled list `x`, which is not declared");
    }

    private static CompiledList list(List<String> lines) {
        ListCompiler compiler = new ListCompiler(Arena.ofAuto());
        lines.forEach(line -> compiler.add(HostPattern.parse(line).orElseThrow()));
        return switch (CompiledList.open(compiler.compile().file())) {
            case CompiledList.Opening.Opened(CompiledList list) -> list;
            case CompiledList.Opening.Damaged(String why) -> throw new AssertionError(why);
        };
    }

    private static List<String> lines(Random random) {
        return random.ints(60, 0, 3)
                .mapToObj(reach -> List.of("", "*.", ".").get(reach) + name(random))
                .toList();
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int labels = 1 + random.nextInt(3); labels > 0; labels--) {
            name.append((char) ('a' + random.nextInt(6))).append('.');
        }
        return name + "example";
    }
}
