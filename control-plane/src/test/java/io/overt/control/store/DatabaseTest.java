package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.overt.control.store.SignedVersion.Summary;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.service.process.StartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    private static final FleetIdentity EDGE = new FleetIdentity("hq", Role.EDGE, "a");
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
    void what_was_added_is_there_after_a_restart() throws Exception {
        var version = version(1, "a", "b");
        var state =
                new EdgeState(
                        EDGE,
                        "1.0",
                        1,
                        2,
                        List.of(
                                Problem.newBuilder()
                                        .setFile("policy.yaml")
                                        .setLine(3)
                                        .setColumn(4)
                                        .setRule("r")
                                        .setMessage("m")
                                        .build(),
                                Problem.newBuilder().setMessage("n").build()),
                        Instant.ofEpochMilli(1_700_000_000_123L));
        try (var database = Database.open(file)) {
            new PolicyStore(database).add(version);
            new EdgeStore(database).put(state);
        }

        try (var database = Database.open(file)) {
            assertThat(new PolicyStore(database).newest()).hasValue(version);
            assertThat(new EdgeStore(database).all()).containsExactly(state);
        }
    }

    @Test
    void the_newest_is_the_highest_number_and_lists_are_newest_first_and_limited()
            throws Exception {
        try (var database = Database.open(file)) {
            var store = new PolicyStore(database);
            assertThat(store.newest()).isEmpty();
            store.add(version(1, "a"));
            store.add(version(2, "b"));
            store.add(version(5, "c"));

            assertThat(store.newest()).map(SignedVersion::version).hasValue(5L);
            assertThat(store.list(2)).map(Summary::version).containsExactly(5L, 2L);
        }
    }

    @Test
    void a_number_is_given_once() throws Exception {
        try (var database = Database.open(file)) {
            var store = new PolicyStore(database);
            store.add(version(3, "a"));

            assertThatThrownBy(() -> store.add(version(3, "b")))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> store.add(version(2, "b")))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(store.list(10)).map(Summary::version).containsExactly(3L);
        }
    }

    @Test
    void a_content_that_two_versions_share_is_kept_once() throws Exception {
        try (var database = Database.open(file)) {
            var store = new PolicyStore(database);
            store.add(version(1, "document", "list"));
            store.add(version(2, "other document", "list"));

            assertThat(count(database, "file_content")).isEqualTo(3);
            assertThat(count(database, "policy_file")).isEqualTo(4);
        }
    }

    @Test
    void versions_can_be_neither_changed_nor_removed() throws Exception {
        try (var database = Database.open(file)) {
            new PolicyStore(database).add(version(1, "a"));
            for (var sql :
                    List.of(
                            "UPDATE policy_version SET signature = x'00'",
                            "DELETE FROM policy_version",
                            "UPDATE policy_file SET path = 'x'",
                            "DELETE FROM policy_file",
                            "UPDATE file_content SET content = x'00'",
                            "DELETE FROM file_content")) {
                assertThatThrownBy(() -> database.transact(handle -> handle.execute(sql)))
                        .as(sql)
                        .isInstanceOf(UnableToExecuteStatementException.class)
                        .hasMessageContaining("policy versions");
            }
        }
    }

    @Test
    void what_an_edge_says_replaces_what_it_said() throws Exception {
        try (var database = Database.open(file)) {
            var store = new EdgeStore(database);
            var problem = Problem.newBuilder().setMessage("m").build();
            store.put(new EdgeState(EDGE, "1", 1, 2, List.of(problem, problem), Instant.EPOCH));
            store.put(new EdgeState(EDGE, "1", 2, 0, List.of(), Instant.EPOCH));

            assertThat(store.all())
                    .containsExactly(new EdgeState(EDGE, "1", 2, 0, List.of(), Instant.EPOCH));
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
    void a_file_of_a_newer_build_is_left_alone() throws Exception {
        Database.open(file).close();
        execute("INSERT INTO schema_step VALUES (99, 'later', 'x')");

        assertThatThrownBy(() -> Database.open(file))
                .isInstanceOf(StartException.class)
                .hasMessage(file + ": schema 99, written by a newer build (this one knows 2)");
    }

    @Test
    void a_file_that_went_through_other_steps_is_left_alone() throws Exception {
        Database.open(file).close();
        execute("UPDATE schema_step SET sha256 = 'x' WHERE number = 1");

        assertThatThrownBy(() -> Database.open(file))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("went through another step 1");
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

    private static SignedVersion version(long number, String... contents) {
        var bundle =
                PolicyBundle.newBuilder()
                        .setManifest(ByteString.copyFromUtf8("manifest " + number))
                        .setSignature(ByteString.copyFromUtf8("signature"))
                        .setKeyId(ByteString.copyFromUtf8("key"));
        for (int i = 0; i < contents.length; i++) {
            bundle.addFiles(
                    BundleFile.newBuilder()
                            .setPath("file-" + i)
                            .setContent(ByteString.copyFromUtf8(contents[i])));
        }
        return new SignedVersion(
                number,
                "corporate",
                Instant.ofEpochMilli(1_700_000_000_456L),
                "overt://hq/operator/alice",
                ByteString.copyFromUtf8("content"),
                ByteString.copyFromUtf8("digest"),
                bundle.build());
    }

    private static String pragma(Database database, String name) {
        return database.transact(
                handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).one());
    }

    private static int count(Database database, String table) {
        return database.transact(
                handle ->
                        handle.createQuery("SELECT count(*) FROM " + table)
                                .mapTo(Integer.class)
                                .one());
    }

    private void execute(String sql) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
