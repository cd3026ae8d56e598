package io.overt.control.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where the control plane remembers; as text, in messages to operators, without secrets. */
public sealed interface StoreConfig {

    /** One SQLite file, of one control plane. */
    record InFile(Path file) implements StoreConfig {
        @Override
        public String toString() {
            return file.toString();
        }
    }

    /**
     * A PostgreSQL database, of one or more control planes.
     *
     * @param host name or address
     * @param database its name
     * @param user who owns it
     * @param password a file; absent where the server asks for none
     * @param tls how the connection is protected
     * @param connections at most so many at a time
     * @param deadline for a connection, and for each statement
     */
    record InPostgres(
            String host,
            int port,
            String database,
            String user,
            Optional<Path> password,
            Tls tls,
            int connections,
            Duration deadline)
            implements StoreConfig {

        @Override
        public String toString() {
            return "postgresql://" + user + "@" + host + ":" + port + "/" + database;
        }
    }

    /** How a connection to PostgreSQL is protected. */
    sealed interface Tls {
        /** In the clear: to this host, or over a socket. */
        record Off() implements Tls {}

        /** TLS, the server's certificate verified for its host name. */
        record Verified(Path trustAnchors) implements Tls {}
    }
}
