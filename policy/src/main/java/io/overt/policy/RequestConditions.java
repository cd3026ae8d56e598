package io.overt.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads those conditions of {@code when} that are about a request. */
final class RequestConditions {
    private RequestConditions() {}

    static List<Condition> read(Fields fields, Problems problems) {
        List<Condition> parts = new ArrayList<>();
        if (fields.isWritten("url")) {
            parts.add(fields.written("url", new Condition.Url(urls(fields, problems))));
        }
        if (fields.isWritten("method")) {
            parts.add(fields.written("method", new Condition.Method(methods(fields, problems))));
        }
        fields.value("header").ifPresent(value -> parts.addAll(headers(value, problems)));
        fields.value("cookie").ifPresent(value -> parts.addAll(cookies(value, problems)));
        if (fields.isWritten("content-type")) {
            parts.add(
                    fields.written(
                            "content-type",
                            new Condition.ContentType(
                                    globs(fields.texts("content-type"), Glob.Case.IGNORED))));
        }
        return parts;
    }

    private static List<UrlPattern> urls(Fields fields, Problems problems) {
        List<UrlPattern> patterns = new ArrayList<>();
        for (Yaml.Text text : fields.texts("url")) {
            switch (UrlPattern.read(text.value())) {
                case UrlPattern.Reading.Pattern(UrlPattern pattern) -> patterns.add(pattern);
                case UrlPattern.Reading.NotAPattern(String why) ->
                        problems.add(
                                text.at(), "`url`: " + Fields.quoted(text.value()) + ": " + why);
            }
        }
        return List.copyOf(patterns);
    }

    private static Set<String> methods(Fields fields, Problems problems) {
        Set<String> methods = new LinkedHashSet<>();
        for (Yaml.Text text : fields.texts("method")) {
            if (TOKEN.matcher(text.value()).matches()) {
                methods.add(text.value().toUpperCase(Locale.ROOT));
            } else {
                problems.add(
                        text.at(),
                        "`method`: "
                                + Fields.quoted(text.value())
                                + " (expected: a method as POST)");
            }
        }
        return Set.copyOf(methods);
    }

    private static List<Condition> headers(Yaml value, Problems problems) {
        List<Condition> parts = new ArrayList<>();
        for (Named named : named(value, "header", problems)) {
            parts.add(
                    named.written(
                            "header",
                            new Condition.Header(
                                    named.name().toLowerCase(Locale.ROOT),
                                    globs(named.values(), Glob.Case.IGNORED))));
        }
        return parts;
    }

    private static List<Condition> cookies(Yaml value, Problems problems) {
        List<Condition> parts = new ArrayList<>();
        for (Named named : named(value, "cookie", problems)) {
            parts.add(
                    named.written(
                            "cookie",
                            new Condition.Cookie(
                                    named.name(), globs(named.values(), Glob.Case.AS_IS))));
        }
        return parts;
    }

    /** A header or cookie, and the globs of which its value has to match one. */
    private record Named(Yaml.Entry entry, List<Yaml.Text> values) {
        String name() {
            return entry.key().value();
        }

        Condition written(String key, Condition condition) {
            return new Condition.Written(
                    key + " " + name(), OneLine.of(entry.value()), entry.key().at(), condition);
        }
    }

    private static List<Named> named(Yaml value, String key, Problems problems) {
        if (!(value instanceof Yaml.Mapping(List<Yaml.Entry> entries, var at))) {
            problems.add(
                    value.at(),
                    "`"
                            + key
                            + "`: is "
                            + value.kind()
                            + " (expected: a mapping of names to values)");
            return List.of();
        }
        if (entries.isEmpty()) {
            problems.add(at, "`" + key + "`: is empty (expected: a name and a value)");
        }
        List<Named> named = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (Yaml.Entry entry : entries) {
            String name = entry.key().value();
            if (!TOKEN.matcher(name).matches()) {
                problems.add(
                        entry.key().at(),
                        "`"
                                + key
                                + "`: name "
                                + Fields.quoted(name)
                                + " (expected: letters, digits and hyphens)");
            } else if (!seen.add(key.equals("header") ? name.toLowerCase(Locale.ROOT) : name)) {
                problems.add(entry.key().at(), Fields.quoted(name) + ": written twice");
            } else if (entry.value() instanceof Yaml.Empty) {
                problems.add(entry.key().at(), Fields.quoted(name) + ": has no value");
            } else {
                named.add(new Named(entry, Fields.texts(entry.value(), name, problems)));
            }
        }
        return named;
    }

    private static List<Glob> globs(List<Yaml.Text> texts, Glob.Case compared) {
        return texts.stream().map(text -> Glob.of(text.value(), compared)).toList();
    }

    private static final Shape GLOBS = new Shape.Texts("texts in which `*` stands for anything");
    static final Keys KEYS =
            Keys.of(
                    "A condition on requests",
                    PolicyKey.optional(
                            "url",
                            new Shape.Texts("patterns `[scheme://]host[:port]/path[?query]`"),
                            "The URL is like one of these. It is read in two ways: a rule that blocks needs one"
                                    + " that matches, a rule that passes both."),
                    PolicyKey.optional(
                            "method",
                            new Shape.Texts("methods as `POST`"),
                            "The method is one of these; case does not matter."),
                    PolicyKey.optional(
                            "header",
                            new Shape.Chosen(
                                    Optional.empty(), "names of headers", GLOBS, Shape.Fill.SOME),
                            "For each name, a header line of that name has a value like one of these; case does"
                                    + " not matter."),
                    PolicyKey.optional(
                            "cookie",
                            new Shape.Chosen(
                                    Optional.empty(), "names of cookies", GLOBS, Shape.Fill.SOME),
                            "For each name, a cookie of that name has a value like one of these; case matters."),
                    PolicyKey.optional(
                            "content-type",
                            GLOBS,
                            "The media type of what is sent is like one of these, without its parameters; case"
                                    + " does not matter."));

    private static final String ABOUT_RESPONSES =
            "not available yet: rules are decided before the upstream has answered";

    /** What the language is going to have, and nothing yet honours. */
    static final Map<String, String> NOT_YET =
            Map.of("response", ABOUT_RESPONSES, "status", ABOUT_RESPONSES);

    // RFC 9110 §5.6.2
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
}
