package io.overt.x509.transparency;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The logs whose promises may count, as a list of them had it. */
public final class KnownLogs {
    private final Instant listedAt;
    private final Map<LogId, CertificateLog> logs;

    private KnownLogs(Instant listedAt, Map<LogId, CertificateLog> logs) {
        this.listedAt = listedAt;
        this.logs = Map.copyOf(logs);
    }

    /**
     * Of two logs with one key the first counts.
     *
     * @param listedAt when the list was made, by its own word
     */
    public static KnownLogs of(Instant listedAt, Collection<CertificateLog> logs) {
        Map<LogId, CertificateLog> byId = new HashMap<>();
        logs.forEach(log -> byId.putIfAbsent(log.id(), log));
        return new KnownLogs(listedAt, byId);
    }

    Optional<CertificateLog> log(LogId id) {
        return Optional.ofNullable(logs.get(id));
    }

    /** When the list was made, by its own word. */
    public Instant listedAt() {
        return listedAt;
    }

    public int size() {
        return logs.size();
    }
}
