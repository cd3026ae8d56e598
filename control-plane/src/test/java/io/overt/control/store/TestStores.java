package io.overt.control.store;

import io.overt.testkit.postgres.TestPostgres;
import io.overt.testkit.postgres.TestPostgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The kinds of store that there are. */
public enum TestStores {
    SQLITE {
        @Override
        public TestStore make() throws IOException {
            return new InFolder(Files.createTempDirectory("overt-store"));
        }
    },
    POSTGRESQL {
        @Override
        public TestStore make() throws IOException {
            return on(TestPostgres.shared());
        }
    };

    /** An empty database of that server. */
    public static TestStore on(TestPostgres server) throws IOException {
        var folder = Files.createTempDirectory("overt-store");
        return new OnServer(
                server,
                server.newDatabase(),
                folder,
                Files.writeString(folder.resolve("password"), TestPostgres.PASSWORD + "\n"));
    }

    /** An empty one. */
    public abstract TestStore make() throws IOException;

    private record InFolder(Path folder) implements TestStore {
        @Override
        public StoreConfig config() {
            return new StoreConfig.InFile(folder.resolve("state/control.db"));
        }

        @Override
        public Connection connect() throws SQLException {
            return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state/control.db"));
        }

        @Override
        public void remove() throws IOException {
            delete(folder);
        }
    }

    private record OnServer(TestPostgres server, TestDatabase database, Path folder, Path password)
            implements TestStore {
        @Override
        public StoreConfig config() {
            return new StoreConfig.InPostgres(
                    new StoreConfig.Place(
                            List.of(new StoreConfig.Server("127.0.0.1", database.port())),
                            database.name()),
                    database.name(),
                    Optional.of(password),
                    new StoreConfig.Tls.Off(),
                    4,
                    Duration.ofSeconds(10),
                    StoreConfig.DEFAULT_POLL,
                    StoreConfig.DEFAULT_LEASE);
        }

        @Override
        public Connection connect() throws SQLException {
            return database.connect();
        }

        @Override
        public void remove() throws IOException {
            server.drop(database);
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
