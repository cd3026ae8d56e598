package io.overt.signer.store;

import io.overt.signer.act.ActBook;
import io.overt.signer.issue.IndexException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Acts in the store, each written with its entry in the log. */
final class SqliteActs implements ActBook {

    static final String TABLE =
            """
            create table if not exists act (
              number     integer primary key not null,
              kind       text not null,
              document   blob not null,
              sha256     blob not null,
              approvers  text not null,
              applied_at text not null,
              entry      integer not null
            ) strict
            """;

    private final GroupCommit database;

    SqliteActs(GroupCommit database) {
        this.database = database;
    }

    @Override
    public List<Applied> all() throws IndexException {
        return database.run(SqliteActs::all);
    }

    static List<Applied> all(Handle handle) {
        return handle.createQuery(
                        "select number, kind, document, sha256, approvers, applied_at from act order by number")
                .map((row, _) -> applied(row))
                .list();
    }

    private static Applied applied(ResultSet row) throws SQLException {
        return new Applied(
                row.getLong("number"),
                row.getString("kind"),
                row.getBytes("document"),
                HexFormat.of().formatHex(row.getBytes("sha256")),
                List.of(row.getString("approvers").split(SEPARATOR, -1)),
                Instant.parse(row.getString("applied_at")));
    }

    @Override
    public void keep(Applied act, byte[] entry) throws IndexException {
        if (!database.run(handle -> keep(handle, act, entry))) {
            throw new IndexException(
                    "act %d is not the next: is there a second one who applies them?"
                            .formatted(act.number()));
        }
    }

    private static boolean keep(Handle handle, Applied act, byte[] entry) {
        long last =
                handle.createQuery("select coalesce(max(number), 0) from act")
                        .mapTo(Long.class)
                        .one();
        if (act.number() != last + 1) {
            return false;
        }
        handle.createUpdate(
                        """
                        insert into act (number, kind, document, sha256, approvers, applied_at, entry)
                        values (:number, :kind, :document, :sha256, :approvers, :at, :entry)
                        """)
                .bind("number", act.number())
                .bind("kind", act.kind())
                .bind("document", act.document())
                .bind("sha256", HexFormat.of().parseHex(act.sha256()))
                .bind("approvers", String.join(SEPARATOR, act.approvers()))
                .bind("at", act.at().toString())
                .bind("entry", LedgerTables.append(handle, entry))
                .execute();
        return true;
    }

    /** No name of an approver has one. */
    private static final String SEPARATOR = " ";
}
