package io.overt.policy;

import java.util.List;
import java.util.stream.Stream;

/**
 * A compiled policy: immutable, usable by any number of threads, and without effect on anything.
 * Made by {@link PolicyCompiler} only, so that whoever holds one holds a policy that compiled.
 */
public final class Policy {
    private final String name;
    private final Hosts hosts;
    private final List<Rule> rules;
    private final Decision last;
    private final HttpRules http;

    /**
     * @param rules all rules but the last one, in order
     * @param last what the rule without a condition says: a policy cannot be made without it
     */
    Policy(String name, Hosts hosts, List<Rule> rules, Decision last, HttpRules http) {
        this.name = name;
        this.hosts = hosts;
        this.rules = List.copyOf(rules);
        this.last = last;
        this.http = http;
    }

    /** The policy's own name, as in its document. */
    public String name() {
        return name;
    }

    /** The rules for requests on inspected connections; empty where the document has none. */
    public HttpRules http() {
        return http;
    }

    /**
     * The names of the rules for connections, in order, the last one included. {@link
     * HttpRules#ruleNames} has the others; no name is in both.
     */
    public List<RuleName> ruleNames() {
        return Stream.concat(rules.stream().map(Rule::decision), Stream.of(last))
                .map(Decision::rule)
                .toList();
    }

    /**
     * What the first rule that matches says. Never fails; costs a walk over the rules and one
     * look-up of the server name.
     */
    public Decision decide(ConnectionFacts facts) {
        return decide(facts, Trace.NONE);
    }

    /**
     * The same decision, with every rule that was looked at and what became of each of its
     * conditions. Never fails.
     */
    public Explanation explain(ConnectionFacts facts) {
        Trace.Recorded trace = new Trace.Recorded();
        return new Explanation(decide(facts, trace), trace.rules());
    }

    private Decision decide(ConnectionFacts facts, Trace trace) {
        Subject subject = Subject.of(facts, hosts);
        for (Rule rule : rules) {
            boolean held = rule.when().test(subject, trace);
            trace.concludes(rule.decision().rule(), Finding.Joint.ALL, held);
            if (held) {
                return rule.decision();
            }
        }
        trace.concludes(last.rule(), Finding.Joint.ALL, true);
        return last;
    }

    @Override
    public String toString() {
        return "Policy[" + name + ", " + (rules.size() + 1) + " rules]";
    }
}
