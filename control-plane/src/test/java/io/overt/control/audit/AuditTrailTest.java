package io.overt.control.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.audit.AuditTrail.Writing;
import io.overt.control.audit.Entry.Kind;
import io.overt.control.store.AuditStore;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.TestStore;
import io.overt.proto.control.v1.ExclusionWord;
import io.overt.proto.control.v1.PublishRequest;
import io.overt.proto.control.v1.RuleExclusionRequest;
import io.overt.proto.policy.v1.BundleFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditTrailTest {
    private static final String PROCESS = "overt://hq/control/c1";
    private static final Actor ANN = new Actor("oidc:ann", "ann@corp.example", "token", "10.1.2.3");
    private static final Clock NOON =
            Clock.fixed(Instant.parse("2026-11-28T12:00:00Z"), ZoneOffset.UTC);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @EachStore
    void each_line_names_the_hash_of_the_one_before(Database database) throws Exception {
        var store = new AuditStore(database);
        var trail = trail(store);
        trail.write(entry("one"));
        trail.write(entry("two"));

        var rows = store.from(1, 10);
        assertThat(rows.getFirst().line())
                .isEqualTo(
                        "{\"actor\":\"oidc:ann\",\"from\":\"10.1.2.3\",\"how\":\"token\",\"kind\":\"event\",\"method\":\"one\","
                                + "\"outcome\":\"OK\",\"previous\":\""
                                + "0".repeat(64)
                                + "\",\"process\":\"overt://hq/control/c1\",\"request\":\"\",\"sequence\":1,"
                                + "\"shown\":\"ann@corp.example\",\"time\":\"2026-11-28T12:00:00Z\",\"what\":{}}");
        assertThat(rows.get(1).line())
                .contains("\"previous\":\"" + sha256(rows.getFirst().line()) + "\"");
        assertThat(trail.head()).hasToString("2:" + sha256(rows.get(1).line()));
    }

    @EachStore
    void a_restart_goes_on_at_the_end_and_closes_what_was_left_open(Database database) {
        var store = new AuditStore(database);
        var before = trail(store);
        before.begin();
        before.write(act(Kind.INTENT, "done", Entry.PENDING));
        before.write(act(Kind.OUTCOME, "done", "OK"));
        before.write(act(Kind.INTENT, "left", Entry.PENDING));
        // What another control plane on this store is about is not ours to judge.
        new AuditTrail(store, "overt://hq/control/c2", NOON, new SimpleMeterRegistry())
                .write(act(Kind.INTENT, "theirs", Entry.PENDING));

        trail(store).begin();
        trail(store).begin();

        assertThat(store.from(6, 10))
                .extracting(row -> row.fields().request(), row -> row.fields().outcome())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("left", "UNKNOWN"),
                        org.assertj.core.groups.Tuple.tuple("", "OK"),
                        org.assertj.core.groups.Tuple.tuple("", "OK"));
        assertThat(whole(store)).isTrue();
    }

    @EachStore
    void a_line_is_never_changed_nor_removed(TestStore kept) throws Exception {
        try (var database = kept.open()) {
            trail(new AuditStore(database)).write(entry("one"));
        }
        for (var attempt :
                List.of("UPDATE audit_record SET actor = 'bob'", "DELETE FROM audit_record")) {
            try (var connection = kept.connect();
                    var statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.executeUpdate(attempt))
                        .hasMessageContaining("the audit trail never changes");
            }
        }
    }

    @EachStore
    void many_threads_make_one_chain(Database database) throws Exception {
        var store = new AuditStore(database);
        var trail = trail(store);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Writing>> all =
                    IntStream.range(0, 40)
                            .mapToObj(i -> threads.submit(() -> trail.write(entry("m" + i))))
                            .toList();
            for (var each : all) {
                assertThat(each.get()).isInstanceOf(Writing.Written.class);
            }
        }
        assertThat(trail.head().sequence()).isEqualTo(40);
        assertThat(whole(store)).isTrue();
    }

    @EachStore
    void what_cannot_be_written_is_said_and_counted(Database database) throws Exception {
        var trail = trail(new AuditStore(database));
        database.close();

        assertThat(trail.write(entry("one"))).isInstanceOf(Writing.Unwritten.class);
        assertThat(meters.counter("overt.audit.failures").count()).isEqualTo(1);
        assertThat(meters.counter("overt.audit.records", "kind", "event").count()).isZero();
    }

    @EachStore
    void a_filter_finds_what_it_names_newest_first(Database database) {
        var store = new AuditStore(database);
        var trail = trail(store);
        trail.write(act(Kind.INTENT, "r1", Entry.PENDING));
        trail.write(act(Kind.OUTCOME, "r1", "OK"));
        trail.write(
                new Entry(Kind.REFUSAL, Actor.nobody(""), "a/b", "UNAUTHENTICATED", "", Map.of()));
        trail.write(entry("rollout.paused"));

        assertThat(sequences(store, filter("", "", "", "", ""))).containsExactly(4L, 3L, 2L, 1L);
        assertThat(sequences(store, filter("outcome", "", "", "", ""))).containsExactly(2L);
        assertThat(sequences(store, filter("", "nobody", "", "", ""))).containsExactly(3L);
        assertThat(sequences(store, filter("", "", "rollout.*", "", ""))).containsExactly(4L);
        assertThat(sequences(store, filter("", "", "rollout.", "", ""))).isEmpty();
        assertThat(sequences(store, filter("", "", "", "pending", ""))).containsExactly(1L);
        assertThat(sequences(store, filter("", "", "", "", "r1"))).containsExactly(2L, 1L);
    }

    @Test
    void file_contents_and_long_texts_stand_as_digests() {
        var shown =
                AuditJson.line(
                        AuditTrail.shown(
                                PublishRequest.newBuilder()
                                        .addFiles(
                                                BundleFile.newBuilder()
                                                        .setPath("policy.yaml")
                                                        .setContent(
                                                                ByteString.copyFromUtf8("secret")))
                                        .addFiles(BundleFile.newBuilder().setPath("x".repeat(1025)))
                                        .build()));
        assertThat(shown)
                .isEqualTo(
                        "{\"files\":[{\"content\":{\"sha256\":\""
                                + sha256("secret")
                                + "\",\"size\":6},\"path\":\"policy.yaml\"},{\"path\":{\"sha256\":\""
                                + sha256("x".repeat(1025))
                                + "\",\"size\":1025}}]}");
    }

    @Test
    void all_else_stands_as_it_is_with_words_for_constants() {
        assertThat(
                        AuditJson.line(
                                AuditTrail.shown(
                                        RuleExclusionRequest.newBuilder()
                                                .setSite("hq")
                                                .setHost("a\"\n\u2028.example")
                                                .setWord(ExclusionWord.EXCLUSION_WORD_CONFIRM)
                                                .build())))
                .isEqualTo(
                        "{\"host\":\"a\\\"\\n\\u2028.example\",\"site\":\"hq\",\"word\":\"EXCLUSION_WORD_CONFIRM\"}");
    }

    @Test
    void a_message_that_is_long_in_all_stands_as_one_digest() {
        var request = PublishRequest.newBuilder();
        for (int i = 0; i < 1000; i++) {
            request.addFiles(BundleFile.newBuilder().setPath("lists/" + i));
        }
        assertThat(AuditTrail.shown(request.build())).containsOnlyKeys("sha256", "size");
    }

    private AuditTrail trail(AuditStore store) {
        return new AuditTrail(store, PROCESS, NOON, meters);
    }

    private static Entry entry(String what) {
        return Entry.event(ANN, what, "OK", Map.of());
    }

    private static Entry act(Kind kind, String request, String outcome) {
        return new Entry(kind, ANN, "overt.control.v1.X/Y", outcome, request, Map.of());
    }

    private static boolean whole(AuditStore store) {
        var check = new ChainCheck(Optional.empty());
        store.from(1, 10_000).forEach(check::row);
        return check.broken().isEmpty();
    }

    private static AuditStore.Filter filter(
            String kind, String actor, String method, String outcome, String request) {
        return new AuditStore.Filter(
                kind,
                actor,
                method,
                outcome,
                request,
                Optional.empty(),
                Optional.empty(),
                Long.MAX_VALUE);
    }

    private static List<Long> sequences(AuditStore store, AuditStore.Filter filter) {
        var found = new ArrayList<Long>();
        store.list(filter, 100).forEach(row -> found.add(row.sequence()));
        return found;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
