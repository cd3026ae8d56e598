package io.overt.x509;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One tag, length and value, read strictly: definite and minimal lengths, minimal integers, zero
 * padding bits, primitive strings, sorted sets (X.690 §10 and §11).
 *
 * <p>Strict because two readers who disagree about the same bytes are how a name gets past a check.
 * Not enforced is the rule that a DEFAULT value is left out, which takes the schema; callers do so
 * where they know it. What is inside an OCTET STRING is not read until asked for.
 */
public final class DerElement {
    /** Deeper than any real certificate; bounds the recursion on hostile input. */
    private static final int MAX_DEPTH = 32;

    /** Longer than any real one; printing takes time quadratic in the length of an arc. */
    private static final int MAX_OID_OCTETS = 128;

    private static final Pattern UTC_FORM = Pattern.compile("[0-9]{12}Z");
    private static final Pattern GENERALIZED_FORM = Pattern.compile("[0-9]{14}Z");

    private final byte[] source;
    private final int start;
    private final int contentStart;
    private final int end;

    private DerElement(byte[] source, int start, int contentStart, int end) {
        this.source = source;
        this.start = start;
        this.contentStart = contentStart;
        this.end = end;
    }

    /** Reads bytes that hold exactly one element; {@code bytes} must not change afterwards. */
    public static DerElement parse(byte[] bytes) throws MalformedDerException {
        DerElement element = read(bytes, 0, bytes.length);
        if (element.end != bytes.length) {
            throw malformed(element.end, "trailing bytes");
        }
        element.check(0);
        return element;
    }

    /** The first octet. */
    public int tag() {
        return source[start] & 0xff;
    }

    /** Tag, length and value. */
    public byte[] encoded() {
        return Arrays.copyOfRange(source, start, end);
    }

    /** The value alone. */
    public byte[] content() {
        return Arrays.copyOfRange(source, contentStart, end);
    }

    /** Whether each byte is the same. */
    public boolean sameEncoding(DerElement other) {
        return Arrays.equals(source, start, end, other.source, other.start, other.end);
    }

    /** This element, which must have this tag. */
    public DerElement expect(int tag) throws MalformedDerException {
        if (tag() != tag) {
            throw malformed(start, "tag 0x%02x (expected: 0x%02x)".formatted(tag(), tag));
        }
        return this;
    }

    /** The elements inside a constructed one. */
    public List<DerElement> children() throws MalformedDerException {
        if (!isConstructed()) {
            throw malformed(start, "tag 0x%02x is not constructed".formatted(tag()));
        }
        List<DerElement> children = new ArrayList<>();
        int at = contentStart;
        while (at < end) {
            DerElement child = read(source, at, end);
            children.add(child);
            at = child.end;
        }
        return children;
    }

    /** The value of an INTEGER. */
    public BigInteger integer() throws MalformedDerException {
        expect(Der.INTEGER);
        return new BigInteger(content());
    }

    /** The value of a BOOLEAN. */
    public boolean bool() throws MalformedDerException {
        expect(Der.BOOLEAN);
        return source[contentStart] != 0;
    }

    /** Dotted decimal. */
    public String objectIdentifier() throws MalformedDerException {
        expect(Der.OBJECT_IDENTIFIER);
        if (end - contentStart > MAX_OID_OCTETS) {
            throw malformed(start, "object identifier longer than " + MAX_OID_OCTETS + " octets");
        }
        return Oid.text(content());
    }

    /** RFC 5280 §4.1.2.5.1 and §4.1.2.5.2: seconds always, {@code Z} always, no fractions. */
    public Instant time() throws MalformedDerException {
        String text = new String(content(), StandardCharsets.US_ASCII);
        boolean utc = tag() == Der.UTC_TIME;
        if (!utc) {
            expect(Der.GENERALIZED_TIME);
        }
        int digits = utc ? 12 : 14;
        if (!(utc ? UTC_FORM : GENERALIZED_FORM).matcher(text).matches()) {
            throw malformed(start, "time \"" + text + "\" (expected: " + digits + " digits and Z)");
        }
        int yearDigits = digits - 10;
        int year = Integer.parseInt(text.substring(0, yearDigits));
        if (utc) {
            year += year >= 50 ? 1900 : 2000;
        }
        int[] rest = new int[5];
        for (int i = 0; i < rest.length; i++) {
            int at = yearDigits + 2 * i;
            rest[i] = Integer.parseInt(text.substring(at, at + 2));
        }
        try {
            return LocalDateTime.of(year, rest[0], rest[1], rest[2], rest[3], rest[4])
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw malformed(start, "time \"" + text + "\": " + e.getMessage());
        }
    }

