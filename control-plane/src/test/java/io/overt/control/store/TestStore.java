package io.overt.control.store;

import io.overt.service.process.StartException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** An empty store of one kind, for one test. */
public interface TestStore {

    /** What a control plane is configured with. */
    StoreConfig config();

    /** Opens it once more; the test closes it. */
    default Database open() throws StartException {
        return Database.open(config());
    }

    /** Past all that the store protects, as somebody with the database's password could. */
    Connection connect() throws SQLException;

    /** Removes it. */
    void remove() throws IOException;
}
