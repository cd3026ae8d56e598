package io.overt.x509;

import com.google.common.net.InternetDomainName;

/**
 * The suffixes under which anybody can have a name: the ICANN part of the Public Suffix List, as
 * Guava ships it. Its private part is left out, since the owners of such suffixes do have wildcards
 * of them (*.github.io). The list ages with the library; a suffix that it does not know yet is
 * public if it is a single label.
 */
final class PublicSuffixes {
    /**
     * @param name in lower case, without a trailing dot
     */
    static boolean contains(String name) {
        return name.indexOf('.') < 0
                || (InternetDomainName.isValid(name)
                        && InternetDomainName.from(name).isRegistrySuffix());
    }

    private PublicSuffixes() {}
}
