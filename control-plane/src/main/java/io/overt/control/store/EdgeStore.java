package io.overt.control.store;

import io.overt.proto.control.v1.Problem;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The last known state of each edge. Each method is one transaction and blocks. Thread-safe. */
public final class EdgeStore {
    private final Database database;

    /** Uses the database; does not close it. */
    public EdgeStore(Database database) {
        this.database = database;
    }

    /** Every edge that was ever heard of. */
    public List<EdgeState> all() {
        return database.transact(
                handle ->
                        handle.createQuery("SELECT * FROM edge ORDER BY identity")
                                .map((row, _) -> state(handle, row))
                                .list());
    }

    /** Replaces what was known of this edge. */
    public void put(EdgeState state) {
        putAll(List.of(state));
    }

    /** Replaces what was known of these edges, in one transaction. */
    public void putAll(List<EdgeState> states) {
        database.transact(
                handle -> {
                    states.forEach(state -> put(handle, state));
                    return states;
                });
    }

    private static void put(Handle handle, EdgeState state) {
        var identity = state.identity().uri();
        handle.createUpdate(
                        "INSERT INTO edge VALUES (:identity, :build, :active, :rejected, :seen) ON CONFLICT"
                                + " (identity) DO UPDATE SET build = :build, active_version = :active,"
                                + " rejected_version = :rejected, last_seen = :seen")
                .bind("identity", identity)
                .bind("build", state.build())
                .bind("active", state.activeVersion())
                .bind("rejected", state.rejectedVersion())
                .bind("seen", state.lastSeen().toEpochMilli())
                .execute();
        handle.createUpdate("DELETE FROM edge_problem WHERE identity = :identity")
                .bind("identity", identity)
                .execute();
        insert(handle, identity, state.problems());
    }

    private static void insert(Handle handle, String identity, List<Problem> problems) {
        for (int position = 0; position < problems.size(); position++) {
            var problem = problems.get(position);
            handle.createUpdate(
                            "INSERT INTO edge_problem VALUES (:identity, :position, :file, :line, :column, :rule, :message)")
                    .bind("identity", identity)
                    .bind("position", position)
                    .bind("file", problem.getFile())
                    .bind("line", problem.getLine())
                    .bind("column", problem.getColumn())
                    .bind("rule", problem.getRule())
                    .bind("message", problem.getMessage())
                    .execute();
        }
    }

    private static EdgeState state(Handle handle, ResultSet row) throws SQLException {
        var identity = row.getString("identity");
        var problems =
                handle.createQuery(
                                "SELECT * FROM edge_problem WHERE identity = :identity ORDER BY position")
                        .bind("identity", identity)
                        .map((problem, _) -> problem(problem))
                        .list();
        try {
            return new EdgeState(
                    FleetIdentity.parse(identity),
                    row.getString("build"),
                    row.getLong("active_version"),
                    row.getLong("rejected_version"),
                    problems,
                    Instant.ofEpochMilli(row.getLong("last_seen")));
        } catch (MalformedIdentityException e) {
            throw new SQLException("table edge: " + e.getMessage(), e);
        }
    }

    private static Problem problem(ResultSet row) throws SQLException {
        return Problem.newBuilder()
                .setFile(row.getString("file"))
                .setLine(row.getInt("line"))
                .setColumn(row.getInt("column_from"))
                .setRule(row.getString("rule"))
                .setMessage(row.getString("message"))
                .build();
    }
}
