package io.overt.control.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which tables a database has, and which of them refer to which. */
final class Tables {
    /** What belongs to this database and not to what it remembers. */
    private static final Set<String> OWN =
            Set.of("schema_step", "lease", "control_plane", "edge_stream");

    /** Every table that is backed up: each after those that it refers to. */
    static List<String> inOrder(Connection connection) throws SQLException {
        Map<String, Set<String>> references = references(connection);
        var ordered = new ArrayList<String>();
        while (ordered.size() < references.size()) {
            int before = ordered.size();
            references.forEach(
                    (table, needs) -> {
                        if (!ordered.contains(table) && ordered.containsAll(needs)) {
                            ordered.add(table);
                        }
                    });
            if (ordered.size() == before) {
                throw new IllegalStateException(
                        "tables refer to each other in a circle: " + references);
            }
        }
        return ordered;
    }

    /** Columns of a table that name its rows, in order; empty where none do. */
    static List<String> key(Connection connection, String table) throws SQLException {
        var columns = new TreeMap<Integer, String>();
        try (var rows = connection.getMetaData().getPrimaryKeys(null, schema(connection), table)) {
            while (rows.next()) {
                columns.put(rows.getInt("KEY_SEQ"), rows.getString("COLUMN_NAME"));
            }
        }
        return List.copyOf(columns.values());
    }

    static String quoted(String name) {
        return '"' + name + '"';
    }

    private static Map<String, Set<String>> references(Connection connection) throws SQLException {
        var names = new TreeSet<String>();
        try (var rows =
                connection
                        .getMetaData()
                        .getTables(null, schema(connection), "%", new String[] {"TABLE"})) {
            while (rows.next()) {
                names.add(rows.getString("TABLE_NAME"));
            }
        }
        names.removeAll(OWN);
        var references = new LinkedHashMap<String, Set<String>>();
        for (var name : names) {
            var needs = new HashSet<String>();
            try (var rows =
                    connection.getMetaData().getImportedKeys(null, schema(connection), name)) {
                while (rows.next()) {
                    needs.add(rows.getString("PKTABLE_NAME"));
                }
            }
            // To its own rows: they are written in the order of their keys.
            needs.remove(name);
            references.put(name, needs);
        }
        return references;
    }

    private static @Nullable String schema(Connection connection) throws SQLException {
        return connection.getSchema();
    }

    private Tables() {}
}
