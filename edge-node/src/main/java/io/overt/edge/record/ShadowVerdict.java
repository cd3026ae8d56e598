package io.overt.edge.record;

import io.overt.edge.flow.Outcome;
import io.overt.policy.RuleName;
import java.util.Locale;

/**
 * How a connection would have fared under the version in shadow.
 *
 * @param version the one in shadow
 * @param rule that would have decided
 * @param outcome what the client would have got
 * @param comparison whether that is something else than it got
 */
public record ShadowVerdict(long version, RuleName rule, Outcome outcome, Comparison comparison) {

    /** How it compares. */
    public enum Comparison {
        SAME,
        DIFFERENT;

        /** The name in records. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
