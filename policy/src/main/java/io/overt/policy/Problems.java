package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Collects what is wrong, so that one compilation reports all of it. Confined to the thread that
 * compiles.
 */
final class Problems {
    private final String file;
    private final Optional<RuleName> rule;
    private final List<Problem> errors;
    private final List<Problem> warnings;

    private Problems(
            String file, Optional<RuleName> rule, List<Problem> errors, List<Problem> warnings) {
        this.file = file;
        this.rule = rule;
        this.errors = errors;
        this.warnings = warnings;
    }

    static Problems ofDocument() {
        return new Problems(
                PolicySource.DOCUMENT, Optional.empty(), new ArrayList<>(), new ArrayList<>());
    }

    /** The same collection, for what stands in a rule. */
    Problems in(Optional<RuleName> name) {
        return new Problems(file, name, errors, warnings);
    }

    /** The same collection, for what stands in another file. */
    Problems inFile(String path) {
        return new Problems(path, Optional.empty(), errors, warnings);
    }

    void add(Position at, String message) {
        errors.add(problem(at, message));
    }

    void warn(Position at, String message) {
        warnings.add(problem(at, message));
    }

    /** How many errors there are so far, in all files. */
    int count() {
        return errors.size();
    }

    List<Problem> errors() {
        return sorted(errors);
    }

    List<Problem> warnings() {
        return sorted(warnings);
    }

    // Messages quote what was written, and go to terminals, logs and web pages.
    private Problem problem(Position at, String message) {
        return new Problem(file, at.line(), at.column(), rule, printable(message));
    }

    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)
                                    || Character.getType(c) == Character.FORMAT
                                    || Character.getType(c) == Character.SURROGATE) {
                                printable.append(String.format("\\u%04x", c));
                            } else {
                                printable.appendCodePoint(c);
                            }
                        });
        return printable.toString();
    }

    // The document first, since that is where people look first. What two aliases mean alike is
    // said once.
    private static List<Problem> sorted(List<Problem> problems) {
        List<Problem> all =
                problems.stream()
                        .distinct()
                        .sorted(
                                Comparator.<Problem, Boolean>comparing(
                                                problem ->
                                                        !problem.file()
                                                                .equals(PolicySource.DOCUMENT))
                                        .thenComparing(Problem::file)
                                        .thenComparingInt(Problem::line)
                                        .thenComparingInt(Problem::column))
                        .toList();
        if (all.size() <= Limits.PROBLEMS) {
            return all;
        }
        Problem next = all.get(Limits.PROBLEMS);
        return Stream.concat(
                        all.stream().limit(Limits.PROBLEMS),
                        Stream.of(
                                new Problem(
                                        next.file(),
                                        next.line(),
                                        next.column(),
                                        Optional.empty(),
                                        "and "
                                                + (all.size() - Limits.PROBLEMS)
                                                + " more problems")))
                .toList();
    }
}
