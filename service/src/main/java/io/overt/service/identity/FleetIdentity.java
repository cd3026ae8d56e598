package io.overt.service.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Who a process or operator is: {@code overt://<site>/<role>/<name>}, a URI in the subject
 * alternative names of its certificate (RFC 5280 §4.2.1.6). The fleet's PKI vouches for it; nothing
 * that a caller says about itself counts.
 *
 * @param site the site it belongs to, lower case
 * @param role what it is for
 * @param name unique in its site and role, lower case
 */
public record FleetIdentity(String site, Role role, String name) {

    public FleetIdentity {
        requireToken("site", site);
        requireToken("name", name);
    }

    /**
     * Parses the URI.
     *
     * @throws MalformedIdentityException when it is not exactly of the form above
     */
    public static FleetIdentity parse(String uri) throws MalformedIdentityException {
        var match = URI.matcher(uri);
        if (!match.matches()) {
            throw new MalformedIdentityException(uri + " (expected: overt://<site>/<role>/<name>)");
        }
        var role =
                Role.of(match.group(2))
                        .orElseThrow(
                                () ->
                                        new MalformedIdentityException(
                                                uri
                                                        + ": role "
                                                        + match.group(2)
                                                        + " (expected one of: "
                                                        + String.join(", ", ROLES)
                                                        + ")"));
        try {
            return new FleetIdentity(match.group(1), role, match.group(3));
        } catch (IllegalArgumentException e) {
            throw new MalformedIdentityException(uri + ": " + e.getMessage());
        }
    }

    /**
     * Reads the identity of a certificate's subject. The chain must have been verified by the
     * caller.
     *
     * @throws MalformedIdentityException when the certificate names none, or more than one: two
     *     identities in one certificate would leave it to each reader which of them holds
     */
    public static FleetIdentity of(X509Certificate certificate) throws MalformedIdentityException {
        var uris = overtUris(certificate);
        if (uris.size() != 1) {
            throw new MalformedIdentityException(
                    certificate.getSubjectX500Principal()
                            + ": "
                            + uris.size()
                            + " subject alternative names of the form overt://… (expected: 1)");
        }
        return parse(uris.getFirst());
    }

    private static List<String> overtUris(X509Certificate certificate)
            throws MalformedIdentityException {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            throw new MalformedIdentityException("subject alternative names: " + e.getMessage());
        }
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.get(0).equals(UNIFORM_RESOURCE_IDENTIFIER))
                        .map(name -> (String) name.get(1))
                        .filter(uri -> uri.regionMatches(true, 0, "overt:", 0, 6))
                        .toList();
    }

    /** The URI. */
    public String uri() {
        return "overt://" + site + "/" + role.text() + "/" + name;
    }

    @Override
    public String toString() {
        return uri();
    }

    private static void requireToken(String what, String value) {
        if (!TOKEN.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what
                            + " "
                            + value
                            + " (expected: 1 to 63 of a-z 0-9 . _ -, letter or digit first and last)");
        }
    }

    private static final Pattern URI = Pattern.compile("overt://([^/]*)/([^/]*)/([^/]*)");
    private static final Pattern TOKEN = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");
    private static final List<String> ROLES =
            List.of(Role.values()).stream().map(Role::text).toList();

    /** GeneralName's tag, RFC 5280 §4.2.1.6. */
    private static final Integer UNIFORM_RESOURCE_IDENTIFIER = 6;
}
