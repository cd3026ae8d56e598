package io.overt.signer.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The statements of one connection that every signature needs, parsed once each. Confined to
 * whoever has the connection; they are closed with it.
 */
final class Prepared {

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Prepared(Connection connection) {
        this.connection = connection;
    }

    /** Runs on the statements of a connection. */
    @FunctionalInterface
    interface Work<T> {
        T in(Prepared statements) throws SQLException;
    }

    /** A statement with nothing bound but what the last run of it left: bind every parameter. */
    PreparedStatement of(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known != null) {
            return known;
        }
        PreparedStatement made = connection.prepareStatement(sql);
        statements.put(sql, made);
        return made;
    }
}
