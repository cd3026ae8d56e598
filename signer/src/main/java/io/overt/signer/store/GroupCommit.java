package io.overt.signer.store;

import io.overt.signer.issue.IndexException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * Runs pieces of work against one SQLite file, all that wait at the same time in one transaction:
 * one flush to the disk then makes them all durable (WAL, {@code synchronous=FULL}). A piece sees
 * the effects of those before it, and an answer is given only after the commit.
 *
 * <p>Any thread may submit; the work runs on a thread of this class. When a transaction fails, all
 * of its pieces fail, and the connection is replaced before the next one.
 */
final class GroupCommit implements AutoCloseable {

    /** A piece of work in a transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Handle handle);
    }

    /** A piece, whichever way it speaks to the connection. */
    private interface Step<T> {
        T in(Session session) throws SQLException;
    }

    /** A connection in use. */
    private record Session(Handle handle, Prepared statements) {
        static Session of(Handle handle) {
            return new Session(handle, new Prepared(handle.getConnection()));
        }
    }

    private final Path file;
    private final Duration deadline;
    private final BlockingQueue<Piece<?>> waiting = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread;
    private volatile boolean closed;

    /** Confined to {@link #thread} once it runs. */
    private @Nullable Session session;

    private static final class Piece<T> {
        final Step<T> step;
        final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable T result;

        Piece(Step<T> step) {
            this.step = step;
        }

        void run(Session session) throws SQLException {
            result = step.in(session);
        }

        @SuppressWarnings(
                "NullAway") // a Work may answer with null only if T says so, and ours do not
        void committed() {
            answer.complete(result);
        }
    }

    /**
     * Opens the file, or makes it.
     *
     * @param deadline how long a caller waits for its commit
     * @param schema statements that must each be harmless when repeated
     */
    GroupCommit(Path file, Duration deadline, List<String> schema) throws IndexException {
        this.file = file;
        this.deadline = deadline;
        try {
            Handle first = open();
            schema.forEach(first::execute);
            session = Session.of(first);
        } catch (SQLException | JdbiException e) {
            throw new IndexException(file + ": " + reason(e), e);
        }
        thread = Thread.ofPlatform().name("signer-store").daemon().start(this::serve);
    }

    /** Runs the work; what it answers is durable when this returns. */
    <T> T run(Work<T> work) throws IndexException {
        return submit(session -> work.in(session.handle()));
    }

    /** The same for what every signature needs: on statements that are parsed already. */
    <T> T runPrepared(Prepared.Work<T> work) throws IndexException {
        return submit(session -> work.in(session.statements()));
    }

    private <T> T submit(Step<T> step) throws IndexException {
        Piece<T> piece = new Piece<>(step);
        if (closed || !waiting.offer(piece)) {
            throw new IndexException(
                    closed
                            ? file + ": closed"
                            : "%s: %d pieces of work wait already".formatted(file, QUEUE));
        }
        try {
            return piece.answer.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IndexException(
                    "%s: no commit in %s; it may still happen".formatted(file, deadline), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IndexException(file + ": interrupted; the commit may still happen", e);
        } catch (ExecutionException e) {
            throw new IndexException(file + ": " + reason(e.getCause()), e);
        }
    }

    /** Finishes what waits. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(deadline);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        List<Piece<?>> group = new ArrayList<>();
        while (!closed || !waiting.isEmpty()) {
            try {
                Piece<?> first = closed ? waiting.poll() : waiting.take();
                if (first == null) {
                    continue;
                }
                group.add(first);
                waiting.drainTo(group, GROUP - 1);
            } catch (InterruptedException _) {
                continue; // close() wakes us up; what waits is still done
            }
            commit(group);
            group.clear();
        }
        discard();
    }

    private void commit(List<Piece<?>> group) {
        try {
            Session now = session;
            if (now == null) {
                now = Session.of(open());
                session = now;
            }
            now.handle().begin();
            for (Piece<?> piece : group) {
                piece.run(now);
            }
            now.handle().commit(); // the commit point: on the disk when this returns
        } catch (SQLException | RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("file", file)
                    .addKeyValue("pieces", group.size())
                    .log("a transaction failed");
            discard();
            group.forEach(piece -> piece.answer.completeExceptionally(e));
            return;
        }
        group.forEach(Piece::committed);
    }

    private void discard() {
        if (session == null) {
            return;
        }
        Handle old = session.handle();
        session = null;
        try {
            if (old.isInTransaction()) {
                old.rollback();
            }
        } catch (JdbiException e) {
            // A full disk has SQLite roll back by itself, and refuse to do it again.
            LOG.atDebug().setCause(e).log("rolling back a failed transaction failed");
        }
        // Its files are let go whatever the handle makes of its state.
        try (Connection connection = old.getConnection()) {
            LOG.atDebug().addKeyValue("connection", connection).log("closing the connection");
            old.close();
        } catch (SQLException | JdbiException e) {
            // It is being thrown away because it failed; that it fails once more tells nothing new.
            LOG.atDebug().setCause(e).log("closing a failed connection failed");
        }
    }

    private Handle open() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout((int) Math.min(deadline.toMillis() / 2, 5_000));
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        return Jdbi.create(connection).open();
    }

    static String reason(@Nullable Throwable failure) {
        Throwable last = failure;
        while (last != null && last.getCause() != null) {
            last = last.getCause();
        }
        return last == null ? "unknown" : String.valueOf(last.getMessage());
    }

    /** A signer that has this much waiting has lost its disk. */
    private static final int QUEUE = 4096;

    /** Bounds how long one transaction holds up an answer. */
    private static final int GROUP = 256;

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
}
