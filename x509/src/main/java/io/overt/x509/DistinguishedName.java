package io.overt.x509;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A Name in the form in which RFC 5280 §7.1 compares it: letters without case, white space without
 * length, the string type without meaning. Attributes that are no strings compare by their bytes.
 *
 * @param relativeNames one set of attributes each, the root's first
 */
record DistinguishedName(List<Set<String>> relativeNames) {
    private static final String EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final int NUMERIC_STRING = 0x12;
    private static final int PRINTABLE_STRING = 0x13;
    private static final int TELETEX_STRING = 0x14;
    private static final int UNIVERSAL_STRING = 0x1c;
    private static final int BMP_STRING = 0x1e;

    static DistinguishedName of(DerElement name) throws MalformedDerException {
        List<Set<String>> relativeNames = new ArrayList<>();
        for (DerElement relativeName : name.expect(Der.SEQUENCE).children()) {
            Set<String> attributes = new HashSet<>();
            for (DerElement attribute : attributes(relativeName)) {
                List<DerElement> parts = attribute.children();
                String type = parts.getFirst().objectIdentifier();
                attributes.add(type + "=" + comparable(parts.getLast()));
            }
            relativeNames.add(Set.copyOf(attributes));
        }
        return new DistinguishedName(List.copyOf(relativeNames));
    }

    /** Values of emailAddress attributes, where mailboxes stood before subjectAltName. */
    static List<String> mailboxes(DerElement name) throws MalformedDerException {
        List<String> mailboxes = new ArrayList<>();
        for (DerElement relativeName : name.expect(Der.SEQUENCE).children()) {
            for (DerElement attribute : attributes(relativeName)) {
                List<DerElement> parts = attribute.children();
                if (parts.getFirst().objectIdentifier().equals(EMAIL_ADDRESS)) {
                    mailboxes.add(
                            new String(parts.getLast().content(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return mailboxes;
    }

    /** RFC 5280 §4.2.1.10: whether this name is {@code base}, or stands below it. */
    boolean isWithin(DistinguishedName base) {
        int depth = base.relativeNames.size();
        return relativeNames.size() >= depth
                && relativeNames.subList(0, depth).equals(base.relativeNames);
    }

    private static List<DerElement> attributes(DerElement relativeName)
            throws MalformedDerException {
        List<DerElement> attributes = relativeName.expect(Der.SET).children();
        if (attributes.isEmpty()) {
            throw new MalformedDerException("relative distinguished name without an attribute");
        }
        for (DerElement attribute : attributes) {
            int parts = attribute.expect(Der.SEQUENCE).children().size();
            if (parts != 2) {
                throw new MalformedDerException("attribute of " + parts + " parts (expected: 2)");
            }
        }
        return attributes;
    }

    private static String comparable(DerElement value) {
        Charset charset =
                switch (value.tag()) {
                    case NUMERIC_STRING, PRINTABLE_STRING, Der.IA5_STRING ->
                            StandardCharsets.US_ASCII;
                    case Der.UTF8_STRING -> StandardCharsets.UTF_8;
                    // As every implementation reads it, whatever T.61 says.
                    case TELETEX_STRING -> StandardCharsets.ISO_8859_1;
                    case BMP_STRING -> StandardCharsets.UTF_16BE;
                    case UNIVERSAL_STRING -> Charset.forName("UTF-32BE");
                    default -> null;
                };
        if (charset == null) {
            return "#" + HexFormat.of().formatHex(value.encoded());
        }
        return WHITE_SPACE
                .matcher(new String(value.content(), charset).strip())
                .replaceAll(" ")
                .toLowerCase(Locale.ROOT);
    }
}