    /** What an OCTET STRING holds, read as one element. */
    public DerElement wrapped() throws MalformedDerException {
        expect(Der.OCTET_STRING);
        return parse(content());
    }

    private boolean isConstructed() {
        return (tag() & 0x20) != 0;
    }

    private static DerElement read(byte[] source, int at, int limit) throws MalformedDerException {
        if (limit - at < 2) {
            throw malformed(at, "cut off");
        }
        int tag = source[at] & 0xff;
        if (tag == 0 || (tag & 0x1f) == 0x1f) {
            throw malformed(at, "tag 0x%02x does not occur in certificates".formatted(tag));
        }
        int first = source[at + 1] & 0xff;
        int contentStart = at + 2;
        int length = first;
        if (first >= 0x80) {
            int octets = first & 0x7f;
            if (octets == 0 || octets > 3 || limit - contentStart < octets) {
                throw malformed(at, "length is indefinite, cut off or over 16 MiB");
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = (length << 8) | (source[contentStart++] & 0xff);
            }
            if (length < 0x80 || length >>> (8 * (octets - 1)) == 0) {
                throw malformed(at, "length is not minimal");
            }
        }
        if (length > limit - contentStart) {
            throw malformed(at, "cut off");
        }
        return new DerElement(source, at, contentStart, contentStart + length);
    }

    private void check(int depth) throws MalformedDerException {
        if (depth > MAX_DEPTH) {
            throw malformed(start, "nested deeper than " + MAX_DEPTH);
        }
        boolean universal = (tag() & 0xc0) == 0;
        if (universal && isConstructed() && tag() != Der.SEQUENCE && tag() != Der.SET) {
            throw malformed(start, "tag 0x%02x is constructed".formatted(tag()));
        }
        if (isConstructed()) {
            checkChildren(depth);
        } else if (universal) {
            checkPrimitive();
        }
    }

    private void checkChildren(int depth) throws MalformedDerException {
        List<DerElement> children = children();
        for (int i = 0; i < children.size(); i++) {
            children.get(i).check(depth + 1);
            if (tag() == Der.SET && i > 0 && comesBefore(children.get(i), children.get(i - 1))) {
                throw malformed(children.get(i).start, "set is not sorted");
            }
        }
    }

    /**
     * X.690 §11.6: ascending as octet strings, the shorter one padded with zeros, which unsigned
     * comparison equals.
     */
    private static boolean comesBefore(DerElement a, DerElement b) {
        return Arrays.compareUnsigned(a.source, a.start, a.end, b.source, b.start, b.end) < 0;
    }

    private void checkPrimitive() throws MalformedDerException {
        int length = end - contentStart;
        boolean good =
                switch (tag()) {
                    case Der.BOOLEAN ->
                            length == 1
                                    && (source[contentStart] == 0 || source[contentStart] == -1);
                    case Der.INTEGER, Der.ENUMERATED -> length > 0 && isMinimalInteger(length);
                    case Der.BIT_STRING -> length > 0 && hasZeroPadding(length);
                    case Der.NULL -> length == 0;
                    case Der.OBJECT_IDENTIFIER -> Oid.isWellFormed(content());
                    case Der.SEQUENCE & 0x1f, Der.SET & 0x1f -> false;
                    default -> true;
                };
        if (!good) {
            throw malformed(start, "value of tag 0x%02x is not DER".formatted(tag()));
        }
    }

    private boolean isMinimalInteger(int length) {
        if (length == 1) {
            return true;
        }
        int first = source[contentStart];
        boolean nextIsNegative = source[contentStart + 1] < 0;
        return !(first == 0 && !nextIsNegative) && !(first == -1 && nextIsNegative);
    }

    private boolean hasZeroPadding(int length) {
        int unused = source[contentStart] & 0xff;
        if (unused > 7 || (unused > 0 && length == 1)) {
            return false;
        }
        return unused == 0 || (source[end - 1] & ((1 << unused) - 1)) == 0;
    }

    private static MalformedDerException malformed(int offset, String what) {
        return new MalformedDerException("not DER at offset " + offset + ": " + what);
    }
}
