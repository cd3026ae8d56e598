package io.overt.policy;

import java.util.List;
import java.util.Optional;

/**
 * A policy's rules for requests; immutable, usable by any number of threads.
 *
 * <p>A request's URL is read in two ways ({@link RequestUrl.Style}), because servers differ in how
 * they read it and we do not know which one is at the other end. A rule that blocks needs one
 * reading that matches; a rule that passes needs all of them to. So no spelling of a URL gets
 * around a block, nor into an exception from one.
 */
public final class HttpRules {
    private final Hosts hosts;
    private final List<HttpRule> rules;

    HttpRules(Hosts hosts, List<HttpRule> rules) {
        this.hosts = hosts;
        this.rules = List.copyOf(rules);
    }

    /** Whether there is no rule, so that no request needs to be looked at. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** The rules' names, in order. */
    public List<RuleName> ruleNames() {
        return rules.stream().map(HttpRule::name).toList();
    }

    /** What the first rule that matches says; {@code Pass} without a rule where none does. */
    public HttpDecision decide(HttpRequestFacts facts) {
        return decide(facts, Trace.NONE);
    }

    /**
     * The same decision, with every rule that was looked at and what became of each of its
     * conditions, in both readings of the URL where they differ. Never fails.
     */
    public HttpExplanation explain(HttpRequestFacts facts) {
        Trace.Recorded trace = new Trace.Recorded();
        return new HttpExplanation(decide(facts, trace), trace.rules());
    }

    private HttpDecision decide(HttpRequestFacts facts, Trace trace) {
        if (rules.isEmpty()) {
            return new HttpDecision.Pass(Optional.empty());
        }
        return switch (RequestTarget.read(facts)) {
            case RequestTarget.Unreadable(String detail) -> new HttpDecision.Unreadable(detail);
            case RequestTarget.Read(List<RequestUrl> urls) -> decide(facts, urls, trace);
        };
    }

    private HttpDecision decide(HttpRequestFacts facts, List<RequestUrl> urls, Trace trace) {
        List<Subject> readings = urls.stream().map(url -> Subject.of(facts, url, hosts)).toList();
        for (HttpRule rule : rules) {
            switch (rule.action()) {
                case BLOCK -> {
                    boolean held =
                            readings.stream().anyMatch(reading -> holds(rule, reading, trace));
                    trace.concludes(rule.name(), Finding.Joint.ANY, held);
                    if (held) {
                        return new HttpDecision.Block(rule.name(), rule.label());
                    }
                }
                case PASS -> {
                    boolean held =
                            readings.stream().allMatch(reading -> holds(rule, reading, trace));
                    trace.concludes(rule.name(), Finding.Joint.ALL, held);
                    if (held) {
                        return new HttpDecision.Pass(Optional.of(rule.name()));
                    }
                }
            }
        }
        return new HttpDecision.Pass(Optional.empty());
    }

    private static boolean holds(HttpRule rule, Subject reading, Trace trace) {
        trace.opens();
        boolean held = rule.when().test(reading, trace);
        trace.closesReading(reading, held);
        return held;
    }
}
