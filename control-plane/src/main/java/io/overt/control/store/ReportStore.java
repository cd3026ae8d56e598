package io.overt.control.store;

import io.overt.control.store.SiteReport.Closing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The queue of what people report. Each method is one transaction and blocks. Thread-safe. */
public final class ReportStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public ReportStore(Database database) {
        this.database = database;
    }

    /**
     * Adds a report, and forgets those that have been closed for long.
     *
     * @return its number; none when as many are open as may be
     */
    public Optional<Long> add(
            Instant at, String host, String client, String words, String contact) {
        return database.transact(
                handle -> {
                    handle.createUpdate("DELETE FROM site_report WHERE closed < :before")
                            .bind("before", at.minus(KEPT).toEpochMilli())
                            .execute();
                    long open =
                            handle.createQuery(
                                            "SELECT count(*) FROM site_report WHERE closed IS NULL")
                                    .mapTo(Long.class)
                                    .one();
                    if (open >= MOST_OPEN) {
                        return Optional.empty();
                    }
                    long id =
                            1
                                    + handle.createQuery(
                                                    "SELECT coalesce(max(id), 0) FROM site_report")
                                            .mapTo(Long.class)
                                            .one();
                    handle.createUpdate(
                                    "INSERT INTO site_report (id, at, host, client, words, contact) VALUES (:id, :at, :host,"
                                            + " :client, :words, :contact)")
                            .bind("id", id)
                            .bind("at", at.toEpochMilli())
                            .bind("host", host)
                            .bind("client", client)
                            .bind("words", words)
                            .bind("contact", contact)
                            .execute();
                    return Optional.of(id);
                });
    }

    /** Which reports. */
    public enum Which {
        /** Those that nobody has closed. */
        OPEN,
        /** All that are kept. */
        ALL
    }

    /** Those below a number, the newest first, at most so many. */
    public List<SiteReport> before(long id, int limit, Which which) {
        var only =
                switch (which) {
                    case OPEN -> " AND closed IS NULL";
                    case ALL -> "";
                };
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT * FROM site_report WHERE id < :id"
                                                + only
                                                + " ORDER BY id DESC LIMIT :limit")
                                .bind("id", id)
                                .bind("limit", limit)
                                .map((row, _) -> report(row))
                                .list());
    }

    /** Closes it, if it is open: the first word stays. Returns it as it is then. */
    public Optional<SiteReport> close(long id, Closing closing) {
        return database.transact(
                handle -> {
                    handle.createUpdate(
                                    "UPDATE site_report SET closed = :at, closed_by = :by, answer = :answer WHERE id = :id"
                                            + " AND closed IS NULL")
                            .bind("at", closing.at().toEpochMilli())
                            .bind("by", closing.by())
                            .bind("answer", closing.answer())
                            .bind("id", id)
                            .execute();
                    return one(handle, id);
                });
    }

    private static Optional<SiteReport> one(Handle handle, long id) {
        return handle.createQuery("SELECT * FROM site_report WHERE id = :id")
                .bind("id", id)
                .map((row, _) -> report(row))
                .findOne();
    }

    private static SiteReport report(ResultSet row) throws SQLException {
        long closed = row.getLong("closed");
        var closing =
                row.wasNull()
                        ? Optional.<Closing>empty()
                        : Optional.of(
                                new Closing(
                                        Instant.ofEpochMilli(closed),
                                        row.getString("closed_by"),
                                        row.getString("answer")));
        return new SiteReport(
                row.getLong("id"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("host"),
                row.getString("client"),
                row.getString("words"),
                row.getString("contact"),
                closing);
    }

    /** Names of people may be in it: closed ones are not kept for ever. */
    private static final Duration KEPT = Duration.ofDays(90);

    /** More than anybody reads. */
    private static final long MOST_OPEN = 5_000;
}
