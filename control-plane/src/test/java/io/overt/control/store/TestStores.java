package io.overt.control.store;

import io.overt.service.process.StartException;
import io.overt.testkit.postgres.TestPostgres;
import io.overt.testkit.postgres.TestPostgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

        @Override
        public TestStore makeWithTables() throws IOException {
            return onServer(TestPostgres.shared(), TestPostgres.shared().copy(WithTables.TEMPLATE));
        }
    };

    /**
     * The kind that every test runs on which needs a store and is not about one: {@code
     * -Dovert.test.store=sqlite}, which is the default, or {@code postgresql}.
     */
    public static TestStores configured() {
        var named = System.getProperty(PROPERTY, "sqlite");
        return Arrays.stream(values())
                .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(named))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        PROPERTY
                                                + ": "
                                                + named
                                                + " (expected: sqlite or postgresql)"));
    }

    /** One without a table. */
    public abstract TestStore make() throws IOException;

    /** One that was opened before and has nothing in it: where that is sooner made, a copy. */
    public TestStore makeWithTables() throws IOException {
        return make();
    }

    /** A database without a table, of that server. */
    public static TestStore on(TestPostgres server) throws IOException {
        return onServer(server, server.newDatabase());
    }

    private static OnServer onServer(TestPostgres server, TestDatabase database)
            throws IOException {
        var folder = Files.createTempDirectory("overt-store");
        return new OnServer(
                server,
                database,
                folder,
                Files.writeString(folder.resolve("password"), TestPostgres.PASSWORD + "\n"));
    }

    /** Made once: each step of the schema is a transaction. */
    private static final class WithTables {
        private static final TestDatabase TEMPLATE = make();

        private static TestDatabase make() {
            try {
                var database = TestPostgres.shared().newDatabase();
                var opened = onServer(TestPostgres.shared(), database);
                opened.open().close();
                delete(opened.folder());
                return database;
            } catch (IOException | StartException | SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

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
                    database.owner(),
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

    private static final String PROPERTY = "overt.test.store";
}
