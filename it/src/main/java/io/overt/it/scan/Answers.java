package io.overt.it.scan;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** What a scan found, in the words of the table. */
record Answers(Map<String, String> found) {
    static final String YES = "yes";
    static final String NO = "no";
    static final String PARTLY = "partly";

    /** The probe had nothing to look at: what it needs is not spoken. */
    static final String NOTHING = "—";

    /** The probe ran into an error, a deadline or a contradiction. */
    static final String FAILED = "?";

    static final String SEPARATOR = ", ";

    Answers {
        found = Map.copyOf(found);
    }

    String of(Trait trait) {
        String value = found.getOrDefault(trait.name(), "NOT_TESTED_YET");
        return switch (value) {
            case "TRUE" -> YES;
            case "FALSE" -> NO;
            case "PARTIALLY" -> PARTLY;
            case "CANNOT_BE_TESTED", "UNSUPPORTED", "COULD_NOT_TEST", "NOT_TESTED_YET", "" ->
                    NOTHING;
            case "ERROR_DURING_TEST", "UNCERTAIN", "UNASSIGNED_ERROR", "TIMEOUT" -> FAILED;
            default ->
                    Arrays.stream(value.split(","))
                            .map(String::strip)
                            .sorted()
                            .collect(Collectors.joining(SEPARATOR));
        };
    }
}
