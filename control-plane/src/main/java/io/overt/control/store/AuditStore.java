package io.overt.control.store;

import com.google.protobuf.ByteString;
import io.overt.control.store.AuditRow.Fields;
import io.overt.control.store.AuditRow.Head;
import io.overt.service.bundle.PolicySignature;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The audit trail on disk: lines are added at its end and never touched again. Each method is one
 * transaction and blocks; what has returned is on the disk. Thread-safe, and safe for several
 * control planes on one store: a transaction that writes is alone.
 */
public final class AuditStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public AuditStore(Database database) {
        this.database = database;
    }

    /** Writes a line, once it is known what comes before it. */
    @FunctionalInterface
    public interface LineAfter {
        /** The line that stands at the next number. */
        String write(Head before);
    }

    /**
     * Which lines; an empty text, and nothing, stand for all.
     *
     * @param method as a whole, or the beginning of it where it ends with {@code *}
     * @param since included
     * @param until not included
     * @param before only lines with lower numbers
     */
    public record Filter(
            String kind,
            String actor,
            String method,
            String outcome,
            String request,
            Optional<Instant> since,
            Optional<Instant> until,
            long before) {}

    /** The end of the trail. */
    public Head head() {
        return database.read(AuditStore::head);
    }

    /** Adds a line. */
    public Head append(Fields fields, LineAfter line) {
        return database.transact(handle -> append(handle, fields, line));
    }

    /** Adds a line in somebody's transaction: what it tells and the line are kept together. */
    static Head append(Handle handle, Fields fields, LineAfter after) {
        var before = head(handle);
        long sequence = before.sequence() + 1;
        var line = after.write(before);
        var hash = PolicySignature.sha256(line.getBytes(StandardCharsets.UTF_8));
        handle.createUpdate(
                        "INSERT INTO audit_record VALUES (:sequence, :at, :kind, :actor, :method, :outcome, :process,"
                                + " :request, :line, :hash)")
                .bind("sequence", sequence)
                .bind("at", fields.at().toEpochMilli())
                .bind("kind", fields.kind())
                .bind("actor", fields.actor())
                .bind("method", fields.method())
                .bind("outcome", fields.outcome())
                .bind("process", fields.process())
                .bind("request", fields.request())
                .bind("line", line)
                .bind("hash", hash)
                .execute();
        return new Head(sequence, ByteString.copyFrom(hash));
    }

    /** The newest first, at most so many. */
    public List<AuditRow> list(Filter filter, int limit) {
        var prefix = filter.method().endsWith("*");
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM audit_record WHERE (:kind = '' OR kind = :kind) AND (:actor = '' OR"
                                                + " actor = :actor) AND (:method = '' OR substr(method, 1, :length) ="
                                                + " :method) AND (:outcome = '' OR outcome = :outcome) AND (:request = ''"
                                                + " OR request = :request) AND at >= :since AND at < :until AND sequence"
                                                + " < :before ORDER BY sequence DESC LIMIT :limit")
                                .bind("kind", filter.kind())
                                .bind("actor", filter.actor())
                                .bind(
                                        "method",
                                        prefix
                                                ? filter.method()
                                                        .substring(0, filter.method().length() - 1)
                                                : filter.method())
                                .bind(
                                        "length",
                                        prefix ? filter.method().length() - 1 : LONGEST_METHOD)
                                .bind("outcome", filter.outcome())
                                .bind("request", filter.request())
                                .bind("since", filter.since().map(Instant::toEpochMilli).orElse(0L))
                                .bind(
                                        "until",
                                        filter.until()
                                                .map(Instant::toEpochMilli)
                                                .orElse(Long.MAX_VALUE))
                                .bind("before", filter.before())
                                .bind("limit", limit)
                                .map((row, _) -> row(row))
                                .list());
    }

    /** In order, from this number on, at most so many. */
    public List<AuditRow> from(long sequence, int limit) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM audit_record WHERE sequence >= :sequence ORDER BY sequence LIMIT"
                                                + " :limit")
                                .bind("sequence", sequence)
                                .bind("limit", limit)
                                .map((row, _) -> row(row))
                                .list());
    }

    /**
     * Intents that this process wrote and that have no outcome, in order.
     *
     * @param started the event that it writes at each start, once it has seen to what was
     *     unfinished before: nothing older is looked at
     */
    public List<AuditRow> unfinished(String process, String started) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM audit_record AS intent WHERE kind = 'intent' AND process = :process"
                                                + " AND sequence > (SELECT coalesce(max(sequence), 0) FROM audit_record"
                                                + " WHERE actor = :process AND method = :started) AND NOT EXISTS (SELECT"
                                                + " 1 FROM audit_record AS outcome WHERE outcome.request ="
                                                + " intent.request AND outcome.kind = 'outcome') ORDER BY sequence")
                                .bind("process", process)
                                .bind("started", started)
                                .map((row, _) -> row(row))
                                .list());
    }

    private static Head head(Handle handle) {
        return handle.createQuery(
                        "SELECT sequence, hash FROM audit_record ORDER BY sequence DESC LIMIT 1")
                .map(
                        (row, _) ->
                                new Head(
                                        row.getLong("sequence"),
                                        ByteString.copyFrom(row.getBytes("hash"))))
                .findOne()
                .orElse(Head.EMPTY);
    }

    private static AuditRow row(ResultSet row) throws SQLException {
        return new AuditRow(
                row.getLong("sequence"),
                new Fields(
                        Instant.ofEpochMilli(row.getLong("at")),
                        row.getString("kind"),
                        row.getString("actor"),
                        row.getString("method"),
                        row.getString("outcome"),
                        row.getString("process"),
                        row.getString("request")),
                row.getString("line"),
                ByteString.copyFrom(row.getBytes("hash")));
    }

    private static final int LONGEST_METHOD = 10_000;
}
