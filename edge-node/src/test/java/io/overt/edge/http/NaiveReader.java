package io.overt.edge.http;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A second opinion on what reached the upstream: reads the whole text with regular expressions,
 * shares no code with the filter, and objects to whatever is not a run of plain requests, the last
 * of them perhaps unfinished.
 */
final class NaiveReader {

    private NaiveReader() {}

    /** Empty if there is nothing to object to. */
    static Optional<String> objectionTo(String forwarded) {
        var rest = forwarded;
        while (!rest.isEmpty()) {
            var headEnd = rest.indexOf("\r\n\r\n");
            if (headEnd < 0) {
                return Optional.of("a head that is not whole");
            }
            var head = rest.substring(0, headEnd + 2);
            if (!HEAD.matcher(head).matches()) {
                return Optional.of("not a plain head: " + head);
            }
            var low = head.toLowerCase(Locale.ROOT);
            if (head.matches("(?s)\\S+ (https://[^/]*)?/blocked.*")) {
                return Optional.of("a blocked request: " + head);
            }
            if (count(low, "\r\nhost:") != 1 || !HOST.matcher(low).find()) {
                return Optional.of("not the one host: " + head);
            }
            var lengths = count(low, "\r\ncontent-length:");
            var codings = count(low, "\r\ntransfer-encoding:");
            if (lengths + codings > 1) {
                return Optional.of("more than one framing: " + head);
            }
            rest = rest.substring(headEnd + 4);
            if (lengths == 1) {
                var length = LENGTH.matcher(low);
                if (!length.find()) {
                    return Optional.of("not a plain length: " + head);
                }
                rest =
                        rest.substring(
                                (int) Math.min(rest.length(), Long.parseLong(length.group(1))));
            } else if (codings == 1) {
                if (!CODING.matcher(low).find() || low.split("\r\n")[0].endsWith("http/1.0")) {
                    return Optional.of("not a plain coding: " + head);
                }
                var body = afterChunks(rest);
                if (body.isEmpty()) {
                    return Optional.of("not plain chunks: " + rest);
                }
                rest = body.get();
            }
        }
        return Optional.empty();
    }

    /**
     * What is behind the chunks; nothing behind chunks that break off; empty for what is not the
     * beginning of chunks.
     */
    private static Optional<String> afterChunks(String text) {
        var rest = text;
        while (true) {
            var line = CHUNK_LINE.matcher(rest);
            if (!line.lookingAt()) {
                return UNFINISHED_CHUNK_LINE.matcher(rest).matches()
                        ? Optional.of("")
                        : Optional.empty();
            }
            var size = Long.parseLong(line.group(1), 16);
            rest = rest.substring(line.end());
            if (size == 0) {
                var trailers = TRAILERS.matcher(rest);
                if (trailers.lookingAt()) {
                    return Optional.of(rest.substring(trailers.end()));
                }
                return rest.contains("\r\n\r\n") || rest.startsWith("\r\n")
                        ? Optional.empty()
                        : Optional.of("");
            }
            if (rest.length() < size + 2) {
                return rest.length() <= size || rest.charAt((int) size) == '\r'
                        ? Optional.of("")
                        : Optional.empty();
            }
            if (!rest.startsWith("\r\n", (int) size)) {
                return Optional.empty();
            }
            rest = rest.substring((int) size + 2);
        }
    }

    private static int count(String text, String what) {
        return (text.length() - text.replace(what, "").length()) / what.length();
    }

    private static final String FIELD =
            "[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e\\x80-\\xff]*\r\n";
    private static final Pattern HEAD =
            Pattern.compile(
                    "[!#$%&'*+.^_`|~0-9A-Za-z-]+ (/|\\*|(?i:https)://)[!-\"$-~]* HTTP/1\\.[01]\r\n(?:"
                            + FIELD
                            + ")+");
    private static final Pattern HOST =
            Pattern.compile("\r\nhost:[ \t]*(www\\.)?example\\.com\\.?(:443)?[ \t]*\r\n");
    private static final Pattern LENGTH =
            Pattern.compile("\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n");
    private static final Pattern CODING =
            Pattern.compile(
                    "\r\ntransfer-encoding:[ \t]*((gzip|x-gzip|deflate|compress|x-compress)[ \t]*,[ \t]*)*chunked[ \t]*\r\n");
    private static final Pattern CHUNK_LINE =
            Pattern.compile("([0-9A-Fa-f]{1,15})(?:[ \t]*;[\\t\\x20-\\x7e]*)?\r\n");
    private static final Pattern UNFINISHED_CHUNK_LINE =
            Pattern.compile("(?:[0-9A-Fa-f]{1,15}(?:[ \t]*(?:;[\\t\\x20-\\x7e]*)?)?\r?)?");
    private static final Pattern TRAILERS =
            Pattern.compile(
                    "(?:(?!(?i:host|content-length|transfer-encoding):)" + FIELD + ")*\r\n");
}
