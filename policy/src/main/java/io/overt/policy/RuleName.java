package io.overt.policy;

import java.util.regex.Pattern;

/**
 * A rule's name: what logs, metrics, records and block pages show of it. 1 to 64 letters, digits,
 * {@code -}, {@code _} or {@code .}, the first one a letter or a digit, so that it stands in a
 * metric label, a URL and a log line as it is.
 */
public record RuleName(String value) {
    public RuleName {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "rule name \"" + value + "\" (expected: " + EXPECTED + ")");
        }
    }

    static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }

    static final String EXPECTED =
            "1 to 64 letters, digits, \"-\", \"_\" or \".\", a letter or digit first";

    static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
}
