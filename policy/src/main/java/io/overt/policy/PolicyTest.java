package io.overt.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One case of a policy's own tests: facts, and what the policy is expected to say of them. Made by
 * {@link PolicyTestReader} only.
 */
public final class PolicyTest {
    private final String name;
    private final Place place;
    private final GivenFacts given;
    private final Expected expected;

    /** Where it stands. */
    public record Place(String file, int line, int column) {}

    /** What is expected of the connection and, where one is given, of the request. */
    record Expected(
            Optional<String> rule,
            Optional<Action> then,
            Optional<String> label,
            Map<Failure, FailureAction> on,
            Optional<OfRequest> request) {}

    record OfRequest(
            Optional<String> rule, Optional<HttpRule.Action> then, Optional<String> label) {}

    /**
     * What came of it.
     *
     * @param failures what was not as expected, a message each; empty when all was
     */
    public record Result(String name, Place place, List<String> failures) {
        public Result {
            failures = List.copyOf(failures);
        }
    }

    PolicyTest(String name, Place place, GivenFacts given, Expected expected) {
        this.name = name;
        this.place = place;
        this.given = given;
        this.expected = expected;
    }

    /** Asks the policy. Pure, never fails. */
    public Result run(Policy policy) {
        List<String> failures = new ArrayList<>();
        Explanation explanation = policy.explain(given.connection());
        Set<Fact> missing = explanation.restsOn(given.unknown());
        if (!missing.isEmpty()) {
            failures.add(missing(missing));
        } else {
            connection(explanation, failures);
            given.request().ifPresent(request -> request(policy, request, explanation, failures));
        }
        return new Result(name, place, failures);
    }

    private void connection(Explanation explanation, List<String> failures) {
        Decision decision = explanation.decision();
        expected.rule()
                .filter(rule -> !rule.equals(decision.rule().value()))
                .ifPresent(
                        rule ->
                                failures.add(
                                        differs("rule", decision.rule().value(), rule)
                                                + why(rule, explanation.rules())));
        expected.then()
                .filter(then -> then != decision.action())
                .ifPresent(
                        then ->
                                failures.add(
                                        differs(
                                                "then",
                                                word(decision.action())
                                                        + " by rule "
                                                        + decision.rule(),
                                                word(then))));
        label(expected.label(), decision.label(), failures);
        expected.on()
                .forEach(
                        (failure, action) -> {
                            FailureAction actual = decision.on().of(failure);
                            if (decision.action() != Action.INSPECT) {
                                failures.add(
                                        differs(
                                                failure.key(),
                                                "nothing is inspected by rule " + decision.rule(),
                                                action.key()));
                            } else if (actual != action) {
                                failures.add(differs(failure.key(), actual.key(), action.key()));
                            }
                        });
    }

    private void request(
            Policy policy, HttpRequestFacts facts, Explanation connection, List<String> failures) {
        if (expected.request().isEmpty()) {
            return;
        }
        OfRequest wanted = expected.request().get();
        if (connection.decision().action() != Action.INSPECT) {
            failures.add(
                    "`request`: nobody sees it, rule "
                            + connection.decision().rule()
                            + " says "
                            + word(connection.decision().action())
                            + " (expected: inspect)");
            return;
        }
        HttpExplanation explanation = policy.http().explain(facts);
        Set<Fact> missing = explanation.restsOn(given.unknown());
        if (!missing.isEmpty()) {
            failures.add(missing(missing));
            return;
        }
        Told told = Told.of(explanation.decision());
        wanted.rule()
                .filter(rule -> !told.rule().equals(Optional.of(rule)))
                .ifPresent(
                        rule ->
                                failures.add(
                                        differs("request.rule", told.rule().orElse("none"), rule)
                                                + why(rule, explanation.rules())));
        wanted.then()
                .filter(then -> !told.then().equals(word(then)))
                .ifPresent(
                        then ->
                                failures.add(
                                        differs(
                                                "request.then",
                                                told.then()
                                                        + told.rule()
                                                                .map(rule -> " by rule " + rule)
                                                                .orElse(""),
                                                word(then))));
        label(wanted.label(), told.label(), failures);
    }

    /** A decision about a request, laid flat. */
    private record Told(Optional<String> rule, String then, Optional<String> label) {
        static Told of(HttpDecision decision) {
            return switch (decision) {
                case HttpDecision.Pass(var rule) ->
                        new Told(rule.map(RuleName::value), "pass", Optional.empty());
                case HttpDecision.Block(var rule, var label) ->
                        new Told(Optional.of(rule.value()), "block", label);
                case HttpDecision.Unreadable(var detail) ->
                        new Told(Optional.empty(), "unreadable: " + detail, Optional.empty());
            };
        }
    }

    private static void label(
            Optional<String> expected, Optional<String> actual, List<String> failures) {
        expected.filter(label -> !actual.equals(Optional.of(label)))
                .ifPresent(
                        label ->
                                failures.add(
                                        differs(
                                                "label",
                                                actual.map(text -> "\"" + text + "\"")
                                                        .orElse("none"),
                                                "\"" + label + "\"")));
    }

    private static String differs(String what, String actual, String expected) {
        return "`" + what + "`: " + actual + " (expected: " + expected + ")";
    }

    /** Why the expected rule was not it, where it was looked at. */
    private String why(String expected, List<RuleFinding> rules) {
        return rules.stream()
                .filter(rule -> rule.rule().value().equals(expected))
                .findFirst()
                .map(
                        rule ->
                                ": of "
                                        + expected
                                        + " did not hold "
                                        + rule.failed(given.unknown()).stream()
                                                .map(PolicyTest::text)
                                                .collect(Collectors.joining(", ")))
                .orElse(": " + expected + " stands below and was not looked at");
    }

    private static String text(Finding finding) {
        return "`"
                + finding.key()
                + "` "
                + finding.written()
                + (finding.seen().isEmpty() ? "" : " (" + finding.seen() + ")");
    }

    private static String missing(Set<Fact> facts) {
        return "cannot be told: rests on "
                + facts.stream()
                        .map(fact -> "`" + fact.key() + "`")
                        .collect(Collectors.joining(", "))
                + ", which the test does not give";
    }

    private static String word(Enum<?> action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return place.file() + ":" + place.line() + ": " + name;
    }
}
