package io.overt.x509.tlog;

/** Non-negative numbers as the C2SP formats write them: ASCII digits without leading zeroes. */
final class Decimal {

    private Decimal() {}

    static long parse(String text, String what) throws MalformedLogException {
        boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (digits && text.length() <= LONGEST && (text.length() == 1 || text.charAt(0) != '0')) {
            return Long.parseLong(text);
        }
        throw new MalformedLogException(
                "%s: '%s' (expected: a decimal number without leading zeroes, below 10^%d)"
                        .formatted(what, text, LONGEST));
    }

    /** Below 2^63 with room to spare; a log of a million entries a second needs 31,000 years. */
    private static final int LONGEST = 18;
}
