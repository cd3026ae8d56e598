package io.overt.edge.hello;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Strict reading of TLS presentation language (RFC 8446 §3) with a sticky first flaw: after one,
 * reads give zeros and empty lists, so that callers check once at the end and no input can make
 * them throw.
 */
final class HelloCursor {

    private final byte[] bytes;
    private final int end;
    private final Flaw flaw;
    private int at;

    HelloCursor(byte[] bytes, int from) {
        this(bytes, from, bytes.length, new Flaw());
    }

    private HelloCursor(byte[] bytes, int at, int end, Flaw flaw) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
        this.flaw = flaw;
    }

    /** The first flaw found by this cursor or by any that was cut from it. */
    @Nullable String flaw() {
        return flaw.why;
    }

    boolean hasFlaw() {
        return flaw.why != null;
    }

    void fail(String why) {
        if (flaw.why == null) {
            flaw.why = why;
        }
    }

    int remaining() {
        return hasFlaw() ? 0 : end - at;
    }

    boolean hasRemaining() {
        return remaining() > 0;
    }

    int uint8(String what) {
        return uint(1, what);
    }

    int uint16(String what) {
        return uint(2, what);
    }

    void skip(int count, String what) {
        if (take(count, what)) {
            at += count;
        }
    }

    /**
     * A vector {@code opaque what<min..max>} with a length of {@code lengthBytes} bytes, as a
     * cursor of its own.
     */
    HelloCursor vector(int lengthBytes, int min, int max, String what) {
        var length = uint(lengthBytes, what + " length");
        if (length < min || length > max) {
            fail("%s length %d (expected: %d to %d)".formatted(what, length, min, max));
        }
        if (!take(length, what)) {
            return new HelloCursor(bytes, end, end, flaw);
        }
        at += length;
        return new HelloCursor(bytes, at - length, at, flaw);
    }

    /** The rest as two-byte code points. */
    List<Integer> uint16s(String what) {
        if (remaining() % 2 != 0) {
            fail("%s length %d (expected: even)".formatted(what, remaining()));
        }
        var values = new ArrayList<Integer>(remaining() / 2);
        while (hasRemaining()) {
            values.add(uint16(what));
        }
        return values;
    }

    /** The rest, each byte as one character. */
    String rest() {
        var length = remaining();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.ISO_8859_1);
    }

    void expectEnd(String what) {
        if (hasRemaining()) {
            fail("%d bytes behind %s (expected: 0)".formatted(remaining(), what));
        }
    }

    private int uint(int size, String what) {
        if (!take(size, what)) {
            return 0;
        }
        var value = 0;
        for (var i = 0; i < size; i++) {
            value = value << 8 | (bytes[at++] & 0xff);
        }
        return value;
    }

    private boolean take(int count, String what) {
        if (hasFlaw()) {
            return false;
        }
        if (count > end - at) {
            fail("%s needs %d bytes, %d are left".formatted(what, count, end - at));
            return false;
        }
        return true;
    }

    private static final class Flaw {
        private @Nullable String why;
    }
}
