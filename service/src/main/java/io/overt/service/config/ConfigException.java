package io.overt.service.config;

import java.util.List;

/**
 * The configuration is not usable; the operator's fault. The message has one line per problem, each
 * of the form {@code edge.yaml:12: hello.max-size: -1 (expected: > 0)}, and is meant to be printed
 * as it is, without a stack trace.
 */
public final class ConfigException extends Exception {
    private final transient List<String> problems;

    /** Problems as printed, at least one. */
    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a ConfigException needs a problem");
        }
        this.problems = List.copyOf(problems);
    }

    /** One problem. */
    public ConfigException(String problem) {
        this(List.of(problem));
    }

    /** One per problem, in the order of the file. */
    public List<String> problems() {
        return problems;
    }
}
