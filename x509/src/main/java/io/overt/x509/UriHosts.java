package io.overt.x509;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The host of a URI under name constraints (RFC 5280 §4.2.1.10). */
final class UriHosts {
    private static final Pattern AUTHORITY =
            Pattern.compile(
                    "[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#@:\\[\\]]+)(?::[0-9]*)?(?:[/?#].*)?",
                    Pattern.DOTALL);
    private static final Pattern ENDS_IN_DIGITS = Pattern.compile("(?:.*\\.)?[0-9]+");

    /** Empty where there is none, or it is an address: neither can be in a name space. */
    static Optional<String> host(String uri) {
        Matcher matcher = AUTHORITY.matcher(uri);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String host = DnsNames.lower(matcher.group(1));
        return DnsNames.isName(host) && !ENDS_IN_DIGITS.matcher(host).matches()
                ? Optional.of(host)
                : Optional.empty();
    }

    /** A host; or, after a dot, the hosts below. */
    static boolean isConstraint(String base) {
        return DnsNames.isConstraint(base);
    }

    static boolean isWithin(String uri, String base) {
        String host = host(uri).orElse("");
        String constraint = DnsNames.lower(base);
        return constraint.isEmpty()
                || (constraint.startsWith(".")
                        ? host.endsWith(constraint)
                        : host.equals(constraint));
    }

    private UriHosts() {}
}
