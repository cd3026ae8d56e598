package io.overt.x509;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a client believes that it talks to, and what a certificate must therefore name (RFC 9525
 * §1.7).
 */
public sealed interface ReferenceIdentity
        permits ReferenceIdentity.DnsName, ReferenceIdentity.IpAddress {

    /** The form used in logs and requests; {@link #parse} reads it back. */
    String text();

    /**
     * Reads a DNS name (A-labels, any case, with or without the trailing dot) or an IP address
     * (dotted quad, or IPv6 with or without brackets). Empty for everything else: U-labels, short
     * forms of IPv4, scoped addresses. Never asks a resolver.
     */
    static Optional<ReferenceIdentity> parse(String text) {
        if (text.indexOf(':') >= 0) {
            return IpText.parseIpv6(text).map(IpAddress::new);
        }
        if (IpText.looksLikeIpv4(text)) {
            return IpText.parseIpv4(text).map(IpAddress::new);
        }
        return DnsName.isValid(DnsName.normalise(text))
                ? Optional.of(new DnsName(text))
                : Optional.empty();
    }

    /**
     * A fully qualified name.
     *
     * @param value lower case, A-labels, no trailing dot; the constructor lowers and strips, and
     *     refuses what is not a name
     */
    record DnsName(String value) implements ReferenceIdentity {
        private static final int MAX_LENGTH = 253;

        /**
         * Letters, digits, hyphens (RFC 1123 §2.1); and underscores, which real servers' names
         * have.
         */
        private static final Pattern LABELS =
                Pattern.compile(
                        "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*+");

        public DnsName {
            value = normalise(value);
            if (!isValid(value)) {
                throw new IllegalArgumentException(
                        "DNS name: \""
                                + value
                                + "\" (expected: labels of letters, digits, - and _)");
            }
        }

        @Override
        public String text() {
            return value;
        }

        private static String normalise(String value) {
            String lower = value.toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }

        /**
         * A last label of digits alone would be an IPv4 address to many a reader (WHATWG URL §3.5).
         */
        private static boolean isValid(String value) {
            return value.length() <= MAX_LENGTH
                    && LABELS.matcher(value).matches()
                    && !value.substring(value.lastIndexOf('.') + 1).matches("[0-9]+|0x[0-9a-f]*");
        }
    }

    /**
     * An address that the client connected to without a name.
     *
     * @param value without a scope; an IPv4-mapped IPv6 address is the IPv4 address
     */
    record IpAddress(InetAddress value) implements ReferenceIdentity {
        public IpAddress {
            try {
                value = InetAddress.getByAddress(value.getAddress());
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address has 4 or 16 bytes", e);
            }
        }

        @Override
        public String text() {
            return value instanceof Inet4Address
                    ? value.getHostAddress()
                    : IpText.ipv6(value.getAddress());
        }
    }
}
