package io.overt.x509;

/** Mail addresses under name constraints (RFC 5280 §4.2.1.10). Nothing in them is a wildcard. */
final class Mailboxes {
    static boolean isMailbox(String name) {
        int at = name.lastIndexOf('@');
        return at > 0 && DnsNames.isName(name.substring(at + 1)) && isLocalPart(name, at);
    }

    /** One mailbox; all at a host; or, after a dot, all at the hosts below. */
    static boolean isConstraint(String base) {
        return base.indexOf('@') >= 0 ? isMailbox(base) : DnsNames.isConstraint(base);
    }

    /** RFC 5280 §7.5: hosts compare without case, what stands before them exactly. */
    static boolean isWithin(String name, String base) {
        int at = name.lastIndexOf('@');
        String host = DnsNames.lower(name.substring(at + 1));
        int baseAt = base.lastIndexOf('@');
        if (baseAt >= 0) {
            return name.substring(0, at).equals(base.substring(0, baseAt))
                    && host.equals(DnsNames.lower(base.substring(baseAt + 1)));
        }
        String constraint = DnsNames.lower(base);
        return constraint.isEmpty()
                || (constraint.startsWith(".")
                        ? host.endsWith(constraint)
                        : host.equals(constraint));
    }

    /**
     * A quoted one can hold an at-sign, and is not told apart from an attempt to hold two hosts.
     */
    private static boolean isLocalPart(String name, int at) {
        for (int i = 0; i < at; i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c == '@' || c == '"' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private Mailboxes() {}
}
