package io.overt.x509;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Writes DER; of no interest outside x509. A forged leaf is put together from fields that are
 * copied as bytes and from a few written here, so that what is kept is kept to the byte and no
 * library's idea of a better encoding comes between.
 */
public final class Der {
    public static final int BOOLEAN = 0x01;
    public static final int INTEGER = 0x02;
    public static final int BIT_STRING = 0x03;
    public static final int OCTET_STRING = 0x04;
    public static final int NULL = 0x05;
    public static final int OBJECT_IDENTIFIER = 0x06;
    public static final int ENUMERATED = 0x0a;
    public static final int UTF8_STRING = 0x0c;
    public static final int IA5_STRING = 0x16;
    public static final int UTC_TIME = 0x17;
    public static final int GENERALIZED_TIME = 0x18;
    public static final int SEQUENCE = 0x30;
    public static final int SET = 0x31;

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /** RFC 5280 §4.1.2.5: through the year 2049 UTCTime, from 2050 on GeneralizedTime. */
    private static final Instant FIRST_GENERALIZED = Instant.parse("2050-01-01T00:00:00Z");

    private static final Instant FIRST_UTC = Instant.parse("1950-01-01T00:00:00Z");

    /** One element: its tag, its length in as few octets as will do, its contents. */
    public static byte[] encode(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        }
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }

    /** A SEQUENCE of elements that are encoded already. */
    public static byte[] sequence(byte[]... elements) {
        return encode(SEQUENCE, elements);
    }

    /** Context-specific and constructed: what the modules of RFC 5280 write as {@code [number]}. */
    static byte[] tagged(int number, byte[]... elements) {
        return encode(0xa0 | number, elements);
    }

    static byte[] integer(BigInteger value) {
        return encode(INTEGER, value.toByteArray());
    }

    static byte[] octetString(byte[] value) {
        return encode(OCTET_STRING, value);
    }

    /** A bit string of whole octets. */
    static byte[] bitString(byte[] value) {
        return encode(BIT_STRING, new byte[] {0}, value);
    }

    static byte[] utf8(String value) {
        return encode(UTF8_STRING, value.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] ia5(String value) {
        return encode(IA5_STRING, value.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] time(Instant value) {
        boolean utc = !value.isBefore(FIRST_UTC) && value.isBefore(FIRST_GENERALIZED);
        String text = (utc ? UTC : GENERALIZED).format(value);
        return encode(utc ? UTC_TIME : GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private Der() {}
}
