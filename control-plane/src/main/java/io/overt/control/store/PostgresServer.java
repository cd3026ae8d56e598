package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** How connections to a PostgreSQL server are made, and what it means when one is not. */
record PostgresServer(PGSimpleDataSource source) {

    static PostgresServer of(StoreConfig.InPostgres config) throws StartException {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {config.host()});
        source.setPortNumbers(new int[] {config.port()});
        source.setDatabaseName(config.database());
        source.setUser(config.user());
        if (config.password().isPresent()) {
            source.setPassword(password(config.password().get()));
        }
        source.setApplicationName("overt-control");
        int seconds = Math.toIntExact(Math.max(1, config.deadline().toSeconds()));
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setTcpKeepAlive(true);
        // Longer than the server's own limit, so that the server's is the one that is told.
        source.setSocketTimeout(2 * seconds);
        source.setOptions(options(config.deadline().toMillis()));
        switch (config.tls()) {
            case StoreConfig.Tls.Off _ -> source.setSslMode("disable");
            case StoreConfig.Tls.Verified(var anchors) -> {
                source.setSslMode("verify-full");
                source.setSslRootCert(anchors.toString());
            }
        }
        return new PostgresServer(source);
    }

    Connection connect() throws SQLException {
        return source.getConnection();
    }

    /** Of each session. A control plane that is paused in a transaction must not stop the other. */
    private static String options(long deadlineMillis) {
        return "-c statement_timeout=%1$d -c lock_timeout=%1$d -c idle_in_transaction_session_timeout=%1$d"
                .formatted(deadlineMillis);
    }

    /** Says whose fault it is. */
    static String whyNot(StoreConfig.InPostgres config, SQLException failure) {
        var state = String.valueOf(failure.getSQLState());
        var what =
                switch (state) {
                    case "28P01", "28000" -> "refuses user " + config.user();
                    case "3D000" -> "has no database " + config.database();
                    case "42501" -> "lets user " + config.user() + " make no tables";
                    default ->
                            state.startsWith("08")
                                    ? "cannot be reached"
                                    : "cannot be used as the store";
                };
        return config + ": " + what + ": " + failure.getMessage();
    }

    private static String password(Path file) throws StartException {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartException(file + ": cannot be read: " + e, e);
        }
    }
}
