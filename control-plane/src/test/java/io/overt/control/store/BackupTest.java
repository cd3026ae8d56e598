package io.overt.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.control.store.PolicyStore.Tip;
import io.overt.proto.control.v1.Problem;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.service.process.StartException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BackupTest {
    private static final Instant MADE = Instant.parse("2026-11-28T10:00:00Z");
    private static final EdgeState EDGE =
            new EdgeState(
                    new FleetIdentity("hq", Role.EDGE, "a"),
                    "1.0 — ü",
                    1,
                    2,
                    List.of(
                            Problem.newBuilder()
                                    .setFile("f")
                                    .setLine(3)
                                    .setMessage("m\n\"")
                                    .build()),
                    Instant.ofEpochMilli(1_700_000_000_123L));
    @TempDir Path folder;
    private final java.util.ArrayList<TestStore> made = new java.util.ArrayList<>();

    static Stream<Arguments> ways() {
        return Arrays.stream(TestStores.values())
                .flatMap(
                        from ->
                                Arrays.stream(TestStores.values())
                                        .map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void what_was_backed_up_from_one_is_there_in_the_other(TestStores from, TestStores to)
            throws Exception {
        var source = make(from);
        var version = DatabaseTest.version(3, "document", "list");
        try (var database = source.open()) {
            new PolicyStore(database).add(DatabaseTest.version(1, "document"));
            new PolicyStore(database).add(version);
            new EdgeStore(database).put(EDGE, new FleetIdentity("hq", Role.CONTROL, "c"));
            assertThat(database.lease("rollouts").hold()).isPresent();

            // Beside the control plane that has it open.
            var extent = Backup.write(source.config(), file(), MADE);
            assertThat(extent.newestVersion()).isEqualTo(3);
        }
        var target = make(to);

        var restored =
                Restore.into(target.config(), file(), OptionalLong.empty(), MADE.plusSeconds(500));

        assertThat(restored.made()).isEqualTo(MADE);
        assertThat(restored.nextVersion()).isEqualTo(3 + 1000 + 500);
        try (var database = target.open()) {
            assertThat(new PolicyStore(database).newest()).hasValue(version);
            assertThat(new PolicyStore(database).list(10)).hasSize(2);
            assertThat(new EdgeStore(database).all()).containsExactly(EDGE);
            assertThat(database.lease("rollouts").hold().orElseThrow().number())
                    .as("nobody holds what somebody held elsewhere")
                    .isEqualTo(1);
            // Its triggers are there as well.
            assertThatThrownBy(
                            () ->
                                    database.transact(
                                            handle -> handle.execute("DELETE FROM policy_version")))
                    .hasMessageContaining("policy versions are kept");
        }
    }

    @EachStore
    void numbers_go_on_above_all_that_edges_can_have_seen(TestStore store) throws Exception {
        var source = make(TestStores.SQLITE);
        try (var database = source.open()) {
            new PolicyStore(database).add(DatabaseTest.version(41, "a"));
        }
        Backup.write(source.config(), file(), MADE);

        Restore.into(store.config(), file(), OptionalLong.of(7000), MADE.plus(Duration.ofDays(9)));

        try (var database = store.open()) {
            var policies = new PolicyStore(database);
            assertThat(policies.tip()).map(Tip::version).hasValue(41L);
            assertThat(append(policies)).isEqualTo(7000);
            assertThat(append(policies)).isEqualTo(7001);
        }
    }

    @EachStore
    void a_store_that_is_not_empty_is_left_as_it_is(TestStore store) throws Exception {
        try (var database = store.open()) {
            new PolicyStore(database).add(DatabaseTest.version(1, "mine"));
        }
        Backup.write(store.config(), file(), MADE);

        assertThatThrownBy(() -> Restore.into(store.config(), file(), OptionalLong.empty(), MADE))
                .isInstanceOf(StartException.class)
                .hasMessage(
                        store.config()
                                + ": is not empty, table file_content has rows (expected: an empty store; nothing was changed)");
        try (var database = store.open()) {
            assertThat(new PolicyStore(database).list(10)).hasSize(1);
        }
    }

    @EachStore
    void a_store_that_was_made_and_never_used_is_empty(TestStore store) throws Exception {
        store.open().close();
        Backup.write(store.config(), file(), MADE);

        Restore.into(store.config(), file(), OptionalLong.empty(), MADE);
    }

    /** A seed that fails is printed. */
    @Test
    void a_file_that_is_damaged_anywhere_is_refused_and_nothing_is_written() throws Exception {
        var source = make(TestStores.SQLITE);
        try (var database = source.open()) {
            new PolicyStore(database).add(DatabaseTest.version(1, "a".repeat(5000)));
        }
        Backup.write(source.config(), file(), MADE);
        var whole = Files.readAllBytes(file());
        var target = make(TestStores.SQLITE);
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            var damaged = whole.clone();
            int at = random.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertDamaged(target, damaged, "seed " + seed + ", byte " + at);
        }
        for (int length : new int[] {0, 5, 22, 23, 54, 55, whole.length / 2, whole.length - 1}) {
            assertDamaged(target, Arrays.copyOf(whole, length), "length " + length);
        }
        assertDamaged(target, Arrays.copyOf(whole, whole.length + 1), "a byte too much");
        assertThat(((StoreConfig.InFile) target.config()).file()).doesNotExist();
    }

    private void assertDamaged(TestStore target, byte[] bytes, String what) throws IOException {
        var damaged = Files.write(folder.resolve("damaged"), bytes);
        assertThatThrownBy(() -> Restore.into(target.config(), damaged, OptionalLong.empty(), MADE))
                .as(what)
                .isInstanceOf(StartException.class)
                .hasMessageMatching(
                        ".*/damaged: is (no backup of overt-control|damaged or not whole.*)");
    }

    @EachStore
    void a_backup_that_is_made_under_load_shows_one_moment(TestStore store) throws Exception {
        var stop = new AtomicBoolean();
        try (var database = store.open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var policies = new PolicyStore(database);
            append(policies);
            var writer =
                    threads.submit(
                            () -> {
                                while (!stop.get()) {
                                    append(policies);
                                }
                            });
            try {
                for (int i = 0; i < 5; i++) {
                    var file = folder.resolve("backup-" + i);
                    var extent = Backup.write(store.config(), file, MADE);
                    var target = make(TestStores.SQLITE);
                    Restore.into(target.config(), file, OptionalLong.empty(), MADE);
                    try (var restored = target.open()) {
                        var versions = new PolicyStore(restored).list(100_000);
                        // All up to one, each with its files: newest() joins them.
                        assertThat(versions)
                                .map(SignedVersion.Summary::version)
                                .isEqualTo(
                                        LongStream.rangeClosed(1, extent.newestVersion())
                                                .boxed()
                                                .toList()
                                                .reversed());
                        assertThat(
                                        restored.<Integer>read(
                                                handle ->
                                                        handle.createQuery(
                                                                        "SELECT count(*) FROM policy_file JOIN file_content USING (sha256)")
                                                                .mapTo(Integer.class)
                                                                .one()))
                                .isEqualTo(versions.size());
                    }
                }
            } finally {
                stop.set(true);
                writer.get();
            }
        }
    }

    @Test
    void an_older_schema_is_restored_and_brought_up(@TempDir Path other) throws Exception {
        var old = new StoreConfig.InFile(other.resolve("old.db"));
        try (var connection = SqliteEngine.config().createConnection("jdbc:sqlite:" + old.file())) {
            Migrations.apply("old", Dialect.SQLITE, connection, Migrations.STEPS.subList(0, 2));
            try (var statement = connection.createStatement()) {
                statement.execute(
                        "INSERT INTO witness_fork VALUES ('log', 1, 'known', 'shown', 'proof')");
            }
        }
        Backup.write(old, file(), MADE);
        for (var kind : TestStores.values()) {
            var target = make(kind);
            Restore.into(target.config(), file(), OptionalLong.empty(), MADE);
            try (var database = target.open()) {
                assertThat(
                                database.<Integer>read(
                                        handle ->
                                                handle.createQuery(
                                                                "SELECT position FROM witness_fork")
                                                        .mapTo(Integer.class)
                                                        .one()))
                        .isZero();
            }
        }
    }

    @Test
    void a_store_whose_schema_is_ahead_of_the_backup_is_refused(@TempDir Path other)
            throws Exception {
        var old = new StoreConfig.InFile(other.resolve("old.db"));
        try (var connection = SqliteEngine.config().createConnection("jdbc:sqlite:" + old.file())) {
            Migrations.apply("old", Dialect.SQLITE, connection, Migrations.STEPS.subList(0, 2));
        }
        Backup.write(old, file(), MADE);
        var target = make(TestStores.SQLITE);
        target.open().close();

        assertThatThrownBy(() -> Restore.into(target.config(), file(), OptionalLong.empty(), MADE))
                .hasMessage(
                        target.config()
                                + ": has tables of schema "
                                + Migrations.newest()
                                + ", and the backup is of 2 (expected: a database without tables)");
    }

    @Test
    void a_control_plane_that_runs_is_not_restored_over() throws Exception {
        var store = make(TestStores.SQLITE);
        try (var _ = store.open()) {
            Backup.write(store.config(), file(), MADE);
            assertThatThrownBy(
                            () -> Restore.into(store.config(), file(), OptionalLong.empty(), MADE))
                    .hasMessage(store.config() + ": in use by another overt-control");
        }
    }

    @Test
    void a_backup_is_its_owners_alone_and_replaces_nothing() throws Exception {
        var store = make(TestStores.SQLITE);
        store.open().close();
        Backup.write(store.config(), file(), MADE);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> Backup.write(store.config(), file(), MADE))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(
                        () ->
                                Backup.write(
                                        new StoreConfig.InFile(folder.resolve("nowhere.db")),
                                        folder.resolve("other"),
                                        MADE))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("is not there, so there is nothing to back up");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(file());
        }
    }

    private Path file() {
        return folder.resolve("backup");
    }

    private TestStore make(TestStores kind) throws IOException {
        var store = kind.make();
        made.add(store);
        return store;
    }

    @AfterEach
    void remove() throws IOException {
        for (var store : made) {
            store.remove();
        }
    }

    static long append(PolicyStore policies) {
        return policies.append(
                        (_, least) -> Optional.of(DatabaseTest.version(least, "content " + least)))
                .orElseThrow()
                .version();
    }
}
