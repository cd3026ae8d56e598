package io.overt.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects the bytes of one message head up to its empty line, with CRLF as the only line end. */
final class HeadScanner {

    sealed interface Scan {
        record NeedMore() implements Scan {}

        /**
         * @param text the head with its empty line, as it arrived; each byte is one character
         */
        record Head(String text) implements Scan {
            /** The very bytes that arrived: ISO 8859-1 maps each to one character and back. */
            ByteBuf bytes() {
                return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
            }
        }

        record Flawed(Flaw flaw) implements Scan {}
    }

    private final int limit;
    private byte[] bytes = {};
    private int size;
    private int lineLength;
    private boolean afterReturn;

    /**
     * RFC 9112 §2.2: an empty line in front of a request line is ignored; one is what old clients
     * are known to send.
     */
    private boolean mayBeginEmpty;

    private HeadScanner(int limit, boolean mayBeginEmpty) {
        this.limit = limit;
        this.mayBeginEmpty = mayBeginEmpty;
    }

    static HeadScanner ofRequest(Http1Limits limits) {
        return ofRequest(limits.requestHead());
    }

    /**
     * @param limit the most bytes that it may have
     */
    static HeadScanner ofRequest(int limit) {
        return new HeadScanner(limit, true);
    }

    static HeadScanner ofResponse(Http1Limits limits) {
        return new HeadScanner(limits.responseHead(), false);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Reads from {@code in} up to the end of the head, or all of it. */
    Scan scan(ByteBuf in) {
        while (in.isReadable()) {
            if (size == limit) {
                return flawed(Http1Fault.HEAD_TOO_LARGE, "head above " + limit + " bytes");
            }
            var next = in.readByte();
            append(next);
            if (afterReturn != (next == '\n')) {
                // RFC 9112 §2.2 lets a recipient take a bare LF as a line end; two recipients that
                // differ in it read
                // two different messages.
                return flawed(
                        Http1Fault.BAD_LINE_END, next == '\n' ? "LF without CR" : "CR without LF");
            }
            afterReturn = next == '\r';
            if (next == '\n') {
                if (lineLength == 0 && size > 2) {
                    return new Scan.Head(new String(bytes, 0, size, StandardCharsets.ISO_8859_1));
                }
                if (lineLength == 0) {
                    if (!mayBeginEmpty) {
                        return flawed(
                                Http1Fault.BAD_LINE_END, "an empty line instead of a start line");
                    }
                    mayBeginEmpty = false;
                    size = 0;
                }
                lineLength = 0;
            } else if (next != '\r') {
                lineLength++;
            }
        }
        return NEED_MORE;
    }

    private void append(byte next) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(INITIAL, size * 2)));
        }
        bytes[size++] = next;
    }

    private static Scan flawed(Http1Fault fault, String detail) {
        return new Scan.Flawed(new Flaw(fault, detail));
    }

    private static final Scan NEED_MORE = new Scan.NeedMore();
    private static final int INITIAL = 1024;
}
