package io.overt.edge.exclusion;

import java.util.Locale;

/**
 * How a client refused our certificate, or seems to have. The stronger, the earlier in this list.
 * {@code docs/exclusions.md} has the table.
 */
public enum RefusalKind {
    /** A certificate alert during its handshake: unknown_ca, bad_certificate and their like. */
    ALERT(6),
    /**
     * The same alert, but behind its Finished and before any byte: Firefox on Android, and whoever
     * else verifies while the handshake goes on.
     */
    LATE_ALERT(6),
    /**
     * An alert that TLS libraries send for a refused certificate as well as for other things.
     * OpenSSL says handshake_failure where the application's own check failed, as pinning does.
     */
    UNCLEAR_ALERT(3),
    /**
     * Finished its handshake and closed at once, without a byte. OkHttp and others compare pins
     * only then; a browser that drops a connection made ahead of use looks the same.
     */
    SILENT_CLOSE(3),
    /** Closed or reset during its handshake, having seen our certificate: or somebody hit stop. */
    HANDSHAKE_CLOSE(2),
    /** Finished its handshake and reset at once, without a byte: or its network went away. */
    SILENT_RESET(2);

    /** What a refusal that can be nothing else weighs. */
    static final int WHOLE = 6;

    private final int weight;

    RefusalKind(int weight) {
        this.weight = weight;
    }

    /** Its part of a refusal, in sixths. */
    int weight() {
        return weight;
    }

    /**
     * Whether it could be something else. Then it never excludes alone, and what ends several
     * connections at the same time counts once.
     */
    boolean mayBeTransient() {
        return weight < WHOLE;
    }

    /** The name in records, metrics and lists. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static RefusalKind stronger(RefusalKind one, RefusalKind other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
