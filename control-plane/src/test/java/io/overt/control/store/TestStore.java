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

    /** Removes it. */
    void remove() throws IOException;
}
