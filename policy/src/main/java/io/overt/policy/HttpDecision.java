package io.overt.policy;

import java.util.Optional;

/** What the policy says about one request on an inspected connection. */
public sealed interface HttpDecision {
    /** It goes on to the upstream: by a rule, or because none matched. */
    record Pass(Optional<RuleName> rule) implements HttpDecision {}

    /** It is answered with a page that carries the label. */
    record Block(RuleName rule, Optional<String> label) implements HttpDecision {}

    /**
     * There are rules to be applied, and the request's target or authority cannot be read as a URL:
     * letting it pass would be a way around every rule. It is answered with 400.
     *
     * @param detail for the record: what was found and what was expected
     */
    record Unreadable(String detail) implements HttpDecision {}
}
