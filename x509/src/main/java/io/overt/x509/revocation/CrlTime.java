package io.overt.x509.revocation;

import io.overt.x509.revocation.DerCursor.Element;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Pattern;

/** Times as CRLs write them. */
final class CrlTime {
    private static final Pattern UTC = Pattern.compile("[0-9]{12}Z");
    private static final Pattern GENERALIZED = Pattern.compile("[0-9]{14}Z");

    /** The first year that is not written as UTCTime. */
    private static final int FIRST_GENERALIZED_YEAR = 2050;

    /** The next of {@code fields}, which has to be a time. */
    static Element next(DerCursor fields) throws UnusableException {
        return fields.next(
                fields.nextIs(DerCursor.UTC_TIME)
                        ? DerCursor.UTC_TIME
                        : DerCursor.GENERALIZED_TIME);
    }

    /**
     * RFC 5280 §5.1.2.4 to §5.1.2.6: UTCTime through the year 2049, GeneralizedTime from 2050 on;
     * seconds always, {@code Z} always, no fractions.
     */
    static Instant read(Element element) throws UnusableException {
        String text = new String(element.content(), StandardCharsets.US_ASCII);
        boolean utc = element.tag() == DerCursor.UTC_TIME;
        if (!(utc ? UTC : GENERALIZED).matcher(text).matches()) {
            throw UnusableException.malformed("time \"" + text + "\"");
        }
        int digits = utc ? 2 : 4;
        int year = Integer.parseInt(text, 0, digits, 10);
        if (utc) {
            year += year >= 50 ? 1900 : 2000;
        } else if (year < FIRST_GENERALIZED_YEAR) {
            throw UnusableException.malformed(
                    "GeneralizedTime \"" + text + "\" (expected: UTCTime before 2050)");
        }
        try {
            return LocalDateTime.of(
                            year,
                            two(text, digits),
                            two(text, digits + 2),
                            two(text, digits + 4),
                            two(text, digits + 6),
                            two(text, digits + 8))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw UnusableException.malformed("time \"" + text + "\": " + e.getMessage());
        }
    }

    private static int two(String text, int from) {
        return Integer.parseInt(text, from, from + 2, 10);
    }

    private CrlTime() {}
}
