package io.overt.policy;

import io.overt.policy.Yaml.Position;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads a file's bytes as text, strictly: a replaced character in a host name would be another host
 * name.
 */
final class Utf8 {
    private Utf8() {}

    /**
     * The text, without a byte order mark; empty, with a problem at the first octet that does not
     * fit, when it is not UTF-8.
     */
    static Optional<String> decode(byte[] bytes, Problems problems) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        // UTF-8 never has more UTF-16 units than octets, so the buffer cannot overflow.
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = strict().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            problems.add(endOf(text), notUtf8(bytes[in.position()], in.position()));
            return Optional.empty();
        }
        return Optional.of(text.startsWith("\ufeff") ? text.substring(1) : text);
    }

    /**
     * The same for one line of a longer text.
     *
     * @param before octets of the text before the line
     */
    static Optional<String> decodeLine(byte[] bytes, int line, long before, Problems problems) {
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = strict().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            problems.add(
                    new Position(line, 1 + text.codePointCount(0, text.length())),
                    notUtf8(bytes[in.position()], before + in.position()));
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static CharsetDecoder strict() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static String notUtf8(byte octet, long offset) {
        return "not UTF-8: octet " + String.format("0x%02X", octet) + " at offset " + offset;
    }

    /** The position right after {@code text}. */
    static Position endOf(String text) {
        int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
        int lineStart = text.lastIndexOf('\n') + 1;
        return new Position(line, 1 + text.codePointCount(lineStart, text.length()));
    }
}
