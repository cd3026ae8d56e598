package io.overt.control.store;

import com.google.protobuf.ByteString;
import io.overt.control.store.BackupFile.Cell;
import io.overt.control.store.BackupFile.Head;
import io.overt.control.store.BackupFile.Table;
import io.overt.service.process.StartException;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/**
 * Writes all that a store remembers into one file, beside a control plane that goes on working: the
 * file shows one moment. Leases and open streams are not in it: whoever has them does not live in a
 * backup.
 */
public final class Backup {

    /**
     * What was written or read.
     *
     * @param tables how many
     * @param rows of all of them
     * @param newestVersion number of the newest policy version; 0 when there is none
     */
    public record Extent(int tables, long rows, long newestVersion) {}

    /**
     * Writes a backup. The file appears whole or not at all, readable by its owner only, and
     * replaces none.
     *
     * @throws StartException when the store cannot be read
     * @throws FileAlreadyExistsException when something is there
     */
    public static Extent write(StoreConfig config, Path file, Instant now)
            throws StartException, IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        var part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        try (var session = StoreSession.toRead(config)) {
            var extent = write(session, part, now);
            Files.move(part, file);
            return extent;
        } catch (SQLException e) {
            throw new StartException(config + ": cannot be read: " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static Extent write(StoreSession session, Path file, Instant now)
            throws SQLException, IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(
                        EnumSet.of(
                                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
        try (var out = new FileOutputStream(file.toFile());
                var digested =
                        new DigestOutputStream(
                                new BufferedOutputStream(out), BackupFile.sha256())) {
            digested.write(BackupFile.MAGIC);
            var packed = new GZIPOutputStream(digested);
            var rows = new DataOutputStream(packed);
            var connection = session.connection();
            new Head(
                            now,
                            session.dialect().name(),
                            List.copyOf(Migrations.applied(connection).keySet()))
                    .write(rows);
            var extent = write(connection, rows);
            rows.flush();
            packed.finish();
            digested.on(false);
            digested.write(digested.getMessageDigest().digest());
            digested.flush();
            out.getFD().sync();
            return extent;
        }
    }

    private static Extent write(Connection connection, DataOutputStream out)
            throws SQLException, IOException {
        int tables = 0;
        long rows = 0;
        for (var table : Tables.inOrder(connection)) {
            rows += write(connection, table, out);
            tables++;
        }
        out.writeByte(BackupFile.END);
        return new Extent(tables, rows, newestVersion(connection));
    }

    private static long write(Connection connection, String table, DataOutputStream out)
            throws SQLException, IOException {
        var key = Tables.key(connection, table);
        var order =
                key.isEmpty()
                        ? ""
                        : key.stream()
                                .map(Tables::quoted)
                                .collect(Collectors.joining(", ", " ORDER BY ", ""));
        try (var statement = connection.createStatement()) {
            // A row may be a file of many megabytes.
            statement.setFetchSize(8);
            try (var found =
                    statement.executeQuery("SELECT * FROM " + Tables.quoted(table) + order)) {
                var meta = found.getMetaData();
                var columns = new ArrayList<String>();
                for (int i = 1; i <= meta.getColumnCount(); i++) {
                    columns.add(meta.getColumnName(i));
                }
                new Table(table, columns).write(out);
                long rows = 0;
                while (found.next()) {
                    out.writeByte(BackupFile.MORE);
                    for (int i = 1; i <= columns.size(); i++) {
                        cell(found, i, table + "." + columns.get(i - 1)).write(out);
                    }
                    rows++;
                }
                out.writeByte(BackupFile.END);
                out.writeLong(rows);
                return rows;
            }
        }
    }

    private static Cell cell(ResultSet row, int column, String where) throws SQLException {
        var value = row.getObject(column);
        return switch (value) {
            case null -> new Cell.Nothing();
            case Long whole -> new Cell.Whole(whole);
            case Integer whole -> new Cell.Whole(whole);
            case String text -> new Cell.Text(text);
            case byte[] bytes -> new Cell.Bytes(ByteString.copyFrom(bytes));
            default ->
                    throw new IllegalStateException(
                            where
                                    + ": "
                                    + value.getClass()
                                    + " (expected: whole number, text or bytes, which both databases have)");
        };
    }

    static long newestVersion(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT coalesce(max(version), 0) FROM policy_version")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private Backup() {}
}
