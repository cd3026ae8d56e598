package io.overt.control.store;

import io.overt.service.bundle.PolicySignature;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Brings a database from any earlier schema to this build's, each step in a transaction of its own.
 * Steps are numbered and never edited: a database remembers the digest of each that it went
 * through, and one that differs is refused.
 */
final class Migrations {
    private static final List<String> STEPS =
            List.of("0001-versions-and-edges.sql", "0002-witness.sql");

    static void apply(Path file, Connection connection) throws SQLException, StartException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS schema_step (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT"
                            + " NULL) STRICT");
        }
        var applied = applied(connection);
        if (!applied.isEmpty() && applied.lastKey() > STEPS.size()) {
            throw new StartException(
                    file
                            + ": schema "
                            + applied.lastKey()
                            + ", written by a newer build (this one knows "
                            + STEPS.size()
                            + ")");
        }
        for (int number = 1; number <= STEPS.size(); number++) {
            var name = STEPS.get(number - 1);
            var sql = read(name);
            var digest =
                    HexFormat.of()
                            .formatHex(
                                    PolicySignature.sha256(sql.getBytes(StandardCharsets.UTF_8)));
            var before = applied.get(number);
            if (before == null) {
                run(connection, number, name, sql, digest);
            } else if (!before.equals(digest)) {
                throw new StartException(
                        file
                                + ": went through another step "
                                + number
                                + " than this build's "
                                + name
                                + "; it belongs to a different build");
            }
        }
    }

    private static void run(
            Connection connection, int number, String name, String sql, String digest)
            throws SQLException {
        try (var statement = connection.createStatement()) {
            try {
                // executeUpdate hands the whole text to sqlite3_exec, which runs statement by
                // statement.
                statement.executeUpdate(
                        "BEGIN IMMEDIATE;\n"
                                + sql
                                + "\nINSERT INTO schema_step VALUES ("
                                + number
                                + ", '"
                                + name
                                + "', '"
                                + digest
                                + "');\nCOMMIT;");
            } catch (SQLException e) {
                statement.executeUpdate("ROLLBACK");
                throw e;
            }
        }
    }

    private static NavigableMap<Integer, String> applied(Connection connection)
            throws SQLException {
        var applied = new TreeMap<Integer, String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT number, sha256 FROM schema_step")) {
            while (rows.next()) {
                applied.put(rows.getInt(1), rows.getString(2));
            }
        }
        return applied;
    }

    private static String read(String name) {
        try (var stream = Migrations.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing from this build");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    private Migrations() {}
}
