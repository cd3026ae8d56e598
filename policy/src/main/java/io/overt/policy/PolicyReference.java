package io.overt.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The policy language as a page of tables, in Markdown: every key of every mapping and every word,
 * made from the readers' own tables as {@link PolicySchema} is.
 */
public final class PolicyReference {
    private final StringBuilder page = new StringBuilder();
    private final Map<String, Shape.Words> vocabularies = new LinkedHashMap<>();

    private PolicyReference() {}

    /** The page, with its last end of line. */
    public static String markdown() {
        return new PolicyReference().write();
    }

    private String write() {
        page.append(head());
        section(PolicyCompiler.KEYS, "The document is a mapping.");
        section(RuleKeys.KEYS, "An item of the document's `rules`.");
        section(
                ConditionReader.CONNECTION_KEYS,
                "The value of a rule's `when`, and wherever another condition has one inside. What stands"
                        + " beside each other must all hold; the items of one list are alternatives.");
        section(
                HelloConditions.KEYS,
                "In a condition. What stands beside each other must all hold.");
        section(TimeConditions.KEYS, "In a condition: one window, or a list of alternatives.");
        section(
                OutcomesReader.KEYS,
                "The value of a rule's `on`. Each key is a failure, with what may be done about it.");
        section(OutcomesReader.PINNED_KEYS, "The value of `pinned` in `on`.");
        section(RuleKeys.HTTP_KEYS, "An item of the document's `http`.");
        section(
                RequestConditions.KEYS,
                "The value of `when` in a rule for requests. All keys of "
                        + link(ConditionReader.CONNECTION_KEYS)
                        + " may stand there, `host` and `list` being about the host of the URL, and"
                        + " these. In a rule for connections they are problems.");
        section(ListSourceKeys.OF_A_FILE, "A value in the document's `lists`.");
        section(
                ListSourceKeys.FETCHED,
                "A value in the document's `lists`. A document that has one is of version 2.");
        section(ListSourceKeys.SIGNATURE_KEYS, "Of a list that is fetched.");
        words();
        notYet();
        limits();
        tests();
        return page.toString();
    }

    private static String head() {
        return """
            # The policy language: reference

            All keys and words of policy language %d, made from the compiler's own tables (`overtctl schema --reference`). What they are for, with examples: [policy.md](policy.md). The same for
            editors: [policy.schema.json](policy.schema.json).

            A key that is not in the table of its mapping is a problem, and so is one that is written twice or has no value. "One or a list" is one value, or a list of at least one. A text has at most %d characters
            where nothing else is said. *Default* is what holds where the key is not written. *Since* is the version of the language that first had the key, where that was not the first: a document is of the lowest version that has its keys.

            ## Names

            Of the policy, rules, lists, sites and listeners: %s.
            """
                .formatted(PolicyCompiler.LANGUAGE, Limits.TEXT, RuleName.EXPECTED);
    }

    private void tests() {
        section(
                PolicyTestKeys.FILE,
                "A file `*.test.yaml` beside the document, for `overtctl test`. It is no part of the"
                        + " policy. A fact that is not given is unknown, unless it says otherwise.");
        section(PolicyTestKeys.TEST, "An item of `tests`.");
        section(PolicyTestKeys.GIVEN, "Of a test, or of all tests of the file.");
        section(PolicyTestKeys.HELLO, "Of `given`.");
        section(PolicyTestKeys.REQUEST, "Of `given`.");
        section(PolicyTestKeys.EXPECT, "Of a test. At least one.");
        section(PolicyTestKeys.EXPECT_REQUEST, "Of `expect`. At least one.");
    }

    private void section(Keys keys, String where) {
        page.append("\n## ").append(keys.title()).append("\n\n").append(where).append("\n\n");
        boolean all = keys.all().stream().allMatch(key -> key.since() == 1);
        List<String> since = all ? List.of() : List.of("Since");
        row("Key", "Value", "Default", since, "What it means");
        row("---", "---", "---", since.stream().map(_ -> "---").toList(), "---");
        for (PolicyKey key : keys.all()) {
            if (key.value() instanceof Shape.Words vocabulary) {
                note(key, keys, vocabulary);
            }
            if (key.value() instanceof Shape.OneOrMore(Shape.Words vocabulary)) {
                note(key, keys, vocabulary);
            }
            row(
                    code(key.name()),
                    value(key.value()),
                    switch (key.unstated()) {
                        case PolicyKey.Unstated.Problem _ -> "required";
                        case PolicyKey.Unstated.Nothing _ -> "";
                        case PolicyKey.Unstated.Value(var value) ->
                                isWord(key.value(), value) ? code(value) : value;
                    },
                    since.stream().map(_ -> Integer.toString(key.since())).toList(),
                    key.meaning());
        }
    }

