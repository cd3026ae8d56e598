package io.overt.edge.exclusion;

import java.util.Locale;

/** What a subject's refusals have come to. */
public enum Basis {
    /** Not enough: connections are inspected. */
    EVIDENCE,
    /** Excluded, until its time is up. */
    LEARNED,
    /** Excluded by an administrator's word, until it is forgotten. */
    CONFIRMED;

    /** The name in records and lists. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
