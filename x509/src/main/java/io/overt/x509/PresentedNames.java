package io.overt.x509;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The DNS names and addresses in a certificate's subjectAltName, and whether they name a host. RFC
 * 9525 §6.
 */
record PresentedNames(List<String> dnsNames, List<byte[]> addresses) {
    /** Enough for a log line; some certificates have hundreds. */
    private static final int SHOWN = 5;

    /** Empty where the certificate has no subjectAltName. */
    static Optional<PresentedNames> of(X509Certificate certificate) throws MalformedDerException {
        byte[] extension = certificate.getExtensionValue(Oid.SUBJECT_ALT_NAME);
        if (extension == null) {
            return Optional.empty();
        }
        return Optional.of(of(GeneralNames.of(DerElement.parse(extension).wrapped())));
    }

    static PresentedNames of(GeneralNames names) {
        return new PresentedNames(List.copyOf(names.dnsNames()), List.copyOf(names.addresses()));
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
     * Directly above a public suffix it would name everybody's hosts (Baseline Requirements
     * §3.2.2.6).
     *
     * @param presented in lower case
     * @param reference a valid name, so whatever equals it or its tail is one too
     */
    private static boolean matches(String presented, String reference) {
        if (!presented.startsWith("*.")) {
            return presented.equals(reference);
        }
        String suffix = presented.substring(1);
        int firstDot = reference.indexOf('.');
        return firstDot > 0
                && reference.substring(firstDot).equals(suffix)
                && !PublicSuffixes.contains(suffix.substring(1));
    }

    static String printable(String name) {
        return name.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
