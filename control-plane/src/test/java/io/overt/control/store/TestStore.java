package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** An empty store of one kind, for one test. */
public interface TestStore {

    /** What a control plane is configured with. */
    StoreConfig config();

    /** The same as a section of a configuration file. */
    default String yaml() {
        return switch (config()) {
            case StoreConfig.InFile(var file) -> "store: {file: " + file + "}\n";
            case StoreConfig.InPostgres config ->
                    """
                    store:
                      postgresql:
                        url: %s
                        user: %s
                        password-file: %s
                        tls: off
                    """
                            .formatted(
                                    config.place(), config.user(), config.password().orElseThrow());
        };
    }

    /** Opens it once more; the test closes it. */
    default Database open() throws StartException {
        return Database.open(config());
    }

    /** Past all that the store protects, as somebody with the database's password could. */
    Connection connect() throws SQLException;

    /** Takes away what refuses changes of a table's rows. */
    default void unprotect(String table) throws SQLException {
        execute("DROP TRIGGER " + table + "_stays" + ofTable(table));
    }

    /**
     * Fails to add rows to a table from now on, as a full disk does.
     *
     * @param which of them: a condition on {@code NEW}
     */
    default void breakInserts(String table, String which) throws SQLException {
        var trigger =
                switch (config()) {
                    case StoreConfig.InFile _ ->
                            "CREATE TRIGGER broken BEFORE INSERT ON %s WHEN %s BEGIN SELECT RAISE(ABORT, 'no room'); END";
                    case StoreConfig.InPostgres _ ->
                            "CREATE TRIGGER broken BEFORE INSERT ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION refuse('no room')";
                };
        execute(trigger.formatted(table, which));
    }

    /** Ends {@link #breakInserts}. */
    default void mendInserts(String table) throws SQLException {
        execute("DROP TRIGGER broken" + ofTable(table));
    }

    /** A statement, as whoever {@link #connect connects}. */
    default void execute(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** In PostgreSQL a trigger has its name for its table alone. */
    private String ofTable(String table) {
        return switch (config()) {
            case StoreConfig.InFile _ -> "";
            case StoreConfig.InPostgres _ -> " ON " + table;
        };
    }

    /** Removes it. */
    void remove() throws IOException;
}
