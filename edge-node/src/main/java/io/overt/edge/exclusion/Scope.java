package io.overt.edge.exclusion;

import java.util.Locale;

/** For whom a host is excluded. */
public enum Scope {
    /** For one client. */
    CLIENT,
    /** For every client of the site. */
    HOST;

    /** The name in records and lists. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
