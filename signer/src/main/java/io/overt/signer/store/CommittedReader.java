package io.overt.signer.store;

import io.overt.signer.issue.IndexException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * Looks at what is committed, beside the thread that commits: whoever only looks does not wait for
 * a flush of others. Thread-safe, one look at a time; a connection that failed is replaced before
 * the next one.
 */
final class CommittedReader implements AutoCloseable {

    private final Path file;
    private final Duration deadline;
    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable Connection connection; // guarded by turn
    private @Nullable Prepared statements; // of the connection; guarded by turn
    private boolean closed; // guarded by turn

    /**
     * Opens nothing yet.
     *
     * @param file that is there when the first look comes
     */
    CommittedReader(Path file, Duration deadline) {
        this.file = file;
        this.deadline = deadline;
    }

    <T> T look(Prepared.Work<T> work) throws IndexException {
        try {
            if (!turn.tryLock(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IndexException("%s: no look in %s".formatted(file, deadline));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IndexException(file + ": interrupted", e);
        }
        try {
            return work.in(open());
        } catch (SQLException e) {
            discard();
            throw new IndexException(file + ": " + GroupCommit.reason(e), e);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void close() {
        turn.lock();
        try {
            closed = true;
            discard();
        } finally {
            turn.unlock();
        }
    }

    private Prepared open() throws SQLException, IndexException {
        Prepared now = statements;
        if (now != null) {
            return now;
        }
        if (closed) {
            throw new IndexException(file + ": closed");
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout((int) Math.min(deadline.toMillis() / 2, 5_000));
        Connection opened = config.createConnection("jdbc:sqlite:" + file);
        connection = opened;
        Prepared made = new Prepared(opened);
        statements = made;
        return made;
    }

    private void discard() {
        Connection old = connection;
        connection = null;
        statements = null;
        if (old == null) {
            return;
        }
        try {
            old.close();
        } catch (SQLException e) {
            // It is being thrown away; that it fails once more tells nothing new.
            LOG.atDebug().setCause(e).log("closing a connection failed");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(CommittedReader.class);
}
