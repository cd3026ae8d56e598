package io.overt.control.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.overt.service.process.StartException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * A PostgreSQL server that several control planes may share. {@link #alone} takes a lock of the
 * database that ends with its transaction, so that what is true of one SQLite file is true here:
 * one who decides at a time.
 */
final class PostgresEngine implements Engine {
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    static PostgresEngine open(StoreConfig.InPostgres config) throws StartException {
        var server = PostgresServer.of(config);
        try (var connection = server.connect()) {
            Migrations.apply(config.toString(), Dialect.POSTGRESQL, connection);
        } catch (SQLException e) {
            throw new StartException(PostgresServer.whyNot(config, e), e);
        }
        return new PostgresEngine(pool(config, server));
    }

    private PostgresEngine(HikariDataSource pool) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    @Override
    public Dialect dialect() {
        return Dialect.POSTGRESQL;
    }

    @Override
    public <T> T alone(Function<Handle, T> work) {
        return jdbi.inTransaction(
                // Not a higher level: its snapshot would be older than the lock.
                TransactionIsolationLevel.READ_COMMITTED,
                handle -> {
                    handle.execute("SELECT pg_advisory_xact_lock(?)", ALONE);
                    return work.apply(handle);
                });
    }

    @Override
    public <T> T apart(Function<Handle, T> work) {
        return jdbi.inTransaction(TransactionIsolationLevel.READ_COMMITTED, work::apply);
    }

    @Override
    public <T> T read(Function<Handle, T> work) {
        return jdbi.inTransaction(
                TransactionIsolationLevel.REPEATABLE_READ,
                handle -> {
                    handle.execute("SET TRANSACTION READ ONLY");
                    return work.apply(handle);
                });
    }

    @Override
    public void close() {
        pool.close();
    }

    private static HikariDataSource pool(StoreConfig.InPostgres config, PostgresServer server) {
        var hikari = new HikariConfig();
        hikari.setPoolName("store");
        hikari.setDataSource(server.source());
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
