package io.overt.control.cli;

import io.overt.policy.Action;
import io.overt.policy.Decision;
import io.overt.policy.Explanation;
import io.overt.policy.Fact;
import io.overt.policy.Failure;
import io.overt.policy.Finding;
import io.overt.policy.GivenFacts;
import io.overt.policy.HttpDecision;
import io.overt.policy.HttpExplanation;
import io.overt.policy.Policy;
import io.overt.policy.RuleFinding;
import io.overt.policy.RuleName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code explain} found out.
 *
 * @param unknown facts that were not given
 * @param below how many rules stand below the one that decided
 * @param request the request's, where one was given and comes to be judged
 */
record ExplainAnswer(
        Explanation connection,
        int below,
        Optional<HttpExplanation> request,
        boolean requestIsSeen,
        Set<Fact> unknown) {

    static ExplainAnswer of(Policy policy, GivenFacts given) {
        var explanation = policy.explain(given.connection());
        boolean seen = explanation.decision().action() == Action.INSPECT;
        return new ExplainAnswer(
                explanation,
                policy.ruleNames().size() - explanation.rules().size(),
                given.request().map(policy.http()::explain),
                seen,
                given.unknown());
    }

    /** Whether the facts that were not given have no say. */
    boolean isCertain() {
        return connection.restsOn(unknown).isEmpty()
                && request.filter(_ -> requestIsSeen)
                        .map(asked -> asked.restsOn(unknown).isEmpty())
                        .orElse(true);
    }

    Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("connection", connectionJson());
        request.ifPresent(asked -> json.put("request", requestJson(asked)));
        return json;
    }

    private Map<String, Object> connectionJson() {
        var decision = connection.decision();
        var json = new LinkedHashMap<String, Object>();
        json.put("rule", decision.rule().value());
        json.put("then", word(decision.action()));
        decision.label().ifPresent(label -> json.put("label", label));
        decision.because().ifPresent(because -> json.put("because", because));
        if (decision.action() == Action.INSPECT) {
            json.put("on", outcomes(decision));
        }
        json.put("rests_on_unknown", keys(connection.restsOn(unknown)));
        json.put("rules", connection.rules().stream().map(this::ruleJson).toList());
        json.put("rules_below", below);
        return json;
    }

    private Map<String, Object> requestJson(HttpExplanation asked) {
        var json = new LinkedHashMap<String, Object>();
        json.put("seen", requestIsSeen);
        switch (asked.decision()) {
            case HttpDecision.Pass(var rule) -> {
                json.put("rule", rule.map(RuleName::value).orElse(""));
                json.put("then", "pass");
            }
            case HttpDecision.Block(var rule, var label) -> {
                json.put("rule", rule.value());
                json.put("then", "block");
                label.ifPresent(text -> json.put("label", text));
            }
            case HttpDecision.Unreadable(var detail) -> {
                json.put("rule", "");
                json.put("then", "refuse");
                json.put("detail", detail);
            }
        }
        json.put("rests_on_unknown", keys(asked.restsOn(unknown)));
        json.put("rules", asked.rules().stream().map(this::ruleJson).toList());
        return json;
    }

    private Map<String, Object> ruleJson(RuleFinding rule) {
        var json = new LinkedHashMap<String, Object>();
        json.put("rule", rule.rule().value());
        json.put("matched", word(rule.standing(unknown)));
        json.put("nearly", rule.nearly(unknown).isPresent());
        json.put("conditions", rule.conditions().stream().map(this::json).toList());
        return json;
    }

    private Map<String, Object> json(Finding finding) {
        var json = new LinkedHashMap<String, Object>();
        json.put("key", finding.key());
        json.put("written", finding.written());
        json.put("line", finding.line());
        json.put("column", finding.column());
        json.put("seen", seen(finding));
        json.put("held", word(finding.standing(unknown)));
        json.put("parts", finding.parts().stream().map(this::json).toList());
        return json;
    }

    /** For people; {@code document} is where lines are. */
    String text(String document) {
        var text = new StringBuilder();
        var decision = connection.decision();
        text.append("connection: ")
                .append(word(decision.action()))
                .append(" by rule ")
                .append(decision.rule())
                .append('\n');
        decision.because().ifPresent(because -> line(text, "  because: ", because));
        decision.label().ifPresent(label -> line(text, "  label: ", label));
        if (decision.action() == Action.INSPECT) {
            line(
                    text,
                    "  where it cannot be inspected: ",
                    outcomes(decision).entrySet().stream()
                            .map(each -> each.getKey() + " " + each.getValue())
                            .collect(Collectors.joining(", ")));
        }
        rests(text, connection.restsOn(unknown));
        rules(text, document, connection.rules());
        if (below > 0) {
            text.append("rules below, not looked at: ").append(below).append('\n');
        }
        request.ifPresent(asked -> request(text, document, asked));
        return text.toString();
    }

    private void request(StringBuilder text, String document, HttpExplanation asked) {
        text.append('\n');
        if (!requestIsSeen) {
            text.append("request: nobody sees it, the connection is not inspected; if it were:\n");
        }
        switch (asked.decision()) {
            case HttpDecision.Pass(var rule) ->
                    line(
                            text,
                            "request: pass ",
                            rule.map(name -> "by rule " + name)
                                    .orElse("because no rule for requests matches"));
            case HttpDecision.Block(var rule, var label) -> {
                line(text, "request: block by rule ", rule.value());
                label.ifPresent(shown -> line(text, "  label: ", shown));
            }
            case HttpDecision.Unreadable(var detail) ->
                    line(text, "request: refused, cannot be read: ", detail);
        }
        rests(text, asked.restsOn(unknown));
        rules(text, document, asked.rules());
    }

    private void rests(StringBuilder text, Set<Fact> facts) {
        if (!facts.isEmpty()) {
            text.append("  NOT CERTAIN: rests on ")
                    .append(String.join(", ", keys(facts)))
                    .append(", which was not given\n");
        }
    }

    private void rules(StringBuilder text, String document, List<RuleFinding> rules) {
        if (rules.isEmpty()) {
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("RULE", "CONDITION", "SEEN", "HELD", "LINE"));
        for (var rule : rules) {
            rows.add(
                    List.of(
                            rule.rule().value(),
                            rule.conditions().isEmpty() ? "matches everything" : "",
                            "",
                            verdict(rule),
                            ""));
            rule.conditions().forEach(finding -> row(rows, finding, "  "));
        }
        text.append(Output.table(rows));
        for (var rule : rules) {
            rule.nearly(unknown)
                    .ifPresent(
                            finding ->
                                    line(
                                            text,
                                            "nearly matched: ",
                                            rule.rule()
                                                    + ", but for "
                                                    + finding.key()
                                                    + " "
                                                    + finding.written()
                                                    + " ("
                                                    + seen(finding)
                                                    + ") at "
                                                    + document
                                                    + ":"
                                                    + finding.line()
                                                    + ":"
                                                    + finding.column()));
        }
    }

    private void row(List<List<String>> rows, Finding finding, String indent) {
        boolean joined = !finding.parts().isEmpty();
        rows.add(
                List.of(
                        "",
                        Output.printable(
                                indent + finding.key() + (joined ? "" : " " + finding.written())),
                        Output.printable(seen(finding)),
                        word(finding.standing(unknown)),
                        finding.line() == 0 ? "" : String.valueOf(finding.line())));
        finding.parts().forEach(part -> row(rows, part, indent + "  "));
    }

    private String seen(Finding finding) {
        return finding.about().filter(unknown::contains).isPresent() ? "not given" : finding.seen();
    }

    /** Every failure with its outcome, but for the one that is not a key of its own. */
    private static Map<String, Object> outcomes(Decision decision) {
        var outcomes = new LinkedHashMap<String, Object>();
        for (var failure : Failure.values()) {
            if (failure != Failure.NOT_MIRRORABLE) {
                outcomes.put(failure.key(), decision.on().of(failure).key());
            }
        }
        return outcomes;
    }

    private static void line(StringBuilder text, String head, String rest) {
        text.append(head).append(Output.printable(rest)).append('\n');
    }

    private static List<String> keys(Set<Fact> facts) {
        return facts.stream().map(Fact::key).toList();
    }

    private String verdict(RuleFinding rule) {
        return switch (rule.standing(unknown)) {
            case HOLDS -> rule.matched() ? "DECIDES" : "yes";
            case OPEN -> "unknown";
            case FAILS -> rule.nearly(unknown).isPresent() ? "nearly" : "no";
        };
    }

    /** Three answers, since what rests on a fact that was not given has neither held nor failed. */
    private static String word(Finding.Standing standing) {
        return switch (standing) {
            case HOLDS -> "yes";
            case FAILS -> "no";
            case OPEN -> "unknown";
        };
    }

    private static String word(Action word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
