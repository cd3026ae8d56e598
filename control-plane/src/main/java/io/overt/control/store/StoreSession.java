package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** One connection for one long piece of work, in one transaction. Of one thread. */
final class StoreSession implements AutoCloseable {
    private final Dialect dialect;
    private final Connection connection;
    private final Optional<FileChannel> lock;

    private StoreSession(Dialect dialect, Connection connection, Optional<FileChannel> lock) {
        this.dialect = dialect;
        this.connection = connection;
        this.lock = lock;
    }

    /** Sees one moment of a store, beside whoever works with it, and writes nothing. */
    static StoreSession toRead(StoreConfig config) throws StartException, SQLException {
        return switch (config) {
            case StoreConfig.InFile(var file) -> {
                if (!Files.exists(file)) {
                    throw new StartException(
                            file + ": is not there, so there is nothing to back up");
                }
                var connection = SqliteEngine.config().createConnection("jdbc:sqlite:" + file);
                // The first statement takes the snapshot, and writers go on in the write-ahead log.
                execute(connection, "PRAGMA query_only = ON");
                connection.setAutoCommit(false);
                yield new StoreSession(Dialect.SQLITE, connection, Optional.empty());
            }
            case StoreConfig.InPostgres postgres -> {
                var connection = connect(postgres);
                connection.setAutoCommit(false);
                connection.setReadOnly(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                yield new StoreSession(Dialect.POSTGRESQL, connection, Optional.empty());
            }
        };
    }

    /** Has a store for itself: no control plane runs on the file, and none can start. */
    static StoreSession alone(StoreConfig config) throws StartException, SQLException {
        return switch (config) {
            case StoreConfig.InFile(var file) -> {
                var lock = SqliteEngine.lock(file);
                yield new StoreSession(
                        Dialect.SQLITE,
                        SqliteEngine.config().createConnection("jdbc:sqlite:" + file),
                        Optional.of(lock));
            }
            case StoreConfig.InPostgres postgres -> {
                var connection = connect(postgres);
                PostgresEngine.lockSchema(connection);
                yield new StoreSession(Dialect.POSTGRESQL, connection, Optional.empty());
            }
        };
    }

    Dialect dialect() {
        return dialect;
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void close() throws SQLException, IOException {
        try {
            connection.close();
        } finally {
            if (lock.isPresent()) {
                lock.get().close();
            }
        }
    }

    private static Connection connect(StoreConfig.InPostgres config)
            throws StartException, SQLException {
        var server = new PostgresServer(config);
        try {
            var connection = server.connect();
            server.examine(connection);
            // It takes as long as the disks need.
            execute(connection, "SET statement_timeout = 0");
            execute(connection, "SET idle_in_transaction_session_timeout = 0");
            return connection;
        } catch (SQLException e) {
            throw new StartException(server.whyNot(e), e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
