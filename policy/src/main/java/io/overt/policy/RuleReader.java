package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads {@code rules} and {@code http}. */
final class RuleReader {
    private final Problems problems;
    private final Map<String, Position> names = new HashMap<>();

    /** What is left when every rule has been read. */
    record Rules(List<Rule> rules, Optional<Decision> last) {}

    RuleReader(Problems problems) {
        this.problems = problems;
    }

    Rules rules(Yaml section, ConditionReader conditions) {
        List<Rule> rules = new ArrayList<>();
        Optional<Decision> last = Optional.empty();
        List<Yaml> items = items(section, "rules");
        if (items.isEmpty() && section instanceof Yaml.Sequence) {
            problems.add(
                    section.at(),
                    "`rules`: is empty (expected: at least a last rule without `when`)");
        }
        Order order = new Order();
        for (Yaml item : items) {
            Problems here = problems.in(nameOf(item));
            Fields fields = Fields.of(item, "a rule", RuleKeys.KEYS.names(), here);
            Optional<RuleName> name = name(fields, here);
            order.next(item, fields, name, here);
            Optional<Condition> when =
                    fields.value("when").map(value -> conditions.read(value, here));
            Optional<Action> action = action(fields, here);
            Outcomes on = on(fields, action, here);
            Revocation revocation = revocation(fields, action, here);
            int scts = scts(fields, action, here);
            Optional<String> label = prose(fields, "label");
            Optional<String> because = prose(fields, "because");
            if (fields.isWritten("label") && action.filter(a -> a == Action.SPLICE).isPresent()) {
                here.add(
                        fields.atKey("label"),
                        "`label`: is shown where something is blocked, and a spliced connection never is"
                                + " (expected: `because`)");
            }
            if (name.isEmpty() || action.isEmpty()) {
                continue;
            }
            Decision decision =
                    new Decision(name.get(), action.get(), on, revocation, scts, label, because);
            if (when.isPresent()) {
                rules.add(new Rule(when.get(), decision));
            } else if (!fields.isWritten("when")) {
                last = Optional.of(decision);
            }
        }
        order.requireLast();
        return new Rules(rules, last);
    }

    List<HttpRule> http(Yaml section, ConditionReader conditions) {
        List<HttpRule> rules = new ArrayList<>();
        Order order = new Order();
        for (Yaml item : items(section, "http")) {
            Problems here = problems.in(nameOf(item));
            Fields fields =
                    Fields.of(item, "a rule", RuleKeys.HTTP_KEYS.names(), HTTP_NOT_HERE, here);
            Optional<RuleName> name = name(fields, here);
            order.next(item, fields, name, here);
            Condition when =
                    fields.value("when")
                            .map(value -> conditions.read(value, here))
                            .orElseGet(Condition.Always::new);
            Optional<HttpRule.Action> action = httpAction(fields, here);
            Optional<String> label = prose(fields, "label");
            Optional<String> because = prose(fields, "because");
            if (fields.isWritten("label")
                    && action.filter(a -> a == HttpRule.Action.PASS).isPresent()) {
                here.add(
                        fields.atKey("label"),
                        "`label`: is shown where something is blocked (expected: `because`)");
            }
            if (name.isPresent() && action.isPresent()) {
                rules.add(new HttpRule(name.get(), when, action.get(), label, because));
            }
        }
        return rules;
    }

    /** Sees that a rule that matches everything comes last. */
    private final class Order {
        private Optional<Fields> everything = Optional.empty();
        private Optional<Fields> latest = Optional.empty();
        private Problems latestProblems = problems;
        private String everythingName = "";

        void next(Yaml item, Fields fields, Optional<RuleName> name, Problems here) {
            if (!(item instanceof Yaml.Mapping)) {
                latest = Optional.empty();
                return;
            }
            if (everything.isPresent()) {
                here.add(
                        fields.at(),
                        "is never reached: rule "
                                + Fields.quoted(everythingName)
                                + " on line "
                                + everything.get().at().line()
                                + " has no `when` and matches everything");
            } else if (!fields.isWritten("when")) {
                everything = Optional.of(fields);
                everythingName = name.map(RuleName::value).orElse("");
            }
            latest = Optional.of(fields);
            latestProblems = here;
        }

        void requireLast() {
            if (everything.isEmpty() && latest.isPresent()) {
                latestProblems.add(
                        latest.get().at(),
                        "the last rule has a `when` (expected: a last rule without one, that says what happens"
                                + " to everything else)");
            }
        }
    }

    private List<Yaml> items(Yaml section, String key) {
        if (section instanceof Yaml.Sequence(List<Yaml> items, _)) {
            return items;
        }
        problems.add(
                section.at(),
                "`" + key + "`: is " + section.kind() + " (expected: a list of rules)");
        return List.of();
    }

    // The name a problem is reported under: read before anything else of the rule is.
    private static Optional<RuleName> nameOf(Yaml item) {
        if (!(item instanceof Yaml.Mapping(List<Yaml.Entry> entries, _))) {
            return Optional.empty();
        }
        for (Yaml.Entry entry : entries) {
            if (entry.key().value().equals("name")
                    && entry.value() instanceof Yaml.Text(String value, _)
                    && RuleName.isValid(value)) {
                return Optional.of(new RuleName(value));
            }
        }
        return Optional.empty();
    }

