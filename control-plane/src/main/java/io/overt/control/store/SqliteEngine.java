package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * One file of one process: write-ahead log, synced at each commit. One connection, used by one
 * thread at a time: a control plane writes a few times a minute, and one writer at a time is what
 * SQLite has.
 */
final class SqliteEngine implements Engine {
    private final ReentrantLock turn = new ReentrantLock();
    private final FileChannel lockFile;
    private final Connection connection;
    private final Jdbi jdbi;

    static SqliteEngine open(Path file) throws StartException {
        var lock = lock(file);
        try {
            var connection = config().createConnection("jdbc:sqlite:" + file);
            try {
                Migrations.apply(file.toString(), Dialect.SQLITE, connection);
                return new SqliteEngine(lock, connection);
            } catch (SQLException | StartException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            close(lock);
            throw new StartException(file + ": cannot be used as the store: " + e.getMessage(), e);
        } catch (StartException | RuntimeException e) {
            close(lock);
            throw e;
        }
    }

    private SqliteEngine(FileChannel lockFile, Connection connection) {
        this.lockFile = lockFile;
        this.connection = connection;
        this.jdbi = Jdbi.create(connection);
    }

    @Override
    public Dialect dialect() {
        return Dialect.SQLITE;
    }

    @Override
    public <T> T alone(Function<Handle, T> work) {
        turn.lock();
        try {
            return jdbi.inTransaction(work::apply);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public <T> T apart(Function<Handle, T> work) {
        return alone(work);
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        return alone(work);
    }

    @Override
    public void tellOthers(Handle handle, Topic topic) {
        // There are none.
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public boolean hears() {
        return true;
    }

    @Override
    public void close() throws SQLException, IOException {
        turn.lock();
        try (lockFile) {
            connection.close();
        } finally {
            turn.unlock();
        }
    }

    static SQLiteConfig config() {
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        // FULL syncs the log at each commit; NORMAL would lose the last ones with the power, and a
        // number would be given twice.
        config.setSynchronous(SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        // Somebody's backup tool may hold the file for a moment.
        config.setBusyTimeout(5_000);
        return config;
    }

    /** Two control planes on one file would give the same number to two versions. */
    static FileChannel lock(Path file) throws StartException {
        var lockPath = file.resolveSibling(file.getFileName() + ".lock");
        try {
            var folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            var channel =
                    FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    return channel;
                }
            } catch (OverlappingFileLockException _) {
                // Held by this very process: the same answer.
            }
            channel.close();
            throw new StartException(file + ": in use by another overt-control");
        } catch (IOException e) {
            throw new StartException(lockPath + ": cannot be written: " + e, e);
        }
    }

    private static void close(FileChannel channel) throws StartException {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StartException("the store's lock file cannot be closed: " + e, e);
        }
    }
}
