package io.overt.x509;

import com.google.common.net.InternetDomainName;

/**
 * The suffixes under which anybody can have a name: the ICANN part of the Public Suffix List, as
 * Guava ships it. Its private part is left out, since the owners of such suffixes do have wildcards
 * of them (*.github.io). The list ages with the library; a suffix that it does not know yet is
 * public if it is a single label.
 */
public final class PublicSuffixes {
    /**
     * Whether it is one.
     *
     * @param name in lower case, without a trailing dot
     */
    public static boolean contains(String name) {
        return name.indexOf('.') < 0
                || (InternetDomainName.isValid(name)
                        && InternetDomainName.from(name).isRegistrySuffix());
    }

    /**
     * The name that somebody registered, under which this one lies: {@code example.co.uk} for
     * {@code www.example.co.uk}, and the last two labels where the list has no suffix. A name that
     * is itself a suffix, or no name at all, is its own.
     *
     * @param name in lower case, without a trailing dot
     */
    public static String registrable(String name) {
        if (!InternetDomainName.isValid(name)) {
            return name;
        }
        InternetDomainName parsed = InternetDomainName.from(name);
        if (parsed.isUnderRegistrySuffix()) {
            return parsed.topDomainUnderRegistrySuffix().toString();
        }
        int last = name.lastIndexOf('.');
        return parsed.hasRegistrySuffix() || last < 0
                ? name
                : name.substring(name.lastIndexOf('.', last - 1) + 1);
    }

    private PublicSuffixes() {}
}