    private Optional<RuleName> name(Fields fields, Problems here) {
        fields.required("name", "what logs and users see of the rule");
        Optional<Yaml.Text> text = fields.text("name", Limits.TEXT);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String name = text.get().value();
        if (!RuleName.isValid(name)) {
            here.add(
                    text.get().at(),
                    "`name`: " + Fields.quoted(name) + " (expected: " + RuleName.EXPECTED + ")");
            return Optional.empty();
        }
        Position first = names.putIfAbsent(name, text.get().at());
        if (first != null) {
            here.add(
                    text.get().at(),
                    "`name`: another rule has this name, on line "
                            + first.line()
                            + " (expected: a name of its own)");
        }
        return Optional.of(new RuleName(name));
    }

    private static Optional<Action> action(Fields fields, Problems here) {
        fields.required("then", "inspect, splice or block");
        Optional<Yaml.Text> text = fields.text("then", Limits.TEXT);
        return text.flatMap(
                then ->
                        switch (then.value()) {
                            case "inspect" -> Optional.of(Action.INSPECT);
                            case "splice" -> Optional.of(Action.SPLICE);
                            case "block" -> Optional.of(Action.BLOCK);
                            default -> {
                                here.add(
                                        then.at(),
                                        "`then`: "
                                                + Fields.quoted(then.value())
                                                + Nearest.hint(
                                                        then.value(), RuleKeys.ACTIONS.known()));
                                yield Optional.empty();
                            }
                        });
    }

    private static Optional<HttpRule.Action> httpAction(Fields fields, Problems here) {
        Optional<Yaml> value = fields.required("then", "block or pass");
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof Yaml.Mapping(List<Yaml.Entry> entries, _)
                && !entries.isEmpty()) {
            for (Yaml.Entry entry : entries) {
                String key = entry.key().value();
                here.add(
                        entry.key().at(),
                        RuleKeys.HTTP_NOT_YET.contains(key)
                                ? notYet(key)
                                : "`then`: "
                                        + Fields.quoted(key)
                                        + Nearest.hint(key, RuleKeys.HTTP_ACTIONS.known()));
            }
            return Optional.empty();
        }
        return fields.text("then", Limits.TEXT)
                .flatMap(
                        then ->
                                switch (then.value()) {
                                    case "block" -> Optional.of(HttpRule.Action.BLOCK);
                                    case "pass" -> Optional.of(HttpRule.Action.PASS);
                                    default -> {
                                        here.add(
                                                then.at(),
                                                RuleKeys.HTTP_NOT_YET.contains(then.value())
                                                        ? notYet(then.value())
                                                        : "`then`: "
                                                                + Fields.quoted(then.value())
                                                                + Nearest.hint(
                                                                        then.value(),
                                                                        RuleKeys.HTTP_ACTIONS
                                                                                .known()));
                                        yield Optional.empty();
                                    }
                                });
    }

    private static String notYet(String action) {
        return "`then`: `" + action + "` is not available yet (expected: block or pass)";
    }

    private static Outcomes on(Fields fields, Optional<Action> action, Problems here) {
        if (fields.isWritten("on") && action.filter(a -> a != Action.INSPECT).isPresent()) {
            here.add(
                    fields.atKey("on"),
                    "`on`: says what happens when a connection cannot be inspected (expected: only with `then:"
                            + " inspect`)");
        }
        return fields.value("on")
                .map(value -> OutcomesReader.read(value, here))
                .orElse(Outcomes.unstated());
    }

    private static Revocation revocation(Fields fields, Optional<Action> action, Problems here) {
        if (fields.isWritten("revocation") && action.filter(a -> a != Action.INSPECT).isPresent()) {
            here.add(
                    fields.atKey("revocation"),
                    "`revocation`: says how the server's certificate is looked at (expected: only with"
                            + " `then: inspect`)");
        }
        return fields.text("revocation", Limits.TEXT)
                .flatMap(text -> revocation(text, here))
                .orElse(Revocation.unstated());
    }

    private static Optional<Revocation> revocation(Yaml.Text text, Problems here) {
        Optional<Revocation> revocation =
                Stream.of(Revocation.values())
                        .filter(known -> known.key().equals(text.value()))
                        .findFirst();
        if (revocation.isEmpty()) {
            here.add(
                    text.at(),
                    "`revocation`: "
                            + Fields.quoted(text.value())
                            + " (expected: off, soft or hard)");
        }
        return revocation;
    }

    private static int scts(Fields fields, Optional<Action> action, Problems here) {
        if (fields.isWritten("scts") && action.filter(a -> a != Action.INSPECT).isPresent()) {
            here.add(
                    fields.atKey("scts"),
                    "`scts`: says how the server's certificate is looked at (expected: only with `then:"
                            + " inspect`)");
        }
        return fields.text("scts", Limits.TEXT).map(text -> scts(text, here)).orElse(0);
    }

    private static int scts(Yaml.Text text, Problems here) {
        if (RuleKeys.SCTS.matcher(text.value()).matches()) {
            return Integer.parseInt(text.value());
        }
        here.add(text.at(), "`scts`: " + Fields.quoted(text.value()) + " (expected: 0 to 8)");
        return 0;
    }

    private static Optional<String> prose(Fields fields, String key) {
        return fields.text(key, Limits.PROSE).map(text -> text.value().strip());
    }

    private static final String LOOKED_AT =
            "is for `rules` only: by the time there is a request, the server's certificate has been"
                    + " looked at";
    private static final Map<String, String> HTTP_NOT_HERE =
            Map.of(
                    "on",
                    "is for `rules` only: by the time there is a request, the connection is inspected",
                    "revocation",
                    LOOKED_AT,
                    "scts",
                    LOOKED_AT);
}
