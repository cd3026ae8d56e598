package io.overt.policy;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;

/**
 * A host name in the one form that everything here compares: lower case, A-labels (RFC 5890), no
 * trailing dot, at most 253 characters, labels of 1 to 63.
 *
 * <p>A label is made of letters, digits, {@code -} and {@code _}. That is wider than RFC 952 on
 * purpose: names with underscores and with hyphens at the edge of a label are met on the wire, and
 * a name that we could not represent could not be blocked either. An address is not a host name,
 * nor is anything that a URL parser would take for one: a last label that is a number ({@code
 * 192.0.2.1}, {@code a.0x7f}) is refused, as in the URL standard's "ends in a number".
 *
 * @param value the normalised name; the constructor normalises what it is given
 */
public record HostName(String value) {
    /**
     * @throws IllegalArgumentException when {@code value} is not a host name; {@link #parse}
     *     answers without an exception
     */
    public HostName {
        value =
                switch (read(value)) {
                    case Reading.Name(String name) -> name;
                    case Reading.NotAName(String why) ->
                            throw new IllegalArgumentException("\"" + value + "\": " + why);
                };
    }

    /**
     * The host name that {@code text} spells, in any case, with or without a trailing dot; empty
     * when it spells none.
     */
    public static Optional<HostName> parse(String text) {
        return switch (read(text)) {
            case Reading.Name(String name) -> Optional.of(new HostName(name));
            case Reading.NotAName _ -> Optional.empty();
        };
    }

    /** What a text is as a host name, or in words why it is none. */
    sealed interface Reading {
        record Name(String value) implements Reading {}

        record NotAName(String why) implements Reading {}
    }

    static Reading read(String text) {
        if (text.isEmpty()) {
            return new Reading.NotAName("is empty");
        }
        if (text.length() > LONGEST_INPUT) {
            return new Reading.NotAName("is longer than 253 characters");
        }
        String ascii = text;
        if (!isAscii(text)) {
            if (text.codePoints().anyMatch(HostName::meansAnotherNameSinceIdna2008)) {
                return new Reading.NotAName(
                        "contains a character that IDNA 2003 and 2008 map to different names (expected: the A-label, xn--…)");
            }
            try {
                ascii = IDN.toASCII(text);
            } catch (IllegalArgumentException e) {
                return new Reading.NotAName(
                        "not an internationalised name that can be converted (expected: the A-label, xn--…)");
            }
        }
        ascii = ascii.toLowerCase(Locale.ROOT);
        if (ascii.endsWith(".")) {
            ascii = ascii.substring(0, ascii.length() - 1);
        }
        if (ascii.length() > LONGEST) {
            return new Reading.NotAName("is longer than 253 characters");
        }
        int start = 0;
        String label = "";
        while (start <= ascii.length()) {
            int dot = ascii.indexOf('.', start);
            int end = dot < 0 ? ascii.length() : dot;
            label = ascii.substring(start, end);
            if (label.isEmpty()) {
                return new Reading.NotAName("has an empty label");
            }
            if (label.length() > LONGEST_LABEL) {
                return new Reading.NotAName("has a label longer than 63 characters");
            }
            for (int i = 0; i < label.length(); i++) {
                if (!isLabelCharacter(label.charAt(i))) {
                    return new Reading.NotAName(
                            "contains "
                                    + quote(label.charAt(i))
                                    + " (expected: letters, digits, \"-\", \"_\" and dots)");
                }
            }
            start = end + 1;
        }
        if (isNumber(label)) {
            return new Reading.NotAName(
                    "is an address, or would be taken for one, and not a host name");
        }
        return new Reading.Name(ascii);
    }

    @Override
    public String toString() {
        return value;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    // RFC 5894 §7.2: sharp s, final sigma, ZWJ and ZWNJ. The JDK converts by IDNA 2003, browsers by
    // 2008: the same text
    // would be one name in the policy and another one on the wire.
    private static boolean meansAnotherNameSinceIdna2008(int c) {
        return c == 0x00df || c == 0x1e9e || c == 0x03c2 || c == 0x200c || c == 0x200d;
    }

    private static boolean isLabelCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    private static boolean isNumber(String label) {
        String digits = label.startsWith("0x") ? label.substring(2) : label;
        int radix = label.startsWith("0x") ? 16 : 10;
        return digits.chars().allMatch(c -> Character.digit(c, radix) >= 0);
    }

    private static String quote(char c) {
        return c > ' ' && c < 0x7f ? "\"" + c + "\"" : String.format("U+%04X", (int) c);
    }

    private static final int LONGEST = 253;
    private static final int LONGEST_LABEL = 63;

    // Bounds the work on a hostile input before anything is converted; no valid name is spelt
    // longer than this.
    private static final int LONGEST_INPUT = 1024;
}
