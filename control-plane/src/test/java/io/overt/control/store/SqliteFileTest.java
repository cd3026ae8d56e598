package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.service.process.StartException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is true of SQLite alone. */
class SqliteFileTest {
    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("state/control.db");
    }

    @Test
    void a_commit_is_on_the_disk_when_it_returns() throws Exception {
        try (var database = Database.open(file)) {
            // SQLite's own words: journal_mode=wal, synchronous=2 (FULL), foreign_keys on.
            assertThat(pragma(database, "journal_mode")).isEqualTo("wal");
            assertThat(pragma(database, "synchronous")).isEqualTo("2");
            assertThat(pragma(database, "foreign_keys")).isEqualTo("1");
        }
    }

    @Test
    void two_control_planes_do_not_share_a_file() throws Exception {
        try (var _ = Database.open(file)) {
            assertThatThrownBy(() -> Database.open(file))
                    .isInstanceOf(StartException.class)
                    .hasMessage(file + ": in use by another overt-control");
        }
        Database.open(file).close();
    }

    @Test
    void a_file_that_is_no_database_is_told_as_such() throws Exception {
        Files.createDirectories(folder.resolve("state"));
        Files.writeString(
                file, "not a database, but long enough to be taken for the head of one".repeat(20));

        assertThatThrownBy(() -> Database.open(file))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(file + ": cannot be used as the store: ");
        // And the lock is free again.
        Files.delete(file);
        Database.open(file).close();
    }

    private static String pragma(Database database, String name) {
        return database.transact(
                handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one());
    }
}
