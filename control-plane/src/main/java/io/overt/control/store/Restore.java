package io.overt.control.store;

import io.overt.control.store.Backup.Extent;
import io.overt.control.store.BackupFile.Cell;
import io.overt.control.store.BackupFile.Head;
import io.overt.control.store.BackupFile.Table;
import io.overt.service.process.StartException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * Fills an empty store of either kind from a {@link Backup}: the schema is brought to where the
 * backup was made, the rows are written in one transaction, and then the schema goes on to this
 * build's.
 */
public final class Restore {
    /**
     * How far numbers jump: no fleet publishes a version each second for as long as its backup is
     * old, and a thousand more cover clocks that differ.
     */
    private static final long MARGIN = 1000;

    /**
     * What came of it.
     *
     * @param made when the backup was
     * @param nextVersion number of the next policy version at least
     */
    public record Restored(Instant made, Extent extent, long nextVersion) {}

    /**
     * Restores; on any failure the store has no rows.
     *
     * @param nextVersion number of the next policy version at least; without it one that cannot
     *     have been given since the backup was made
     * @throws StartException when the file is not whole, or the store not empty or not reachable
     */
    public static Restored into(
            StoreConfig config, Path file, OptionalLong nextVersion, Instant now)
            throws StartException, IOException {
        // Before anything is touched.
        var damage = BackupFile.damage(file);
        if (damage.isPresent()) {
            throw new StartException(file + ": " + damage.get());
        }
        try (var session = StoreSession.alone(config);
                var rows =
                        new DataInputStream(
                                new BufferedInputStream(
                                        new GZIPInputStream(BackupFile.packed(file))))) {
            var head = Head.read(rows);
            var connection = session.connection();
            var steps = stepsOf(head, file);
            requireFit(config, connection, head);
            Migrations.apply(config.toString(), session.dialect(), connection, steps);
            requireEmpty(config, connection);
            connection.setAutoCommit(false);
            var extent = fill(connection, rows, file);
            connection.commit();
            connection.setAutoCommit(true);
            Migrations.apply(config.toString(), session.dialect(), connection);
            long next = raise(connection, extent, nextVersion, head, now);
            return new Restored(head.made(), extent, next);
        } catch (SQLException e) {
            throw new StartException(config + ": cannot be restored: " + e.getMessage(), e);
        }
    }

    private static List<Migrations.Step> stepsOf(Head head, Path file) throws StartException {
        int newest = Collections.max(head.steps());
        if (newest > Migrations.newest()) {
            throw new StartException(
                    file
                            + ": schema "
                            + newest
                            + ", written by a newer build (this one knows "
                            + Migrations.newest()
                            + ")");
        }
        var steps =
                Migrations.STEPS.stream()
                        .filter(step -> head.steps().contains(step.number()))
                        .toList();
        if (steps.size() < head.steps().size()) {
            throw new StartException(
                    file
                            + ": of schema steps "
                            + head.steps()
                            + ", which this build does not all have; it belongs to a different build");
        }
        return steps;
    }

    /** Steps that are there and that the backup did not go through cannot be taken back. */
    private static void requireFit(StoreConfig config, Connection connection, Head head)
            throws SQLException, StartException {
        if (!hasMemory(connection)) {
            return;
        }
        var further = new TreeSet<>(Migrations.applied(connection).keySet());
        further.removeAll(head.steps());
        if (!further.isEmpty()) {
            throw new StartException(
                    config
                            + ": has tables of schema "
                            + further.last()
                            + ", and the backup is of "
                            + Collections.max(head.steps())
                            + " (expected: a database without tables)");
        }
    }

    private static boolean hasMemory(Connection connection) throws SQLException {
        try (var rows =
                connection
                        .getMetaData()
                        .getTables(
                                null,
                                connection.getSchema(),
                                "schema_step",
                                new String[] {"TABLE"})) {
            return rows.next();
        }
    }

    private static void requireEmpty(StoreConfig config, Connection connection)
            throws SQLException, StartException {
        for (var table : Tables.inOrder(connection)) {
            try (var statement = connection.createStatement();
                    var rows =
                            statement.executeQuery(
                                    "SELECT 1 FROM " + Tables.quoted(table) + " LIMIT 1")) {
                if (rows.next()) {
                    throw new StartException(
                            config
                                    + ": is not empty, table "
                                    + table
                                    + " has rows (expected: an empty store; nothing was changed)");
                }
            }
        }
    }

    private static Extent fill(Connection connection, DataInputStream in, Path file)
            throws SQLException, IOException, StartException {
        int tables = 0;
        long rows = 0;
        for (var table = Table.read(in); table.isPresent(); table = Table.read(in)) {
            long filled = fill(connection, table.get(), in);
            long expected = in.readLong();
            if (filled != expected) {
                throw new StartException(
                        file
                                + ": table "
                                + table.get().name()
                                + " has "
                                + filled
                                + " rows (expected: "
                                + expected
                                + ")");
            }
            rows += filled;
            tables++;
        }
        return new Extent(tables, rows, Backup.newestVersion(connection));
    }

    private static long fill(Connection connection, Table table, DataInputStream in)
            throws SQLException, IOException {
        var columns =
                table.columns().stream().map(Tables::quoted).collect(Collectors.joining(", "));
        var places = table.columns().stream().map(_ -> "?").collect(Collectors.joining(", "));
        try (var insert =
                connection.prepareStatement(
                        "INSERT INTO "
                                + Tables.quoted(table.name())
                                + " ("
                                + columns
                                + ") VALUES ("
                                + places
                                + ")")) {
            long rows = 0;
            while (in.readByte() == BackupFile.MORE) {
                for (int i = 1; i <= table.columns().size(); i++) {
                    bind(insert, i, Cell.read(in));
                }
                insert.executeUpdate();
                rows++;
            }
            return rows;
        }
    }

    private static void bind(PreparedStatement insert, int place, Cell cell) throws SQLException {
        switch (cell) {
            case Cell.Nothing() -> insert.setNull(place, Types.NULL);
            case Cell.Whole(long value) -> insert.setLong(place, value);
            case Cell.Text(var value) -> insert.setString(place, value);
            case Cell.Bytes(var value) -> insert.setBytes(place, value.toByteArray());
        }
    }

    private static long raise(
            Connection connection, Extent extent, OptionalLong asked, Head head, Instant now)
            throws SQLException {
        long age = Math.max(0, Duration.between(head.made(), now).toSeconds());
        long next = asked.orElse(extent.newestVersion() + MARGIN + age);
        try (var insert =
                connection.prepareStatement(
                        "INSERT INTO version_floor (least, set_at, why) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            insert.setLong(1, next);
            insert.setLong(2, now.toEpochMilli());
            insert.setString(3, "restored from a backup of " + head.made());
            insert.executeUpdate();
        }
        return next;
    }

    private Restore() {}
}
