package io.overt.policy;

import java.util.Optional;

/**
 * One thing that is wrong, or in a warning doubtful, in a policy.
 *
 * @param file the file's path in the {@link PolicySource}
 * @param line from 1
 * @param column from 1, in characters (Unicode code points)
 * @param rule the rule it stands in, where it stands in one that has a usable name
 * @param message what was found and what was expected
 */
public record Problem(String file, int line, int column, Optional<RuleName> rule, String message) {
    /**
     * One line for people: {@code policy.yaml:7:13: rule staff-health: `hots`: unknown key, did you
     * mean `host`?}
     */
    public String text() {
        return file
                + ":"
                + line
                + ":"
                + column
                + ": "
                + rule.map(name -> "rule " + name.value() + ": ").orElse("")
                + message;
    }

    @Override
    public String toString() {
        return text();
    }
}
