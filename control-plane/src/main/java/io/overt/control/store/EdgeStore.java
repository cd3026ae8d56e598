package io.overt.control.store;

import io.overt.proto.control.v1.Problem;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.MalformedIdentityException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        return database.read(
                handle -> {
                    var problems = new HashMap<String, List<Problem>>();
                    handle.createQuery("SELECT * FROM edge_problem ORDER BY identity, position")
                            .map((row, _) -> Map.entry(row.getString("identity"), problem(row)))
                            .forEach(
                                    each ->
                                            problems.computeIfAbsent(
                                                            each.getKey(), _ -> new ArrayList<>())
                                                    .add(each.getValue()));
                    return handle.createQuery("SELECT * FROM edge ORDER BY identity")
                            .map(
                                    (row, _) ->
                                            state(
                                                    row,
                                                    problems.getOrDefault(
                                                            row.getString("identity"), List.of())))
                            .list();
                });
    }

    /** What an edge came to at this control plane. */
    public enum Stream {
        /** It said something: this is the control plane that has its stream. */
        HERE,
        /**
         * Its stream ended. Where the edge has spoken to another control plane since, that knows
         * better, and nothing changes.
         */
        ENDED
    }

    /**
     * The newest of an edge.
     *
     * @param state what it last said
     */
    public record Word(EdgeState state, Stream stream) {}

    /**
     * An edge said something to this control plane: replaces what was known of it, and makes this
     * the one that has its stream.
     *
     * @param control this control plane's fleet identity
     */
    public void put(EdgeState state, FleetIdentity control) {
        putAll(List.of(new Word(state, Stream.HERE)), control);
    }

    /** An edge's stream here ended. */
    public void left(EdgeState state, FleetIdentity control) {
        putAll(List.of(new Word(state, Stream.ENDED)), control);
    }

    /**
     * Both, of many edges in one transaction.
     *
     * @param control this control plane's fleet identity
     */
    public void putAll(List<Word> words, FleetIdentity control) {
        database.transactApart(
                handle -> {
                    for (var word : words) {
                        switch (word.stream()) {
                            case HERE -> here(handle, word.state(), control);
                            case ENDED -> ended(handle, word.state(), control);
                        }
                    }
                    return words.size();
                });
    }

    private static void here(Handle handle, EdgeState state, FleetIdentity control) {
        put(handle, state);
        handle.createUpdate(
                        "INSERT INTO edge_stream (identity, control) VALUES (:identity, :control) ON CONFLICT"
                                + " (identity) DO UPDATE SET control = :control")
                .bind("identity", state.identity().uri())
                .bind("control", control.uri())
                .execute();
    }

    private static void ended(Handle handle, EdgeState state, FleetIdentity control) {
        int ours =
                handle.createUpdate(
                                "DELETE FROM edge_stream WHERE identity = :identity AND control = :control")
                        .bind("identity", state.identity().uri())
                        .bind("control", control.uri())
                        .execute();
        if (ours > 0) {
            put(handle, state);
        }
    }

    /** Nothing is known of this edge any more. */
    public void forget(FleetIdentity edge) {
        database.transact(
                handle -> {
                    int rows = 0;
                    for (var table : TABLES) {
                        rows +=
                                handle.createUpdate(
                                                "DELETE FROM "
                                                        + table
                                                        + " WHERE identity = :identity")
                                        .bind("identity", edge.uri())
                                        .execute();
                    }
                    return rows;
                });
    }

    /** A control plane begins: of the streams that it had nothing is left. */
    public void begin(FleetIdentity control) {
        database.transact(
                handle -> {
                    handle.createUpdate("DELETE FROM edge_stream WHERE control = :control")
                            .bind("control", control.uri())
                            .execute();
                    return seen(handle, control);
                });
    }

    /** A control plane lives. */
    public void alive(FleetIdentity control) {
        database.transactApart(handle -> seen(handle, control));
    }

    private int seen(Handle handle, FleetIdentity control) {
        var now = database.dialect().now();
        return handle.createUpdate(
                        "INSERT INTO control_plane (name, seen) VALUES (:name, "
                                + now
                                + ") ON CONFLICT (name) DO UPDATE SET seen = "
                                + now)
                .bind("name", control.uri())
                .execute();
    }

    /**
     * Edges that have a stream at another control plane, one that was alive not longer ago than
     * that.
     */
    public Set<FleetIdentity> elsewhere(FleetIdentity control, Duration within) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        "SELECT identity FROM edge_stream JOIN control_plane ON name = control WHERE control <>"
                                                + " :control AND seen >= "
                                                + database.dialect().now()
                                                + " - :within")
                                .bind("control", control.uri())
                                .bind("within", within.toMillis())
                                .map((row, _) -> identity(row.getString("identity")))
                                .set());
    }

    private static FleetIdentity identity(String uri) throws SQLException {
        try {
            return FleetIdentity.parse(uri);
        } catch (MalformedIdentityException e) {
            throw new SQLException("table edge: " + e.getMessage(), e);
        }
    }

    private static void put(Handle handle, EdgeState state) {
        var identity = state.identity().uri();
        handle.createUpdate(
                        "INSERT INTO edge VALUES (:identity, :build, :active, :rejected, :seen) ON CONFLICT"
                                + " (identity) DO UPDATE SET build = :build, active_version = :active,"
                                + " rejected_version = :rejected, last_seen = :seen")
                .bind("identity", identity)
                .bind("build", storable(state.build()))
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
                    .bind("file", storable(problem.getFile()))
                    .bind("line", problem.getLine())
                    .bind("column", problem.getColumn())
                    .bind("rule", storable(problem.getRule()))
                    .bind("message", storable(problem.getMessage()))
                    .execute();
        }
    }

    private static EdgeState state(ResultSet row, List<Problem> problems) throws SQLException {
        return new EdgeState(
                identity(row.getString("identity")),
                row.getString("build"),
                row.getLong("active_version"),
                row.getLong("rejected_version"),
                problems,
                Instant.ofEpochMilli(row.getLong("last_seen")));
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

    /** What is kept of edges; the last one is what the others refer to. */
    private static final List<String> TABLES =
            List.of("edge_stream", "edge_problem", "edge_trait", "edge");

    /** PostgreSQL's texts have every character but one, and an edge can say anything. */
    private static String storable(String text) {
        return text.replace('\0', '\ufffd');
    }
}