    /** Defaults that could be written are shown as they would be. */
    private static boolean isWord(Shape shape, String value) {
        return switch (shape) {
            case Shape.Words words -> words.known().contains(value);
            case Shape.Either(var shapes) -> shapes.stream().anyMatch(each -> isWord(each, value));
            case Shape.Form(var form, _) -> form.matcher(value).matches();
            case Shape.Text _ -> true;
            case Shape.Texts _,
                    Shape.Name _,
                    Shape.Prose _,
                    Shape.YesOrNo _,
                    Shape.OneOrMore _,
                    Shape.ListOf _,
                    Shape.Mapping _,
                    Shape.Chosen _,
                    Shape.When _ ->
                    false;
        };
    }

    private static String value(Shape shape) {
        return switch (shape) {
            case Shape.Text(var is) -> is;
            case Shape.Texts(var is) -> "one or a list: " + is;
            case Shape.Form(_, var is) -> is;
            case Shape.Name _ -> "a [name](#names)";
            case Shape.Prose _ -> "a text of at most " + Limits.PROSE + " characters";
            case Shape.YesOrNo _ -> "`true` or `false`";
            case Shape.Words words ->
                    words.known().stream()
                            .map(PolicyReference::code)
                            .collect(Collectors.joining(", "));
            case Shape.OneOrMore(var each) -> "one or a list: " + value(each);
            case Shape.ListOf(var each, var fill) -> "a list" + of(fill) + ": " + value(each);
            case Shape.Mapping(var keys) -> link(keys);
            case Shape.Chosen(_, var is, var each, var fill) ->
                    "a mapping" + of(fill) + ": " + is + ", each with " + value(each);
            case Shape.Either(var shapes) ->
                    shapes.stream()
                            .map(PolicyReference::value)
                            .collect(Collectors.joining(", or "));
            case Shape.When(var about) ->
                    switch (about) {
                        case CONNECTIONS -> link(ConditionReader.CONNECTION_KEYS);
                        case REQUESTS -> link(RequestConditions.KEYS);
                    };
        };
    }

    private static String of(Shape.Fill fill) {
        return switch (fill) {
            case SOME -> ", not empty";
            case ANY -> "";
        };
    }

    /** The failures' words are said once for all of them. */
    private void note(PolicyKey key, Keys keys, Shape.Words vocabulary) {
        if (keys != OutcomesReader.KEYS && keys != OutcomesReader.PINNED_KEYS) {
            String title = code(key.name()) + " of " + lowerCase(keys.title());
            vocabularies.put(title, vocabulary);
        }
    }

    private void words() {
        page.append("\n## Words\n\nEach closed vocabulary. No other word is taken.\n");
        Map<Shape.Words, List<String>> places = new LinkedHashMap<>();
        vocabularies.forEach(
                (title, words) -> places.computeIfAbsent(words, _ -> new ArrayList<>()).add(title));
        places.put(
                new Shape.Words(
                        Stream.of(FailureAction.values())
                                .map(each -> new Shape.Word(each.key(), each.meaning()))
                                .toList()),
                List.of("keys of " + link(OutcomesReader.KEYS)));
        places.forEach(
                (words, where) -> {
                    page.append("\nFor ").append(String.join(" and ", where)).append(":\n\n");
                    row("Word", "What it means");
                    row("---", "---");
                    words.words().forEach(word -> row(code(word.word()), word.meaning()));
                });
    }

    private void notYet() {
        page.append("\n## Known, and not in this version\n\nThese are problems that say so.\n\n");
        row("Where", "Words");
        row("---", "---");
        row(link(ConditionReader.CONNECTION_KEYS), codes(ConditionReader.NOT_YET.keySet()));
        row(link(RequestConditions.KEYS), codes(RequestConditions.NOT_YET.keySet()));
        row("`then` of " + link(RuleKeys.HTTP_KEYS), codes(RuleKeys.HTTP_NOT_YET));
    }

    private void limits() {
        page.append("\n## Limits\n\n");
        row("What", "At most");
        row("---", "---");
        Limits.ALL.forEach(limit -> row(limit.what(), limit.toString()));
    }

    private void row(
            String key, String value, String unstated, List<String> since, String meaning) {
        row(
                Stream.of(List.of(key, value, unstated), since, List.of(meaning))
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    private void row(String... cells) {
        page.append("| ")
                .append(
                        Stream.of(cells)
                                .map(cell -> cell.replace("|", "\\|"))
                                .collect(Collectors.joining(" | ")))
                .append(" |\n");
    }

    private static String codes(Iterable<String> words) {
        TreeSet<String> sorted = new TreeSet<>();
        words.forEach(sorted::add);
        return sorted.stream().map(PolicyReference::code).collect(Collectors.joining(", "));
    }

    private static String code(String word) {
        return "`" + word + "`";
    }

    private static String link(Keys keys) {
        return "[" + lowerCase(keys.title()) + "](#" + anchor(keys.title()) + ")";
    }

    private static String lowerCase(String title) {
        return title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1);
    }

    /** As GitHub and GitLab make it of a heading. */
    private static String anchor(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }
}
