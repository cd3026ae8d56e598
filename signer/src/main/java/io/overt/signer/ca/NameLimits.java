package io.overt.signer.ca;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;

/**
 * Name constraints of a CA (RFC 5280 §4.2.1.10).
 *
 * @param permittedDns where there is one, no DNS name outside of them
 * @param permittedIp networks as ADDRESS/LENGTH; where there is one, no address outside of them
 * @param excludedDns none of these, and none below them
 * @param excludedIp networks as ADDRESS/LENGTH
 */
public record NameLimits(
        List<String> permittedDns,
        List<String> permittedIp,
        List<String> excludedDns,
        List<String> excludedIp) {

    /** No limits. */
    public static final NameLimits NONE =
            new NameLimits(List.of(), List.of(), List.of(), List.of());

    public NameLimits {
        permittedDns = List.copyOf(permittedDns);
        permittedIp = List.copyOf(permittedIp);
        excludedDns = List.copyOf(excludedDns);
        excludedIp = List.copyOf(excludedIp);
        Stream.concat(permittedDns.stream(), excludedDns.stream()).forEach(NameLimits::dns);
        Stream.concat(permittedIp.stream(), excludedIp.stream()).forEach(NameLimits::ip);
    }

    /** The extension, or nothing where there are no limits. */
    Optional<NameConstraints> extension() {
        return equals(NONE)
                ? Optional.empty()
                : Optional.of(
                        new NameConstraints(
                                subtrees(permittedDns, permittedIp),
                                subtrees(excludedDns, excludedIp)));
    }

    private static GeneralSubtree[] subtrees(List<String> dns, List<String> ip) {
        return Stream.concat(dns.stream().map(NameLimits::dns), ip.stream().map(NameLimits::ip))
                .map(GeneralSubtree::new)
                .toArray(GeneralSubtree[]::new);
    }

    private static GeneralName dns(String name) {
        // No leading dot: "example.com" stands for itself and all below it (RFC 5280 §4.2.1.10).
        if (!name.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*") || name.length() > 253) {
            throw new IllegalArgumentException(
                    "%s (expected: a DNS name in lower case, without dot or asterisk in front)"
                            .formatted(name));
        }
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static GeneralName ip(String network) {
        try {
            if (network.matches("[0-9a-fA-F.:]+/[0-9]{1,3}")) {
                return new GeneralName(GeneralName.iPAddress, network);
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new IllegalArgumentException(
                "%s (expected: a network such as 10.0.0.0/8 or fd00::/8)".formatted(network));
    }
}
