package io.overt.control.store;

import io.overt.control.store.StoreConfig.InPostgres;
import io.overt.control.store.StoreConfig.Server;
import io.overt.control.store.StoreConfig.Tls;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How connections to a PostgreSQL server are made, and what it means when one is not. Thread-safe.
 */
final class PostgresServer {
    private final InPostgres config;
    private final PGSimpleDataSource source;

    PostgresServer(InPostgres config) {
        this.config = config;
        this.source = source(config);
    }

    /** A session. */
    Connection connect() throws SQLException {
        try {
            return source.getConnection(config.user(), password());
        } catch (IOException e) {
            throw new SQLException("password-file: " + e.getMessage(), CANNOT_LOG_IN, e);
        }
    }

    /** Without user and password. */
    PGSimpleDataSource source() {
        return source;
    }

    String user() {
        return config.user();
    }

    /** As the file says now: it may be changed while this process runs. */
    String password() throws IOException {
        if (config.password().isEmpty()) {
            return "";
        }
        Path file = config.password().get();
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e, e);
        }
    }

    /**
     * Refuses a server that this build cannot use, and warns of one that forgets.
     *
     * @throws StartException saying what it is
     */
    void examine(Connection connection) throws SQLException, StartException {
        var unfit =
                unfit(
                        Integer.parseInt(setting(connection, "server_version_num")),
                        setting(connection, "server_version"),
                        setting(connection, "server_encoding"));
        if (unfit.isPresent()) {
            throw new StartException(config + ": " + unfit.get());
        }
        if (setting(connection, "fsync").equals("off")) {
            LOG.atWarn()
                    .addKeyValue("store", config.toString())
                    .log(
                            "the server runs with fsync off: what it has answered is lost when its host fails");
        }
        if (setting(connection, "synchronous_commit").equals("off")) {
            source.setOptions(source.getOptions() + " -c synchronous_commit=on");
            LOG.atWarn()
                    .addKeyValue("store", config.toString())
                    .log("the server has synchronous_commit off; it is on for this process");
        }
    }

    /** Why such a server cannot be used. */
    static Optional<String> unfit(int number, String version, String encoding) {
        if (number < OLDEST) {
            return Optional.of(
                    "PostgreSQL " + version + " (expected: " + OLDEST / 10_000 + " or later)");
        }
        if (!encoding.equals("UTF8")) {
            return Optional.of("the database's encoding is " + encoding + " (expected: UTF8)");
        }
        return Optional.empty();
    }

    /** Whose fault it is, as far as the server says. */
    String whyNot(SQLException failure) {
        var state = String.valueOf(failure.getSQLState());
        var what =
                switch (state) {
                    case CANNOT_LOG_IN, "28000" -> "does not let in user " + config.user();
                    case "3D000" -> "has no such database";
                    case "42501" -> "does not let user " + config.user() + " make tables";
                    case "53300" -> "has too many connections";
                    default ->
                            state.startsWith("08")
                                    ? "cannot be reached"
                                    : "cannot be used as the store";
                };
        return config + ": " + what + ": " + failure.getMessage();
    }

    private static PGSimpleDataSource source(InPostgres config) {
        var source = new PGSimpleDataSource();
        var servers = config.place().servers();
        source.setServerNames(servers.stream().map(Server::host).toArray(String[]::new));
        source.setPortNumbers(servers.stream().mapToInt(Server::port).toArray());
        source.setDatabaseName(config.place().database());
        source.setTargetServerType("primary");
        source.setApplicationName("overt-control");
        int seconds = Math.toIntExact(config.deadline().toSeconds());
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setTcpKeepAlive(true);
        // Longer than the server's own limit, so that it is the server's word that is heard.
        source.setSocketTimeout(2 * seconds);
        // A control plane that is paused within a transaction must not stop the other one.
        source.setOptions(
                ("-c default_transaction_isolation=read\\ committed -c statement_timeout=%1$d -c lock_timeout=%1$d"
                                + " -c idle_in_transaction_session_timeout=%1$d")
                        .formatted(config.deadline().toMillis()));
        switch (config.tls()) {
            case Tls.Off _ -> source.setSslMode("disable");
            case Tls.Verified(var anchors) -> {
                source.setSslMode("verify-full");
                source.setSslRootCert(anchors.toString());
            }
        }
        return source;
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW " + name)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** The oldest that its makers still mend. */
    private static final int OLDEST = 14_00_00;

    /** invalid_password. */
    private static final String CANNOT_LOG_IN = "28P01";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
}
