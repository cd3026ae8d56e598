package io.overt.control.author;

import io.overt.policy.Action;
import io.overt.policy.ConnectionFacts;
import io.overt.policy.Decision;
import io.overt.policy.Failure;
import io.overt.policy.HelloFacts;
import io.overt.policy.Policy;
import java.util.Locale;
import java.util.Optional;

/**
 * What becomes of a connection, as far as its record lets it be told.
 *
 * @param rule the rule that decides
 * @param outcome {@code inspect}, {@code splice}, {@code block}; or what the rule's {@code on}
 *     makes of the failure that was met, as {@code untrusted: splice}
 */
public record Fate(String rule, String outcome) {

    static Fate of(Policy policy, ConnectionFacts facts, Optional<Failure> met) {
        var decision = policy.decide(facts);
        return new Fate(decision.rule().value(), outcome(decision, facts, met));
    }

    private static String outcome(Decision decision, ConnectionFacts facts, Optional<Failure> met) {
        var failure =
                switch (facts.hello()) {
                    case HelloFacts.Peeked _ -> met;
                    // A plain request to the explicit proxy has a host and needs no hello.
                    case HelloFacts.NotPeeked(var fault) ->
                            facts.serverName().isPresent()
                                    ? Optional.<Failure>empty()
                                    : Optional.of(fault.failure());
                };
        return decision.action() == Action.INSPECT && failure.isPresent()
                ? failure.get().key() + ": " + decision.on().of(failure.get()).key()
                : decision.action().name().toLowerCase(Locale.ROOT);
    }
}
