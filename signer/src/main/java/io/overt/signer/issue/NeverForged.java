package io.overt.signer.issue;

import io.overt.x509.ReferenceIdentity;
import io.overt.x509.ReferenceIdentity.DnsName;
import io.overt.x509.ReferenceIdentity.IpAddress;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Names for which no certificate is forged whatever an edge or a policy says: our own
 * infrastructure, and what the security team decides. A certificate is refused when *any* name in
 * it would serve one of them, since it is good for all its names and not only for the one it was
 * asked for. Immutable.
 */
public final class NeverForged {

    private static final int DNS_NAME = 2; // GeneralName tags, RFC 5280 §4.2.1.6
    private static final int IP_ADDRESS = 7;

    private final Set<String> exact = new HashSet<>();
    private final Set<String> below = new HashSet<>();
    private final Set<InetAddress> addresses = new HashSet<>();

    /**
     * Reads the list.
     *
     * @param names DNS names in A-label form, {@code *.name} for all names below (at any depth), or
     *     IP addresses
     * @throws IllegalArgumentException when a name is none of these
     */
    public NeverForged(Collection<String> names) {
        for (String name : names) {
            requireName(name);
            boolean wild = name.startsWith("*.");
            switch (ReferenceIdentity.parse(wild ? name.substring(2) : name).orElseThrow()) {
                case DnsName(String value) -> (wild ? below : exact).add(value);
                case IpAddress(InetAddress value) -> addresses.add(value);
            }
        }
    }

    /**
     * Refuses what the list cannot hold.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    public static void requireName(String name) {
        boolean wild = name.startsWith("*.");
        Optional<ReferenceIdentity> identity =
                ReferenceIdentity.parse(wild ? name.substring(2) : name);
        if (identity.isEmpty() || (wild && identity.get() instanceof IpAddress)) {
            throw new IllegalArgumentException(
                    "a DNS name in A-label form, *. and such a name, or an IP address");
        }
    }

    /**
     * The first name for which this certificate would serve a listed one; empty when there is none.
     */
    public Optional<String> hit(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return Optional.empty();
        }
        for (List<?> name : names) {
            if (name.get(0) instanceof Integer tag
                    && name.get(1) instanceof String value
                    && switch (tag) {
                        case DNS_NAME -> serves(value);
                        case IP_ADDRESS ->
                                ReferenceIdentity.parse(value).filter(this::hit).isPresent();
                        default -> false;
                    }) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    /** Whether this very name is listed. */
    public boolean hit(ReferenceIdentity name) {
        return switch (name) {
            case DnsName(String value) -> serves(value);
            case IpAddress(InetAddress value) -> addresses.contains(value);
        };
    }

    /**
     * @param presented a dNSName of a certificate, its left-most label perhaps a wildcard
     */
    private boolean serves(String presented) {
        String name = presented.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (!name.startsWith("*.")) {
            return exact.contains(name) || isBelow(name);
        }
        String parent = name.substring(2);
        // A wildcard serves every name one label below its parent.
        return below.contains(parent)
                || isBelow(parent)
                || exact.stream().anyMatch(listed -> parent.equals(parentOf(listed)));
    }

    private boolean isBelow(String name) {
        for (String parent = parentOf(name); !parent.isEmpty(); parent = parentOf(parent)) {
            if (below.contains(parent)) {
                return true;
            }
        }
        return false;
    }

    private static String parentOf(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }
}
