package io.overt.x509;

/**
 * The extension by which every forged leaf says that it is one, and whom to ask.
 *
 * <pre>
 * InspectionMarker ::= SEQUENCE {
 *   organisation  UTF8String,   -- who inspects
 *   noticeUrl     IA5String }   -- where an inspected person can read what is inspected and why
 * </pre>
 *
 * It is never critical: a client that does not know it must not be kept from connecting.
 */
public final class InspectionMarker {
    /**
     * Under the arc 2.25 of ITU-T X.667, whose children are UUIDs as numbers. This UUID is
     * 00000000-0000-0000-0000-0000280b9169, since Go refuses a whole certificate for one arc of
     * more than 31 bits, and GnuTLS for one of more than 64 (ADR 0011).
     */
    public static final String OID = "2.25.671846761";

    static byte[] value(String organisation, String noticeUrl) {
        return Der.sequence(Der.utf8(organisation), Der.ia5(noticeUrl));
    }

    private InspectionMarker() {}
}
