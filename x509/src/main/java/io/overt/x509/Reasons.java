package io.overt.x509;

import io.overt.x509.UntrustedReason.Kind;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one certificate. Confined to one call. */
final class Reasons {
    /** Certificates can hold a list of thousands; a record is read by people. */
    private static final int MAX_DETAIL = 400;

    private final String who;
    private final List<UntrustedReason> found = new ArrayList<>();

    Reasons(String who) {
        this.who = who;
    }

    void add(Kind kind, String detail) {
        found.add(of(who, kind, detail));
    }

    List<UntrustedReason> found() {
        return found;
    }

    static UntrustedReason of(String who, Kind kind, String detail) {
        String text = who + ": " + detail;
        return new UntrustedReason(
                kind, text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) + "…" : text);
    }
}
