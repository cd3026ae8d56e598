package io.overt.control.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.overt.control.store.SignedVersion.Summary;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.service.process.StartException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DatabaseTest {
    private static final FleetIdentity EDGE = new FleetIdentity("hq", Role.EDGE, "a");
    private static final FleetIdentity CONTROL = new FleetIdentity("hq", Role.CONTROL, "one");
    private static final FleetIdentity OTHER = new FleetIdentity("hq", Role.CONTROL, "two");
    private static final Map<String, String> COLUMN =
            Map.of("policy_version", "signature", "policy_file", "path", "file_content", "content");

    /**
     * Edges that are not here may be at another control plane in the one case, and not in the
     * other.
     */
    @ParameterizedTest
    @EnumSource(TestStores.class)
    void a_file_is_one_control_planes_and_a_server_may_be_several_ones(TestStores kind)
            throws Exception {
        var kept = kind.make();
        try (var database = kept.open()) {
            assertThat(database.isShared()).isEqualTo(kind == TestStores.POSTGRESQL);
        } finally {
            kept.remove();
        }
    }

    @EachStore
    void what_was_added_is_there_after_a_restart(TestStore kept) throws Exception {
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
        try (var database = kept.open()) {
            new PolicyStore(database).add(version);
            new EdgeStore(database).put(state, CONTROL);
        }

        try (var database = kept.open()) {
            assertThat(new PolicyStore(database).newest()).hasValue(version);
            assertThat(new EdgeStore(database).all()).containsExactly(state);
        }
    }

    @EachStore
    void the_newest_is_the_highest_number_and_lists_are_newest_first_and_limited(
            Database database) {
        var store = new PolicyStore(database);
        assertThat(store.newest()).isEmpty();
        store.add(version(1, "a"));
        store.add(version(2, "b"));
        store.add(version(5, "c"));

        assertThat(store.newest()).map(SignedVersion::version).hasValue(5L);
        assertThat(store.list(2)).map(Summary::version).containsExactly(5L, 2L);
    }

    @EachStore
    void a_number_is_given_once(Database database) {
        var store = new PolicyStore(database);
        store.add(version(3, "a"));

        assertThatThrownBy(() -> store.add(version(3, "b")))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.add(version(2, "b")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(store.list(10)).map(Summary::version).containsExactly(3L);
    }

    @EachStore
    void a_content_that_two_versions_share_is_kept_once(Database database) {
        var store = new PolicyStore(database);
        store.add(version(1, "document", "list"));
        store.add(version(2, "other document", "list"));

        assertThat(count(database, "file_content")).isEqualTo(3);
        assertThat(count(database, "policy_file")).isEqualTo(4);
    }

    @EachStore
    void versions_can_be_neither_changed_nor_removed(Database database) {
        new PolicyStore(database).add(version(1, "a"));
        for (var table : List.of("policy_version", "policy_file", "file_content")) {
            for (var sql :
                    List.of(
                            "UPDATE "
                                    + table
                                    + " SET "
                                    + COLUMN.get(table)
                                    + " = "
                                    + COLUMN.get(table),
                            "DELETE FROM " + table)) {
                assertThatThrownBy(() -> database.transact(handle -> handle.execute(sql)))
                        .as(sql)
                        .isInstanceOf(UnableToExecuteStatementException.class)
                        .hasMessageContaining("policy versions");
            }
        }
    }

    @EachStore
    void what_an_edge_says_replaces_what_it_said(Database database) {
        var store = new EdgeStore(database);
        var problem = Problem.newBuilder().setMessage("m").build();
        store.put(
                new EdgeState(EDGE, "1", 1, 2, List.of(problem, problem), Instant.EPOCH), CONTROL);
        store.put(new EdgeState(EDGE, "1", 2, 0, List.of(), Instant.EPOCH), CONTROL);

        assertThat(store.all())
                .containsExactly(new EdgeState(EDGE, "1", 2, 0, List.of(), Instant.EPOCH));
    }

    @EachStore
    void an_edge_that_moved_on_is_not_taken_back_by_the_end_of_its_old_stream(Database database) {
        var store = new EdgeStore(database);
        store.begin(CONTROL);
        store.begin(OTHER);
        store.put(new EdgeState(EDGE, "1", 1, 0, List.of(), Instant.EPOCH), CONTROL);
        store.put(new EdgeState(EDGE, "1", 2, 0, List.of(), Instant.EPOCH), OTHER);

        store.left(new EdgeState(EDGE, "1", 1, 0, List.of(), Instant.ofEpochMilli(5)), CONTROL);
        assertThat(store.all()).map(EdgeState::activeVersion).containsExactly(2L);
        assertThat(store.elsewhere(CONTROL, Duration.ofMinutes(1))).containsExactly(EDGE);
        assertThat(store.elsewhere(OTHER, Duration.ofMinutes(1))).isEmpty();

        store.left(new EdgeState(EDGE, "1", 2, 0, List.of(), Instant.ofEpochMilli(6)), OTHER);
        assertThat(store.all()).map(EdgeState::lastSeen).containsExactly(Instant.ofEpochMilli(6));
        assertThat(store.elsewhere(CONTROL, Duration.ofMinutes(1))).isEmpty();
    }

    @EachStore
    void streams_of_a_control_plane_that_died_or_began_anew_are_none(Database database) {
        var store = new EdgeStore(database);
        store.begin(OTHER);
        store.put(new EdgeState(EDGE, "1", 1, 0, List.of(), Instant.EPOCH), OTHER);

        assertThat(store.elsewhere(CONTROL, Duration.ofMinutes(1))).containsExactly(EDGE);
        assertThat(store.elsewhere(CONTROL, Duration.ofMillis(-1))).isEmpty();
        store.begin(OTHER);
        assertThat(store.elsewhere(CONTROL, Duration.ofMinutes(1))).isEmpty();
    }

    /** PostgreSQL's texts have no NUL, and an edge that was taken over can send one. */
    @EachStore
    void whatever_an_edge_says_can_be_kept(Database database) {
        var problem = Problem.newBuilder().setFile("\0").setRule("\0").setMessage("a\0b").build();
        new EdgeStore(database)
                .put(new EdgeState(EDGE, "1\0", 1, 2, List.of(problem), Instant.EPOCH), CONTROL);

        assertThat(new EdgeStore(database).all())
                .extracting(EdgeState::build, state -> state.problems().getFirst().getMessage())
                .containsExactly(tuple("1\ufffd", "a\ufffdb"));
    }

    @EachStore
    void a_store_of_a_newer_build_is_left_alone(TestStore kept) throws Exception {
        kept.open().close();
        execute(kept, "INSERT INTO schema_step VALUES (9999, 'later', 'x')");

        assertThatThrownBy(kept::open)
                .isInstanceOf(StartException.class)
                .hasMessage(
                        kept.config()
                                + ": schema 9999, written by a newer build (this one knows "
                                + Migrations.newest()
                                + ")");
    }

    @EachStore
    void a_store_that_went_through_other_steps_is_left_alone(TestStore kept) throws Exception {
        kept.open().close();
        execute(kept, "UPDATE schema_step SET sha256 = 'x' WHERE number = 1");

        assertThatThrownBy(kept::open)
                .isInstanceOf(StartException.class)
                .hasMessage(
                        kept.config()
                                + ": went through another step 1 than this build's 0001-versions-and-edges.sql;"
                                + " it belongs to a different build");
    }

    @EachStore
    void a_step_that_was_left_out_is_told_as_such(TestStore kept) throws Exception {
        kept.open().close();
        execute(kept, "UPDATE schema_step SET number = 0 WHERE number = 1");
        execute(
                kept,
                "INSERT INTO schema_step SELECT 1, name, sha256 FROM schema_step WHERE number = 0");

        assertThatThrownBy(kept::open)
                .isInstanceOf(StartException.class)
                .hasMessage(
                        kept.config()
                                + ": went through step 0, which this build does not have; it belongs to a different build");
    }

    /** Steps are never edited: what the first builds wrote down of theirs must still be said. */
    @ParameterizedTest
    @CsvSource({
        "0001-versions-and-edges.sql,ffb539a2ef54417eeebf2d8f8a9fdfa47b1e39ce453fb0ae37193ad76357f498",
        "0002-witness.sql,da9498d72ecc9d23bc3061622068ccdb5ca9cfb91aa4734bbe8f85055ef0b7d2"
    })
    void steps_of_sqlite_from_before_there_was_postgresql_are_the_same_to_the_byte(
            String name, String digest) {
        var step =
                Migrations.STEPS.stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow();

        assertThat(PolicySignature.sha256(step.sql(Dialect.SQLITE).getBytes(UTF_8)))
                .asHexString()
                .isEqualToIgnoringCase(digest);
    }

    static SignedVersion version(long number, String... contents) {
        var bundle =
                PolicyBundle.newBuilder()
                        .setManifest(
                                BundleManifest.newBuilder()
                                        .setVersion(number)
                                        .build()
                                        .toByteString())
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

    private static int count(Database database, String table) {
        return database.transact(
                handle ->
                        handle.createQuery("SELECT count(*) FROM " + table)
                                .mapTo(Integer.class)
                                .one());
    }

    private static void execute(TestStore kept, String sql) throws Exception {
        try (var connection = kept.connect();
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
