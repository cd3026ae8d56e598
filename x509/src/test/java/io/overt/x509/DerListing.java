package io.overt.x509;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** DER as text, one element a line, so that a changed golden file can be reviewed as a diff. */
final class DerListing {
    private static final Map<Integer, String> TAGS =
            Map.ofEntries(
                    Map.entry(Der.BOOLEAN, "BOOLEAN"),
                    Map.entry(Der.INTEGER, "INTEGER"),
                    Map.entry(Der.BIT_STRING, "BIT STRING"),
                    Map.entry(Der.OCTET_STRING, "OCTET STRING"),
                    Map.entry(Der.NULL, "NULL"),
                    Map.entry(Der.OBJECT_IDENTIFIER, "OBJECT IDENTIFIER"),
                    Map.entry(Der.UTF8_STRING, "UTF8String"),
                    Map.entry(0x13, "PrintableString"),
                    Map.entry(Der.IA5_STRING, "IA5String"),
                    Map.entry(Der.UTC_TIME, "UTCTime"),
                    Map.entry(Der.GENERALIZED_TIME, "GeneralizedTime"),
                    Map.entry(Der.SEQUENCE, "SEQUENCE"),
                    Map.entry(Der.SET, "SET"));

    private final StringBuilder text = new StringBuilder();

    static String of(byte[] der) throws MalformedDerException {
        DerListing listing = new DerListing();
        listing.add(DerElement.parse(der), 0);
        return listing.text.toString();
    }

    private void add(DerElement element, int depth) throws MalformedDerException {
        String tag = TAGS.getOrDefault(element.tag(), "[%d]".formatted(element.tag() & 0x1f));
        text.append("  ".repeat(depth)).append(tag);
        if ((element.tag() & 0x20) != 0) {
            text.append('\n');
            for (DerElement child : element.children()) {
                add(child, depth + 1);
            }
        } else if (element.tag() == Der.OCTET_STRING && holdsDer(element)) {
            text.append(" holding\n");
            add(element.wrapped(), depth + 1);
        } else {
            text.append(' ').append(value(element)).append('\n');
        }
    }

    private static boolean holdsDer(DerElement octetString) {
        try {
            DerElement inner = octetString.wrapped();
            return List.of(Der.SEQUENCE, Der.OCTET_STRING, Der.BIT_STRING, Der.NULL)
                    .contains(inner.tag());
        } catch (MalformedDerException _) {
            // Not every extension's value is ASN.1.
            return false;
        }
    }

    private static String value(DerElement element) throws MalformedDerException {
        return switch (element.tag()) {
            case Der.OBJECT_IDENTIFIER -> {
                String oid = element.objectIdentifier();
                String name = Oid.name(oid);
                yield name.equals(oid) ? oid : oid + " " + name;
            }
            case Der.BOOLEAN -> String.valueOf(element.bool());
            case Der.UTC_TIME, Der.GENERALIZED_TIME -> element.time().toString();
            case Der.UTF8_STRING, 0x13, Der.IA5_STRING, 0x82, 0x86 ->
                    '"' + new String(element.content(), StandardCharsets.UTF_8) + '"';
            default -> HexFormat.of().formatHex(element.content());
        };
    }
}
