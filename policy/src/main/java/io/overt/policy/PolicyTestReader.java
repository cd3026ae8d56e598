package io.overt.policy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a policy's own tests: {@code policy.test.yaml} beside the document. */
public final class PolicyTestReader {
    private final Policy policy;
    private final String file;
    private final Problems problems;
    private final Map<String, Yaml.Position> names = new HashMap<>();

    /** What a file of tests is. */
    public sealed interface Reading {
        /** Tests, in order; at least one. */
        record Tests(List<PolicyTest> tests) implements Reading {
            public Tests {
                tests = List.copyOf(tests);
            }
        }

        /** Everything that is wrong with it. */
        record Wrong(List<Problem> problems) implements Reading {
            public Wrong {
                problems = List.copyOf(problems);
            }
        }
    }

    private PolicyTestReader(Policy policy, String file, Problems problems) {
        this.policy = policy;
        this.file = file;
        this.problems = problems;
    }

    /**
     * Any thread; never throws, whatever the file contains.
     *
     * @param policy whose rules the tests name
     * @param file how problems and results name the file
     */
    public static Reading read(Policy policy, String file, byte[] content) {
        Problems problems = Problems.ofDocument().inFile(file);
        List<PolicyTest> tests =
                content.length > Limits.DOCUMENT_BYTES
                        ? tooLarge(content.length, problems)
                        : Utf8.decode(content, problems)
                                .flatMap(text -> YamlReader.read(text, "`tests`", problems))
                                .map(new PolicyTestReader(policy, file, problems)::tests)
                                .orElse(List.of());
        List<Problem> errors = problems.errors();
        return errors.isEmpty() ? new Reading.Tests(tests) : new Reading.Wrong(errors);
    }

    private static List<PolicyTest> tooLarge(int bytes, Problems problems) {
        problems.add(
                Yaml.Position.START,
                bytes + " bytes (expected: at most " + Limits.DOCUMENT_BYTES + ")");
        return List.of();
    }

    private List<PolicyTest> tests(Yaml root) {
        Fields fields = Fields.of(root, "the document", PolicyTestKeys.FILE.names(), problems);
        Optional<Yaml> common = fields.value("given");
        common.ifPresent(given -> given(List.of(given)));
        Optional<Yaml> section = fields.required("tests", "a list of tests");
        List<PolicyTest> tests = new ArrayList<>();
        switch (section.orElse(new Yaml.Empty(fields.at()))) {
            case Yaml.Sequence(List<Yaml> items, var at) -> {
                if (items.isEmpty()) {
                    problems.add(at, "`tests`: is empty (expected: at least one test)");
                }
                items.forEach(item -> test(item, common).ifPresent(tests::add));
            }
            case Yaml.Empty _ -> {}
            case Yaml other ->
                    problems.add(
                            other.at(),
                            "`tests`: is " + other.kind() + " (expected: a list of tests)");
        }
        return tests;
    }

    private Optional<PolicyTest> test(Yaml item, Optional<Yaml> common) {
        Fields fields = Fields.of(item, "a test", PolicyTestKeys.TEST.names(), problems);
        fields.required("name", "what the report calls the test");
        Optional<Yaml.Text> name = fields.text("name", Limits.PROSE);
        name.ifPresent(this::noteName);
        Optional<Yaml> own = fields.required("given", "the facts, as { host: www.example.com }");
        Optional<Yaml> expect =
                fields.required("expect", "what the policy says, as { rule: default }");
        Optional<GivenFacts> given =
                own.map(yaml -> given(Stream.concat(common.stream(), Stream.of(yaml)).toList()));
        Optional<PolicyTest.Expected> expected = expect.map(this::expected);
        if (name.isEmpty() || given.isEmpty() || expected.isEmpty()) {
            return Optional.empty();
        }
        if (expected.get().request().isPresent() && given.get().request().isEmpty()) {
            problems.add(
                    expect.orElseThrow().at(),
                    "`request`: is expected to be judged, and none is given");
        }
        return Optional.of(
                new PolicyTest(
                        name.get().value().strip(),
                        new PolicyTest.Place(file, fields.at().line(), fields.at().column()),
                        given.get(),
                        expected.get()));
    }

    private void noteName(Yaml.Text name) {
        Yaml.Position first = names.putIfAbsent(name.value().strip(), name.at());
        if (first != null) {
            problems.add(
                    name.at(),
                    "`name`: another test has this name, on line "
                            + first.line()
                            + " (expected: a name of its own)");
        }
    }

    /** What is given, later ones first where they differ. What two tests share is wrong once. */
    private GivenFacts given(List<Yaml> sections) {
        GivenFacts facts = new GivenFacts();
        for (Yaml section : sections) {
            Fields fields = Fields.of(section, "`given`", PolicyTestKeys.GIVEN.names(), problems);
            for (GivenFacts.Key key : CONNECTION_FACTS) {
                state(facts, key, fields);
            }
            fields.value("hello")
                    .map(
                            hello ->
                                    Fields.of(
                                            hello,
                                            "`hello`",
                                            PolicyTestKeys.HELLO.names(),
                                            problems))
                    .ifPresent(hello -> HELLO_FACTS.forEach(key -> state(facts, key, hello)));
            fields.value("request").ifPresent(request -> request(facts, request));
        }
        facts.contradiction().ifPresent(why -> problems.add(sections.getLast().at(), why));
        return facts;
    }

