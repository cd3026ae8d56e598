package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * What the control plane remembers, in SQLite or in PostgreSQL. A transaction that has returned is
 * on the disk. Thread-safe; every call blocks, and whoever opens it closes it.
 */
public final class Database implements AutoCloseable {
    private final Engine engine;

    /** {@link #open(StoreConfig)} of a file. */
    public static Database open(Path file) throws StartException {
        return open(new StoreConfig.InFile(file));
    }

    /**
     * Opens it, makes what is missing, and brings its schema up to this build's.
     *
     * @throws StartException when it cannot be used: not writable, in use, not reachable, damaged,
     *     or written by a newer build
     */
    public static Database open(StoreConfig config) throws StartException {
        return new Database(
                switch (config) {
                    case StoreConfig.InFile(var file) -> SqliteEngine.open(file);
                    case StoreConfig.InPostgres postgres -> PostgresEngine.open(postgres);
                });
    }

    private Database(Engine engine) {
        this.engine = engine;
    }

    Dialect dialect() {
        return engine.dialect();
    }

    /**
     * Runs in one transaction, while no other one runs, of this or another control plane: what it
     * read still holds when it commits. All of it is on the disk when this returns, or nothing of
     * it ever is.
     */
    <T> T transact(Function<Handle, T> work) {
        return engine.alone(work);
    }

    /**
     * The same beside others, for what concerns the rows of one thing and looks at no others: what
     * 2,000 edges say of themselves need not queue behind each other.
     */
    <T> T transactApart(Function<Handle, T> work) {
        return engine.apart(work);
    }

    /** Reads, however many statements it takes, one state of everything. */
    <T> T read(Function<Handle, T> work) {
        return engine.read(work);
    }

    @Override
    public void close() throws SQLException, IOException {
        engine.close();
    }
}
