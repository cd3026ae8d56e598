package io.overt.edge.http;

/** Character classes of RFC 9110 and 9112, on text whose characters are bytes (ISO 8859-1). */
final class Characters {

    private Characters() {}

    /** RFC 9110 §5.6.2: {@code token = 1*tchar}. */
    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(Characters::isTokenCharacter);
    }

    /** RFC 9110 §5.5: HTAB, SP, VCHAR and obs-text; no other control character. */
    static boolean isFieldValue(String text) {
        return text.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7f));
    }

    static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    /**
     * RFC 9110 §5.5: optional whitespace around a field value is not part of it. SP and HTAB only,
     * unlike trim().
     */
    static String withoutBlanksAround(String text) {
        var from = 0;
        var to = text.length();
        while (from < to && isBlank(text.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
