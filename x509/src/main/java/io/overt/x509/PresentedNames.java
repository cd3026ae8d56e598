package io.overt.x509;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The DNS names and addresses in a certificate's subjectAltName, and whether they name a host. RFC
 * 9525 §6.
 */
record PresentedNames(List<String> dnsNames, List<byte[]> addresses) {
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;

    /** Enough for a log line; some certificates have hundreds. */
    private static final int SHOWN = 5;

    /** Empty where the certificate has no subjectAltName. */
    static Optional<PresentedNames> of(X509Certificate certificate) throws MalformedDerException {
        byte[] extension = certificate.getExtensionValue(Oid.SUBJECT_ALT_NAME);
        if (extension == null) {
            return Optional.empty();
        }
        List<String> dnsNames = new ArrayList<>();
        List<byte[]> addresses = new ArrayList<>();
        DerElement names = DerElement.parse(extension).wrapped().expect(Der.SEQUENCE);
        for (DerElement name : names.children()) {
            if (name.tag() == DNS_NAME) {
                dnsNames.add(new String(name.content(), StandardCharsets.US_ASCII));
            } else if (name.tag() == IP_ADDRESS) {
                addresses.add(name.content());
            }
        }
        return Optional.of(new PresentedNames(List.copyOf(dnsNames), List.copyOf(addresses)));
    }

    boolean match(ReferenceIdentity reference) {
        return switch (reference) {
            case ReferenceIdentity.DnsName(String value) ->
                    dnsNames.stream().anyMatch(presented -> matches(presented, value));
            case ReferenceIdentity.IpAddress(var value) ->
                    addresses.stream()
                            .anyMatch(presented -> Arrays.equals(presented, value.getAddress()));
        };
    }

    /** For a message: the first few. */
    String summary() {
        List<String> shown = new ArrayList<>();
        dnsNames.stream().limit(SHOWN).map(PresentedNames::printable).forEach(shown::add);
        addresses.stream()
                .limit(SHOWN)
                .map(address -> HexFormat.of().formatHex(address))
                .forEach(shown::add);
        int more = dnsNames.size() + addresses.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }

    /**
     * RFC 9525 §6.3: the wildcard is the whole left-most label and stands for exactly one label.
     * One directly above a top-level domain would name all of that domain's hosts; which other
     * suffixes are public is not known here.
     *
     * @param reference a valid name, so whatever equals it or its tail is one too
     */
    private static boolean matches(String presented, String reference) {
        String pattern = presented.toLowerCase(Locale.ROOT);
        if (!pattern.startsWith("*.")) {
            return pattern.equals(reference);
        }
        String suffix = pattern.substring(1);
        int firstDot = reference.indexOf('.');
        return firstDot > 0
                && suffix.lastIndexOf('.') > 0
                && reference.substring(firstDot).equals(suffix);
    }

    private static String printable(String name) {
        return name.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
