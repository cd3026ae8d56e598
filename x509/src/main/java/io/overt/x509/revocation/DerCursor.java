package io.overt.x509.revocation;

import java.util.Arrays;

/**
 * Reads a run of DER elements one after the other, without building a tree: a CRL may hold a
 * million entries, and a tree of ten megabytes of them is a few hundred megabytes of heap. Not
 * thread-safe.
 */
final class DerCursor {
    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;

    private final byte[] source;
    private final int end;
    private int at;

    private DerCursor(byte[] source, int from, int end) {
        this.source = source;
        this.at = from;
        this.end = end;
    }

    /** One element: a window on the source. */
    static final class Element {
        private final byte[] source;
        private final int start;
        private final int contentStart;
        private final int end;

        private Element(byte[] source, int start, int contentStart, int end) {
            this.source = source;
            this.start = start;
            this.contentStart = contentStart;
            this.end = end;
        }

        int tag() {
            return source[start] & 0xff;
        }

        byte[] encoded() {
            return Arrays.copyOfRange(source, start, end);
        }

        byte[] content() {
            return Arrays.copyOfRange(source, contentStart, end);
        }

        DerCursor inside() {
            return new DerCursor(source, contentStart, end);
        }

        boolean contentEquals(byte[] other) {
            return Arrays.equals(source, contentStart, end, other, 0, other.length);
        }

        boolean contentEquals(Element other) {
            return Arrays.equals(
                    source, contentStart, end, other.source, other.contentStart, other.end);
        }

        /** X.690 §8.3.2: two encodings of one number would be two numbers to whoever compares. */
        boolean isMinimalInteger() {
            int length = end - contentStart;
            if (length < 2) {
                return length == 1;
            }
            boolean nextIsNegative = source[contentStart + 1] < 0;
            return !(source[contentStart] == 0 && !nextIsNegative)
                    && !(source[contentStart] == -1 && nextIsNegative);
        }

        /** Spread over all bits; for a table, not for secrets. */
        int contentHash() {
            int hash = 1;
            for (int i = contentStart; i < end; i++) {
                hash = 31 * hash + source[i];
            }
            return hash * 0x9e3779b9;
        }
    }

    /** The one element that {@code der} is; {@code der} must not change afterwards. */
    static Element only(byte[] der, int tag) throws UnusableException {
        DerCursor cursor = new DerCursor(der, 0, der.length);
        Element element = cursor.next(tag);
        cursor.finish();
        return element;
    }

    boolean hasMore() {
        return at < end;
    }

    boolean nextIs(int tag) {
        return at < end && (source[at] & 0xff) == tag;
    }

    Element next(int tag) throws UnusableException {
        if (!nextIs(tag)) {
            throw UnusableException.malformed(
                    at < end
                            ? "tag 0x%02x at offset %d (expected: 0x%02x)"
                                    .formatted(source[at] & 0xff, at, tag)
                            : "cut off at offset " + at);
        }
        Element element = read();
        at = element.end;
        return element;
    }

    /** Refuses what is left over. */
    void finish() throws UnusableException {
        if (at != end) {
            throw UnusableException.malformed("unexpected element at offset " + at);
        }
    }

    private Element read() throws UnusableException {
        if (end - at < 2) {
            throw UnusableException.malformed("cut off at offset " + at);
        }
        int contentStart = at + 2;
        int length = source[at + 1] & 0xff;
        if (length >= 0x80) {
            int octets = length & 0x7f;
            // X.690 §10.1: definite, and in as few octets as will do.
            if (octets == 0 || octets > 4 || end - contentStart < octets) {
                throw UnusableException.malformed("length at offset " + at);
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = (length << 8) | (source[contentStart++] & 0xff);
            }
            if (length < 0x80 || length >>> (8 * (octets - 1)) == 0) {
                throw UnusableException.malformed("length at offset " + at + " is not minimal");
            }
        }
        if (length > end - contentStart) {
            throw UnusableException.malformed("cut off at offset " + at);
        }
        return new Element(source, at, contentStart, contentStart + length);
    }
}