    private void state(GivenFacts facts, GivenFacts.Key key, Fields fields) {
        if (key == GivenFacts.Key.ALPN) {
            List<Yaml.Text> texts = fields.texts(key.key());
            if (!texts.isEmpty()) {
                facts.state(key, texts.stream().map(Yaml.Text::value).toList());
            }
            return;
        }
        fields.text(key.key(), Limits.TEXT)
                .ifPresent(
                        text ->
                                facts.state(key, List.of(text.value()))
                                        .ifPresent(why -> problems.add(text.at(), why)));
    }

    private void request(GivenFacts facts, Yaml section) {
        Fields fields = Fields.of(section, "`request`", PolicyTestKeys.REQUEST.names(), problems);
        fields.required("url", "a URL as https://chat.example/path");
        Optional<Yaml.Text> url = fields.text("url", Limits.TEXT);
        String method = fields.text("method", Limits.TEXT).map(Yaml.Text::value).orElse("GET");
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        fields.value("headers").ifPresent(value -> headers(value, headers));
        url.flatMap(text -> facts.stateRequest(method, text.value(), headers))
                .ifPresent(why -> problems.add(fields.at(), why));
    }

    private void headers(Yaml value, List<Map.Entry<String, String>> headers) {
        if (!(value instanceof Yaml.Mapping(List<Yaml.Entry> entries, _))) {
            problems.add(
                    value.at(),
                    "`headers`: is " + value.kind() + " (expected: a mapping of names to values)");
            return;
        }
        for (Yaml.Entry entry : entries) {
            Fields.texts(entry.value(), entry.key().value(), problems)
                    .forEach(text -> headers.add(Map.entry(entry.key().value(), text.value())));
        }
    }

    private PolicyTest.Expected expected(Yaml section) {
        Fields fields = Fields.of(section, "`expect`", PolicyTestKeys.EXPECT.names(), problems);
        if (section instanceof Yaml.Mapping(var entries, var at) && entries.isEmpty()) {
            problems.add(at, "`expect`: is empty, so that the test cannot fail");
        }
        return new PolicyTest.Expected(
                rule(fields, policy.ruleNames()),
                fields.text("then", Limits.TEXT).flatMap(text -> word(text, Action.values())),
                label(fields),
                fields.value("on").map(this::outcomes).orElse(Map.of()),
                fields.value("request").map(this::expectedOfRequest));
    }

    private PolicyTest.OfRequest expectedOfRequest(Yaml section) {
        Fields fields =
                Fields.of(section, "`request`", PolicyTestKeys.EXPECT_REQUEST.names(), problems);
        if (section instanceof Yaml.Mapping(var entries, var at) && entries.isEmpty()) {
            problems.add(at, "`request`: is empty, so that nothing is expected of it");
        }
        return new PolicyTest.OfRequest(
                rule(fields, policy.http().ruleNames()),
                fields.text("then", Limits.TEXT)
                        .flatMap(text -> word(text, HttpRule.Action.values())),
                label(fields));
    }

    private Optional<String> rule(Fields fields, List<RuleName> known) {
        Optional<Yaml.Text> rule = fields.text("rule", Limits.TEXT);
        List<String> names = known.stream().map(RuleName::value).toList();
        rule.filter(text -> !names.contains(text.value()))
                .ifPresent(
                        text ->
                                problems.add(
                                        text.at(),
                                        "`rule`: unknown rule "
                                                + Fields.quoted(text.value())
                                                + Nearest.hint(text.value(), names)));
        return rule.map(Yaml.Text::value);
    }

    private static Optional<String> label(Fields fields) {
        return fields.text("label", Limits.PROSE).map(text -> text.value().strip());
    }

    private <E extends Enum<E>> Optional<E> word(Yaml.Text text, E[] known) {
        Optional<E> found =
                Stream.of(known)
                        .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text.value()))
                        .findFirst();
        if (found.isEmpty()) {
            problems.add(
                    text.at(),
                    "`then`: "
                            + Fields.quoted(text.value())
                            + Nearest.hint(
                                    text.value(),
                                    Stream.of(known)
                                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                                            .toList()));
        }
        return found;
    }

    private Map<Failure, FailureAction> outcomes(Yaml section) {
        Fields fields = Fields.of(section, "`on`", OutcomesReader.KEYS.names(), problems);
        Map<Failure, FailureAction> outcomes = new EnumMap<>(Failure.class);
        for (Failure failure : Failure.values()) {
            if (failure != Failure.NOT_MIRRORABLE) {
                fields.text(failure.key(), Limits.TEXT)
                        .flatMap(text -> OutcomesReader.action(failure, text, problems))
                        .ifPresent(action -> outcomes.put(failure, action));
            }
        }
        return outcomes;
    }

    private static final List<GivenFacts.Key> HELLO_FACTS = facts(PolicyTestKeys.HELLO);
    private static final List<GivenFacts.Key> CONNECTION_FACTS = facts(PolicyTestKeys.GIVEN);

    private static List<GivenFacts.Key> facts(Keys keys) {
        return Stream.of(GivenFacts.Key.values())
                .filter(fact -> keys.names().contains(fact.key()))
                .toList();
    }
}
