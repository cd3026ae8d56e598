package io.overt.edge.http;

/**
 * A message that breaks a rule.
 *
 * @param detail what was found and what was expected; printable ASCII, bounded
 */
record Flaw(Http1Fault fault, String detail) {

    /** A peer's bytes on their way to a log or a page: printable ASCII, bounded, quoted. */
    static String quoted(String text) {
        var shown = new StringBuilder("\"");
        for (var at = 0; at < text.length() && at < LONGEST_QUOTE; at++) {
            var c = text.charAt(at);
            if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\') {
                shown.append(c);
            } else {
                shown.append("\\x%02x".formatted((int) c));
            }
        }
        return shown.append(text.length() > LONGEST_QUOTE ? "...\"" : "\"").toString();
    }

    private static final int LONGEST_QUOTE = 80;
}
