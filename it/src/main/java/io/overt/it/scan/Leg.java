package io.overt.it.scan;

import java.util.List;

/** A side of an edge, and what it is compared with. */
enum Leg {
    /** The edge as a server. */
    CLIENT("client"),
    /** The edge as a client. */
    UPSTREAM("upstream");

    private final String word;

    Leg(String word) {
        this.word = word;
    }

    /** For markers, lists and files. */
    String word() {
        return word;
    }

    /** Who else is scanned, in the order of the table's columns. */
    List<String> references() {
        return switch (this) {
            case CLIENT -> List.of("OpenSSL");
            case UPSTREAM -> List.of("OpenSSL", "Chromium");
        };
    }

    /** On which legs a trait can be seen. */
    enum Legs {
        CLIENT,
        UPSTREAM,
        BOTH;

        boolean has(Leg leg) {
            return this == BOTH || name().equals(leg.name());
        }
    }
}
