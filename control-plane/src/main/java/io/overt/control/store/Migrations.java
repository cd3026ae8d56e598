package io.overt.control.store;

import io.overt.service.bundle.PolicySignature;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Brings a database from any earlier schema to this build's, each step in a transaction of its own.
 * Steps are numbered, with gaps, and never edited: a database remembers the digest of each that it
 * went through, as its dialect reads it, and one that differs is refused.
 */
final class Migrations {
    /** In the order in which they are gone through. */
    static final List<Step> STEPS =
            List.of(
                    new Step(1, "0001-versions-and-edges.sql"),
                    new Step(2, "0002-witness.sql"),
                    new Step(3, "0003-order-of-evidence.sql"),
                    new Step(4, "0004-leases.sql"),
                    new Step(5, "0005-version-floor.sql"),
                    new Step(6, "0006-streams.sql"),
                    new Step(10, "0010-rollouts.sql"),
                    new Step(11, "0011-approvals-and-emergencies.sql"),
                    new Step(20, "0020-audit.sql"),
                    new Step(21, "0021-sessions.sql"),
                    new Step(30, "0030-acts-done-once.sql"),
                    new Step(31, "0031-reports.sql"),
                    new Step(40, "0040-lists.sql"));

    /** Its number is the beginning of its name. */
    record Step(int number, String name) {
        Step {
            if (!name.startsWith("%04d-".formatted(number))) {
                throw new IllegalArgumentException("step " + number + " is named " + name);
            }
        }

        String sql(Dialect dialect) {
            return dialect.render(name, read(name));
        }
    }

    /** The number of this build's schema. */
    static int newest() {
        return STEPS.getLast().number();
    }

    /**
     * Makes what is missing.
     *
     * @param where for messages
     */
    static void apply(String where, Dialect dialect, Connection connection)
            throws SQLException, StartException {
        apply(where, dialect, connection, STEPS);
    }

    /** The same up to some step, for rows that come from there. */
    static void apply(String where, Dialect dialect, Connection connection, List<Step> steps)
            throws SQLException, StartException {
        switch (dialect) {
            case SQLITE -> applyAll(where, dialect, connection, steps);
            case POSTGRESQL -> {
                // Two control planes may start at the same time.
                PostgresEngine.lockSchema(connection);
                try {
                    applyAll(where, dialect, connection, steps);
                } finally {
                    PostgresEngine.unlockSchema(connection);
                }
            }
        }
    }

    private static void applyAll(
            String where, Dialect dialect, Connection connection, List<Step> steps)
            throws SQLException, StartException {
        try (var statement = connection.createStatement()) {
            statement.execute(dialect.render("schema_step", MEMORY));
        }
        var applied = applied(connection);
        if (!applied.isEmpty() && applied.lastKey() > newest()) {
            throw new StartException(
                    where
                            + ": schema "
                            + applied.lastKey()
                            + ", written by a newer build (this one knows "
                            + newest()
                            + ")");
        }
        for (var step : steps) {
            var sql = step.sql(dialect);
            var digest =
                    HexFormat.of()
                            .formatHex(
                                    PolicySignature.sha256(sql.getBytes(StandardCharsets.UTF_8)));
            var before = applied.remove(step.number());
            if (before == null) {
                run(dialect, connection, step, sql, digest);
            } else if (!before.equals(digest)) {
                throw new StartException(
                        where
                                + ": went through another step "
                                + step.number()
                                + " than this build's "
                                + step.name()
                                + "; it belongs to a different build");
            }
        }
        if (!applied.isEmpty()) {
            throw new StartException(
                    where
                            + ": went through step "
                            + applied.firstKey()
                            + ", which this build does not have; it belongs to a different build");
        }
    }

    private static void run(
            Dialect dialect, Connection connection, Step step, String sql, String digest)
            throws SQLException {
        var begin =
                switch (dialect) {
                    case SQLITE -> "BEGIN IMMEDIATE";
                    case POSTGRESQL -> "BEGIN";
                };
        try (var statement = connection.createStatement()) {
            try {
                // Both drivers hand a text of many statements to the database whole.
                statement.executeUpdate(
                        begin
                                + ";\n"
                                + sql
                                + "\nINSERT INTO schema_step VALUES ("
                                + step.number()
                                + ", '"
                                + step.name()
                                + "', '"
                                + digest
                                + "');\nCOMMIT;");
            } catch (SQLException e) {
                statement.executeUpdate("ROLLBACK");
                throw e;
            }
        }
    }

    /** Numbers of steps, and the digest of each. */
    static NavigableMap<Integer, String> applied(Connection connection) throws SQLException {
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

    /** What comes before every step. */
    private static final String MEMORY =
            """
            CREATE TABLE IF NOT EXISTS schema_step (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) ${strict};
            ${postgresql}
            CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$;
            ${end}
            """;

    private Migrations() {}
}
