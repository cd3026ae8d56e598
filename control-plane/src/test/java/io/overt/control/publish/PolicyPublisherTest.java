package io.overt.control.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.lists.Lists;
import io.overt.control.lists.ListsConfig;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.ListStore;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.control.store.WithStore;
import io.overt.policy.Compilation;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.FileDigest;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.bundle.PolicyStatement;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithStore
class PolicyPublisherTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456789Z");
    private static final String ALICE = "overt://hq/operator/alice";
    private static final String BLOCK =
            "policy: corporate\nrules:\n  - name: default\n    then: block\n";
    private static final String SPLICE = BLOCK.replace("block", "splice");
    private static final String WITH_LIST =
            """
            policy: corporate
            rules:
              - name: health
                when: {list: health}
                then: splice
              - name: default
                then: block
            lists:
              health: {file: lists/health.txt}
            """;

    @TempDir Path folder;
    private final List<SignedVersion> announced = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private PolicyStore store;
    private Lists lists;
    private PolicySigningKey key;
    private PolicyPublisher publisher;

    @BeforeEach
    void open(Database database) throws Exception {
        store = new PolicyStore(database);
        lists =
                Lists.open(
                        new ListsConfig(
                                folder.resolve("lists"),
                                1 << 10,
                                20,
                                64,
                                Duration.ofSeconds(5),
                                List.of(),
                                List.of()),
                        new ListStore(database),
                        Clock.systemUTC(),
                        new Random(1),
                        new SimpleMeterRegistry());
        key = PolicySigningKey.create(folder.resolve("policy.key"));
        publisher = publisher(key, 1);
    }

    @AfterEach
    void close() {
        lists.close();
    }

    @EachStore
    void a_good_policy_is_kept_signed_and_announced() throws Exception {
        var version =
                published(
                        publisher.publish(
                                files(
                                        Map.of(
                                                "lists/health.txt",
                                                "a.example\n",
                                                "policy.yaml",
                                                WITH_LIST)),
                                ALICE));

        assertThat(version.version()).isEqualTo(1);
        assertThat(version.policy()).isEqualTo("corporate");
        assertThat(version.publisher()).isEqualTo("overt://hq/operator/alice");
        assertThat(announced).containsExactly(version);
        assertThat(store.newest()).hasValue(version);
        var manifest = version.bundle().getManifest().toByteArray();
        assertThat(
                        key.publicKey()
                                .verifies(manifest, version.bundle().getSignature().toByteArray()))
                .isTrue();
        assertThat(version.bundle().getKeyId().toByteArray()).isEqualTo(key.publicKey().id());
        assertThat(version.manifestSha256().toByteArray())
                .isEqualTo(PolicySignature.sha256(manifest));
        var read = BundleManifest.parseFrom(manifest);
        assertThat(read.getVersion()).isEqualTo(1);
        assertThat(read.getLanguage()).isEqualTo(1);
        assertThat(read.getPublished())
                .isEqualTo(
                        com.google.protobuf.Timestamp.newBuilder()
                                .setSeconds(NOW.getEpochSecond())
                                .setNanos(123_000_000)
                                .build());
        // The document first, then the lists, and the files in the manifest's order.
        assertThat(read.getFilesList())
                .map(FileDigest::getPath)
                .containsExactly("policy.yaml", "lists/health.txt");
        assertThat(version.bundle().getFilesList())
                .map(BundleFile::getPath)
                .containsExactly("policy.yaml", "lists/health.txt");
        assertThat(read.getFiles(1).getSize()).isEqualTo(10);
        assertThat(read.getFiles(1).getSha256().toByteArray())
                .isEqualTo(
                        PolicySignature.sha256(
                                "a.example\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void a_policy_with_problems_uses_no_number_and_is_not_announced() throws Exception {
        var publication = publisher.publish(document(BLOCK.replace("then", "than")), ALICE);

        assertThat(publication)
                .isInstanceOfSatisfying(
                        Publication.Rejected.class,
                        rejected -> assertThat(rejected.problems()).isNotEmpty());
        assertThat(store.newest()).isEmpty();
        assertThat(announced).isEmpty();
        assertThat(published(publisher.publish(document(BLOCK), ALICE)).version()).isEqualTo(1);
        assertThat(count("rejected")).isEqualTo(1);
        assertThat(count("published")).isEqualTo(1);
    }

    @Test
    void a_check_says_the_same_and_changes_nothing() throws Exception {
        assertThat(publisher.check(document(BLOCK))).isInstanceOf(Compilation.Compiled.class);
        assertThat(publisher.check(document("policy: x\n")))
                .isInstanceOf(Compilation.Rejected.class);
        assertThat(publisher.check(List.of())).isInstanceOf(Compilation.Rejected.class);
        assertThat(store.newest()).isEmpty();
        assertThat(announced).isEmpty();
    }

    @EachStore
    void what_the_newest_version_is_already_is_not_published_again() throws Exception {
        publisher.publish(
                files(Map.of("policy.yaml", WITH_LIST, "lists/health.txt", "a.example\n")), ALICE);

        // In whatever order a tool sends the files.
        var again =
                new ArrayList<>(
                        files(Map.of("lists/health.txt", "a.example\n", "policy.yaml", WITH_LIST)));
        assertThat(publisher.publish(again.reversed(), ALICE))
                .isInstanceOf(Publication.Unchanged.class);
        assertThat(publisher.publish(again, ALICE)).isInstanceOf(Publication.Unchanged.class);
        assertThat(announced).hasSize(1);
        assertThat(count("unchanged")).isEqualTo(2);
    }

    @EachStore
    void one_byte_of_a_list_is_another_version_and_so_is_going_back() throws Exception {
        publisher.publish(
                files(Map.of("policy.yaml", WITH_LIST, "lists/health.txt", "a.example\n")), ALICE);
        assertThat(
                        published(
                                        publisher.publish(
                                                files(
                                                        Map.of(
                                                                "policy.yaml",
                                                                WITH_LIST,
                                                                "lists/health.txt",
                                                                "b.example\n")),
                                                ALICE))
                                .version())
                .isEqualTo(2);
        assertThat(
                        published(
                                        publisher.publish(
                                                files(
                                                        Map.of(
                                                                "policy.yaml",
                                                                WITH_LIST,
                                                                "lists/health.txt",
                                                                "a.example\n")),
                                                ALICE))
                                .version())
                .isEqualTo(3);
    }

    @EachStore
    void another_signing_key_makes_another_version_of_the_same_content() throws Exception {
        publisher.publish(document(BLOCK), ALICE);

        var next = publisher(PolicySigningKey.create(folder.resolve("next.key")), 1);

        assertThat(published(next.publish(document(BLOCK), ALICE)).version()).isEqualTo(2);
    }

    @EachStore
    void numbers_go_on_after_a_restart_and_can_be_told_to_start_higher() throws Exception {
        publisher.publish(document(BLOCK), ALICE);

        assertThat(published(publisher(key, 1).publish(document(SPLICE), ALICE)).version())
                .isEqualTo(2);
        assertThat(published(publisher(key, 40).publish(document(BLOCK), ALICE)).version())
                .isEqualTo(40);
        assertThat(published(publisher(key, 40).publish(document(SPLICE), ALICE)).version())
                .isEqualTo(41);
    }

    @EachStore
    void many_at_once_get_one_number_each_and_are_announced_in_order() throws Exception {
        List<Future<Publication>> publications;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            publications =
                    IntStream.range(0, 20)
                            .mapToObj(
                                    i ->
                                            executor.submit(
                                                    () ->
                                                            publisher.publish(
                                                                    document(
                                                                            BLOCK + "# " + i
                                                                                    + "\n"),
                                                                    ALICE)))
                            .toList();
        }

        var numbers = new ArrayList<Long>();
        for (var publication : publications) {
            numbers.add(published(publication.get()).version());
        }
        assertThat(numbers).doesNotHaveDuplicates();
        assertThat(announced)
                .map(SignedVersion::version)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "../x",
                "a/../b",
                "a//b",
                "a/",
                "./a",
                "a\\b",
                "a\u0000b",
                "a\nb"
            })
    void a_path_that_is_not_plain_is_refused(String path) {
        assertRefused(
                Stream.of(file("policy.yaml", BLOCK), file(path, "")).toList(),
                "path \"" + path + "\" (expected: ");
    }

    @Test
    void what_cannot_be_compiled_at_all_is_refused() {
        assertRefused(
                List.of(file("policy.yaml", BLOCK), file("policy.yaml", SPLICE)),
                "path policy.yaml twice");
        assertRefused(
                List.of(file("policy.yaml", BLOCK + "#".repeat(1 << 16))),
                "(expected: at most 65536, policy.max-size)");
        assertRefused(
                IntStream.rangeClosed(0, 1000).mapToObj(i -> file("l" + i, "")).toList(),
                "1001 files (expected: at most 1000)");
        assertRefused(List.of(file("a".repeat(256), "")), "(expected: relative");
    }

    private void assertRefused(List<BundleFile> files, String detail) {
        assertThatThrownBy(() -> publisher.publish(files, ALICE))
                .isInstanceOfSatisfying(
                        SubmittedFiles.RefusedException.class,
                        refused -> {
                            assertThat(refused.refusal().getReason())
                                    .isEqualTo(RefusalReason.REFUSAL_REASON_MALFORMED_REQUEST);
                            assertThat(refused.refusal().getSubject()).isEqualTo("files");
                            assertThat(refused.refusal().getDetail()).contains(detail);
                        });
    }

    @EachStore
    void a_long_list_is_named_by_its_digest_and_its_file_stays_for_edges_that_know_no_other()
            throws Exception {
        var text = "host.example\n".repeat(100) + "other.example\n";

        var version =
                published(
                        publisher.publish(
                                files(Map.of("lists/health.txt", text, "policy.yaml", WITH_LIST)),
                                ALICE));

        var manifest = BundleManifest.parseFrom(version.bundle().getManifest());
        assertThat(manifest.getLanguage()).isEqualTo(1);
        assertThat(manifest.getFilesCount()).isEqualTo(2);
        assertThat(version.bundle().getFilesCount()).isEqualTo(2);
        var named = manifest.getLists(0);
        assertThat(named.getName()).isEqualTo("health");
        assertThat(named.getPath()).isEqualTo("lists/health.txt");
        assertThat(named.getNames()).isEqualTo(2);
        // Edges never see the text: what it was compiled to is approved as well.
        assertThat(
                        new String(
                                PolicyStatement.of(manifest),
                                java.nio.charset.StandardCharsets.UTF_8))
                .contains(
                        "compiled "
                                + java.util.HexFormat.of().formatHex(named.getRoot().toByteArray())
                                + "  lists/health.txt\n");
        assertThat(
                        publisher.publish(
                                files(Map.of("lists/health.txt", text, "policy.yaml", WITH_LIST)),
                                ALICE))
                .isInstanceOf(Publication.Unchanged.class);
    }

    @EachStore
    void what_is_wrong_in_a_long_list_is_told_at_its_line() throws Exception {
        var text = "host.example\n".repeat(100) + "two words\n";
        var files = files(Map.of("lists/health.txt", text, "policy.yaml", WITH_LIST));

        assertThat(((Publication.Rejected) publisher.publish(files, ALICE)).problems())
                .map(io.overt.policy.Problem::text)
                .containsExactly(
                        "lists/health.txt:101:1: `two words`: several words (expected: one name a line)");
        assertThat(publisher.check(files)).isInstanceOf(Compilation.Rejected.class);
    }

    private PolicyPublisher publisher(PolicySigningKey signingKey, long atLeast) {
        meters.clear();
        return new PolicyPublisher(
                store,
                lists.desk(),
                signingKey,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new PublicationLimits(1 << 16, atLeast),
                meters,
                announced::add);
    }

    private static SignedVersion published(Publication publication) {
        return switch (publication) {
            case Publication.Published(var version, _) -> version;
            case Publication.Unchanged _, Publication.Rejected _, Publication.Stale _ ->
                    throw new AssertionError(publication);
        };
    }

    private double count(String outcome) {
        return meters.get("overt.control.publications").tag("outcome", outcome).counter().count();
    }

    private static List<BundleFile> document(String content) {
        return List.of(file("policy.yaml", content));
    }

    private static List<BundleFile> files(Map<String, String> files) {
        return files.entrySet().stream()
                .map(entry -> file(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static BundleFile file(String path, String content) {
        return BundleFile.newBuilder()
                .setPath(path)
                .setContent(ByteString.copyFromUtf8(content))
                .build();
    }
}
