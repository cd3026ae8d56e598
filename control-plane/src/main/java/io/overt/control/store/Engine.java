package io.overt.control.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * One kind of database. What {@link #alone} and {@link #apart} return is on the disk, or they
 * throw; a thrown {@code apart} or {@code alone} may still have happened where the connection broke
 * during the commit. Thread-safe; each method blocks, and none for ever.
 */
sealed interface Engine extends AutoCloseable permits SqliteEngine, PostgresEngine {

    Dialect dialect();

    /**
     * A transaction while no other one of this kind runs, of whichever process: it may read, decide
     * and write, and what it read still holds when it commits. Called once, never again.
     */
    <T> T alone(Function<Handle, T> work);

    /**
     * A transaction beside others, for what concerns the rows of one thing and depends on no
     * others.
     */
    <T> T apart(Function<Handle, T> work);

    /** Sees one state of everything, however many statements it takes; writes nothing. */
    <T> T read(Function<Handle, T> work);

    /** Within a transaction: others are told once it is committed. */
    void tellOthers(Handle handle, Topic topic);

    /** Whether other control planes may have it open at the same time. */
    boolean isShared();

    /** Whether what others tell is heard, rather than found by looking. */
    boolean hears();

    @Override
    void close() throws SQLException, IOException;
}
