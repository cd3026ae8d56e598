package io.overt.it.verdicts;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a case of x509-limbo asks for beyond what every upstream is asked for: only certain
 * signature algorithms below the anchor, and certain usages of the leaf, where it limits them at
 * all.
 */
record CaseDemands(
        List<String> signatureAlgorithms, List<String> keyUsage, List<String> extendedKeyUsage) {
    /** In the order of the bits (RFC 5280 §4.2.1.3). */
    private static final List<String> KEY_USAGES =
            List.of(
                    "digitalSignature",
                    "contentCommitment",
                    "keyEncipherment",
                    "dataEncipherment",
                    "keyAgreement",
                    "keyCertSign",
                    "cRLSign",
                    "encipherOnly",
                    "decipherOnly");

    private static final Map<String, String> PURPOSES =
            Map.of(
                    "anyExtendedKeyUsage", "2.5.29.37.0",
                    "serverAuth", "1.3.6.1.5.5.7.3.1",
                    "clientAuth", "1.3.6.1.5.5.7.3.2",
                    "codeSigning", "1.3.6.1.5.5.7.3.3",
                    "emailProtection", "1.3.6.1.5.5.7.3.4",
                    "timeStamping", "1.3.6.1.5.5.7.3.8",
                    "OCSPSigning", "1.3.6.1.5.5.7.3.9");

    static CaseDemands of(LimboCase limbo) {
        return new CaseDemands(
                limbo.signatureAlgorithms(), limbo.keyUsage(), limbo.extendedKeyUsage());
    }

    /** The demand that {@code path} does not meet, if any. */
    Optional<String> unmet(List<X509Certificate> path) throws CertificateParsingException {
        if (!signatureAlgorithms.isEmpty()) {
            for (X509Certificate certificate : path.subList(0, Math.max(1, path.size() - 1))) {
                if (!signatureAlgorithms.contains(limboName(certificate))) {
                    return Optional.of("WEAK_SIGNATURE: signed with " + limboName(certificate));
                }
            }
        }
        boolean[] usage = path.getFirst().getKeyUsage();
        for (String demanded : keyUsage) {
            int bit = KEY_USAGES.indexOf(demanded);
            if (usage != null && (bit < 0 || bit >= usage.length || !usage[bit])) {
                return Optional.of("KEY_USAGE: leaf: keyUsage (expected: " + demanded + ")");
            }
        }
        List<String> purposes = path.getFirst().getExtendedKeyUsage();
        for (String demanded : extendedKeyUsage) {
            if (purposes != null
                    && !Set.copyOf(purposes).contains(PURPOSES.getOrDefault(demanded, demanded))) {
                return Optional.of(
                        "EXTENDED_KEY_USAGE: leaf: extKeyUsage (expected: " + demanded + ")");
            }
        }
        return Optional.empty();
    }

    /** {@code SHA256withRSA} is {@code RSA_WITH_SHA256}; the others are called as they are. */
    private static String limboName(X509Certificate certificate) {
        String name = certificate.getSigAlgName();
        int with = name.indexOf("with");
        return with < 0
                ? name.toUpperCase(Locale.ROOT).replace('-', '_').replace('/', '_')
                : name.substring(with + "with".length()) + "_WITH_" + name.substring(0, with);
    }
}
