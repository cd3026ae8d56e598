package io.overt.control.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * A PostgreSQL server that several control planes may share. {@link #alone} takes a lock of the
 * database that ends with its transaction, so that what is true of one SQLite file is true here:
 * one who decides at a time.
 */
final class PostgresEngine implements Engine {
    private final HikariDataSource pool;
    private final PostgresNews news;
    private final Jdbi jdbi;

    static PostgresEngine open(StoreConfig.InPostgres config, Watches watches)
            throws StartException {
        var server = new PostgresServer(config);
        try (var connection = server.connect()) {
            server.examine(connection);
            Migrations.apply(config.toString(), Dialect.POSTGRESQL, connection);
        } catch (SQLException e) {
            throw new StartException(server.whyNot(e), e);
        }
        var news = new PostgresNews(server, watches, config.poll());
        news.start();
        return new PostgresEngine(pool(config, server), news);
    }

    private PostgresEngine(HikariDataSource pool, PostgresNews news) {
        this.pool = pool;
        this.news = news;
        this.jdbi = Jdbi.create(pool);
    }

    @Override
    public Dialect dialect() {
        return Dialect.POSTGRESQL;
    }

    @Override
    public <T> T alone(Function<Handle, T> work) {
        // Read committed, as each session begins: the snapshot of a higher level would be older
        // than the lock.
        return transact("SELECT pg_advisory_xact_lock(" + ALONE + ")", work);
    }

    @Override
    public <T> T apart(Function<Handle, T> work) {
        return transact("SELECT 1", work);
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        return transact("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", work);
    }

    /**
     * A connection of the pool may have died while nobody used it. That shows in the first
     * statement, when nothing was done yet, and the next connection is taken. Once the work has
     * begun it is never begun again.
     */
    private <T> T transact(String first, Function<Handle, T> work) {
        var begun = new AtomicBoolean();
        int left = pool.getMaximumPoolSize();
        while (true) {
            try {
                return jdbi.inTransaction(
                        handle -> {
                            handle.execute(first);
                            begun.set(true);
                            return work.apply(handle);
                        });
            } catch (JdbiException e) {
                if (begun.get() || --left < 0 || !isDead(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean isDead(JdbiException failure) {
        return failure.getCause() instanceof SQLException cause
                // No connection in time is another matter, and was waited for long enough.
                && !(cause instanceof SQLTransientConnectionException)
                && cause.getSQLState() != null
                && (cause.getSQLState().startsWith("08") || cause.getSQLState().startsWith("57P"));
    }

    @Override
    public void tellOthers(Handle handle, Topic topic) {
        handle.execute("SELECT pg_notify(?, ?)", PostgresNews.CHANNEL, topic.word());
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public boolean hears() {
        return news.isListening();
    }

    @Override
    public void close() throws SQLException {
        try (pool) {
            news.close();
        }
    }

    private static HikariDataSource pool(StoreConfig.InPostgres config, PostgresServer server) {
        var hikari = new HikariConfig();
        hikari.setPoolName("store");
        hikari.setDataSource(server.source());
        hikari.setCredentialsProvider(
                () -> {
                    try {
                        return Credentials.of(server.user(), server.password());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        hikari.setMaximumPoolSize(config.connections());
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(config.deadline().toMillis());
        hikari.setValidationTimeout(Math.min(config.deadline().toMillis(), 5_000));
        // It answered a moment ago; if it is gone by now, whoever asks waits for it.
        hikari.setInitializationFailTimeout(-1);
        return new HikariDataSource(hikari);
    }

    /** Held while a step of the schema is made, by session. */
    static void lockSchema(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + SCHEMA + ")");
        }
    }

    static void unlockSchema(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock(" + SCHEMA + ")");
        }
    }

    /** Names of locks: numbers that nobody else in this database uses, "overt" and which one. */
    private static final long SCHEMA = 0x6f76657274_01L;

    private static final long ALONE = 0x6f76657274_02L;
}
