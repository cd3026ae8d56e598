package io.overt.x509;

import java.util.Locale;
import java.util.regex.Pattern;

/** DNS names as certificates and their name constraints write them. */
public final class DnsNames {
    /**
     * Underscores stand in names of live servers; BoringSSL, OpenSSL, Go and webpki let them pass.
     */
    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";

    private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*+");
    private static final int MAX_LENGTH = 253;
    private static final String WILDCARD = "*.";

    /** A name, or a wildcard as its whole left-most label and a name. */
    public static boolean isPresentable(String name) {
        return isName(name.startsWith(WILDCARD) ? name.substring(2) : name);
    }

    /**
     * A name; nothing, which stands for all names; or a name after a dot, which RFC 5280 does not
     * have for this type, but Windows CAs are told to write, and everybody reads as "at least one
     * label more".
     */
    static boolean isConstraint(String base) {
        return base.isEmpty() || isName(base.startsWith(".") ? base.substring(1) : base);
    }

    /**
     * Whether {@code name}, and each name that it matches if it is a wildcard, is in a subtree.
     * Both in lower case.
     */
    static boolean isWithin(String name, String base) {
        if (base.isEmpty()) {
            return true;
        }
        if (base.startsWith(".")) {
            // All names that a wildcard stands for have one label more than what follows the star.
            return name.length() > base.length() && name.endsWith(base);
        }
        return isAtOrBelow(name.startsWith(WILDCARD) ? name.substring(2) : name, base);
    }

    /**
     * Whether {@code name}, or any name that it matches if it is a wildcard, is in a subtree. Both
     * in lower case. What stands after a dot is taken to be excluded itself.
     */
    static boolean touches(String name, String base) {
        String tree = base.startsWith(".") ? base.substring(1) : base;
        if (tree.isEmpty()) {
            return true;
        }
        if (!name.startsWith(WILDCARD)) {
            return isAtOrBelow(name, tree);
        }
        String parent = name.substring(2);
        int firstDot = tree.indexOf('.');
        return isAtOrBelow(parent, tree)
                || (tree.length() - firstDot - 1 == parent.length() && tree.endsWith(parent));
    }

    static boolean isName(String name) {
        return name.length() <= MAX_LENGTH && NAME.matcher(name).matches();
    }

    private static boolean isAtOrBelow(String name, String tree) {
        int more = name.length() - tree.length();
        return name.endsWith(tree) && (more == 0 || name.charAt(more - 1) == '.');
    }

    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private DnsNames() {}
}
