package io.overt.edge.net;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a connection without an agreed protocol speaks HTTP/1. Errs towards HTTP: what only
 * resembles it goes to the filter, which refuses what it cannot read, and a request that some
 * lenient server would take must not pass unread. Pure.
 */
final class FirstBytes {
    /** A request line that is longer than this speaks for itself long before. */
    static final int ENOUGH = 4096;

    private FirstBytes() {}

    enum Verdict {
        NEED_MORE,
        HTTP1,
        SOMETHING_ELSE
    }

    /**
     * @param ended whether nothing follows
     */
    static Verdict of(byte[] first, boolean ended) {
        // RFC 9112 §2.2: servers ignore empty lines before a request; some ignore blanks too.
        var text = new String(first, StandardCharsets.ISO_8859_1).stripLeading();
        if (text.isEmpty()) {
            return ended ? Verdict.SOMETHING_ELSE : Verdict.NEED_MORE;
        }
        var lineEnd = text.indexOf('\n');
        var line = lineEnd < 0 ? text : text.substring(0, lineEnd);
        if (line.startsWith("PRI * HTTP/2.0")) {
            return Verdict.SOMETHING_ELSE; // RFC 9113 §3.4, by prior knowledge.
        }
        var upper = line.toUpperCase(Locale.ROOT);
        if (upper.contains("HTTP/") && !"PRI * HTTP/2.0".startsWith(line)) {
            return Verdict.HTTP1;
        }
        var wordEnd = wordEnd(upper);
        var word = upper.substring(0, wordEnd);
        if (wordEnd < upper.length()) {
            // A method of the registry's and a blank: HTTP/0.9, or a line that goes on.
            if (METHODS.contains(word)) {
                return Verdict.HTTP1;
            }
            if (upper.charAt(wordEnd) != ' ' && upper.charAt(wordEnd) != '\t') {
                return Verdict.SOMETHING_ELSE; // A byte that no method has.
            }
        }
        var over =
                lineEnd >= 0 || ended || first.length >= ENOUGH || word.length() > LONGEST_METHOD;
        return over ? Verdict.SOMETHING_ELSE : Verdict.NEED_MORE;
    }

    private static int wordEnd(String text) {
        var at = 0;
        while (at < text.length() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isTokenCharacter(char c) {
        return c > 0x20 && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }

    private static final int LONGEST_METHOD = 32;
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
}
