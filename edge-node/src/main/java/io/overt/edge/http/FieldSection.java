package io.overt.edge.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Field lines in order, names as they were spelled, values without the blanks around them.
 *
 * @param lines as the policy's facts want them
 */
record FieldSection(List<Map.Entry<String, String>> lines) {

    FieldSection {
        lines = List.copyOf(lines);
    }

    static FieldSection parse(List<String> lines, FirstFlaw flaws) {
        var fields = new ArrayList<Map.Entry<String, String>>(lines.size());
        for (var line : lines) {
            var colon = line.indexOf(':');
            if (!line.isEmpty() && Characters.isBlank(line.charAt(0))) {
                // RFC 9112 §5.2: obs-fold. Who unfolds and who does not see different fields.
                flaws.note(
                        Http1Fault.FOLDED_LINE, "a line begins with a blank: " + Flaw.quoted(line));
            } else if (colon < 0) {
                flaws.note(
                        Http1Fault.BAD_FIELD_NAME, "a line without a colon: " + Flaw.quoted(line));
            } else {
                fields.add(field(line.substring(0, colon), line.substring(colon + 1), flaws));
            }
        }
        return new FieldSection(fields);
    }

    private static Map.Entry<String, String> field(String name, String value, FirstFlaw flaws) {
        if (!Characters.isToken(name)) {
            // RFC 9112 §5.1: that includes a blank before the colon, known from request smuggling.
            flaws.note(
                    Http1Fault.BAD_FIELD_NAME,
                    "field name " + Flaw.quoted(name) + " (expected: a token)");
        }
        if (name.indexOf('_') >= 0
                && FRAMING.contains(name.toLowerCase(Locale.ROOT).replace('_', '-'))) {
            // Gateways in front of CGI and WSGI applications read "Content_Length" as
            // Content-Length.
            flaws.note(
                    Http1Fault.BAD_FIELD_NAME,
                    "field name " + Flaw.quoted(name) + " imitates another");
        }
        if (!Characters.isFieldValue(value)) {
            flaws.note(
                    Http1Fault.BAD_FIELD_VALUE,
                    "a control character in " + name + ": " + Flaw.quoted(value));
        }
        return Map.entry(name, Characters.withoutBlanksAround(value));
    }

    /** The values of every line with that name, in order. */
    List<String> all(String name) {
        return lines.stream()
                .filter(line -> line.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    boolean has(String name) {
        return lines.stream().anyMatch(line -> line.getKey().equalsIgnoreCase(name));
    }

    /**
     * The elements of a comma-separated list field over all its lines, lower case, empty ones
     * dropped (RFC 9110 §5.6.1).
     */
    List<String> elements(String name) {
        return all(name).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(element -> Characters.withoutBlanksAround(element).toLowerCase(Locale.ROOT))
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /** Whether a field says where a message ends or for whom it is. */
    static boolean isFraming(String name) {
        return FRAMING.contains(name.toLowerCase(Locale.ROOT));
    }

    private static final List<String> FRAMING =
            List.of("content-length", "transfer-encoding", "host");
}
