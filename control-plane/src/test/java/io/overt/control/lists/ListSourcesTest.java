package io.overt.control.lists;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.PolicyPublisher.PublicationLimits;
import io.overt.control.publish.PolicySigningKey;
import io.overt.control.publish.Publication;
import io.overt.control.store.Database;
import io.overt.control.store.EachStore;
import io.overt.control.store.ListStore;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import io.overt.control.store.WithStore;
import io.overt.policy.Cidr;
import io.overt.policy.Problem;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListDelta;
import io.overt.policy.list.ListTree.Digest;
import io.overt.proto.policy.v1.BundleFile;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.service.bundle.PolicySignature;
import io.overt.service.bundle.PolicyStatement;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.testkit.pki.TestPki;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy whose list is fetched from a real server, over real TLS. */
@SuppressWarnings("NullAway.Init") // each test starts what it needs
@WithStore
class ListSourcesTest {
    private static final FleetIdentity ALICE = new FleetIdentity("hq", Role.OPERATOR, "alice");
    private static final String BAD = names(0, 1_000);

    @TempDir Path folder;
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-28T10:00:00Z"));
    private final Clock clock = clock();
    private final TestPki pki = TestPki.create();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<SignedVersion> announced = new ArrayList<>();
    private ListPlace place;
    private Lists lists;
    private ListStore store;
    private PolicyPublisher publisher;
    private ListSchedule schedule;

    @BeforeEach
    void open() throws Exception {
        place = ListPlace.https(pki.leaf("localhost"));
        place.serve("/bad.txt", BAD);
    }

    @AfterEach
    void close() throws Exception {
        place.close();
        if (lists != null) {
            schedule.close();
            lists.close();
        }
    }

    @EachStore
    void a_list_from_elsewhere_is_named_by_its_digest_and_can_be_had_whole(Database database)
            throws Exception {
        start(database);

        var version = published(publish("url: \"" + place.url("/bad.txt") + "\""));

        var named = named(version);
        assertThat(named.getName()).isEqualTo("bad");
        assertThat(named.getPath()).isEmpty();
        assertThat(named.getNames()).isEqualTo(1_000);
        assertThat(manifest(version).getLanguage()).isEqualTo(2);
        assertThat(whole(named).size()).isEqualTo(1_000);
        assertThat(store.isPublished(digest(named))).isTrue();
        // Elsewhere is named by the document, which is what people approve; what is there is not.
        assertThat(new String(PolicyStatement.of(manifest(version)), UTF_8))
                .contains("policy.yaml")
                .doesNotContain("compiled");
    }

    @EachStore
    void what_has_changed_there_makes_a_version_by_itself_that_is_approved_already(
            Database database) throws Exception {
        start(database);
        var first = published(publish("{ url: \"" + place.url("/bad.txt") + "\", every: 6h }"));
        schedule.round();
        assertThat(announced).hasSize(1);

        pass(Duration.ofHours(7));
        schedule.round();

        assertThat(announced).hasSize(1);
        assertThat(place.said()).containsExactly("200", "304");

        place.serve("/bad.txt", BAD + "one-more.example\n");
        pass(Duration.ofHours(7));
        schedule.round();

        assertThat(announced).hasSize(2);
        var second = announced.getLast();
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.publisher()).isEqualTo("list refresh");
        assertThat(named(second).getNames()).isEqualTo(1_001);
        assertThat(PolicyStatement.of(manifest(second)))
                .isEqualTo(PolicyStatement.of(manifest(first)));
        assertThat(count("changed")).isEqualTo(2);
        assertThat(count("unchanged")).isEqualTo(1);
    }

    /** What can be wrong there, and how it is told. */
    @SuppressWarnings("ImmutableEnumChecker") // what they do has no state
    enum Trouble {
        GONE(
                "status 404",
                (test, path) -> test.place.answer(path, each -> each.sendResponseHeaders(404, -1))),
        CUT_SHORT(
                "ends with 90 bytes missing",
                (test, path) ->
                        test.place.answer(
                                path,
                                each -> {
                                    each.sendResponseHeaders(200, 100);
                                    each.getResponseBody().write("a.example\n".getBytes(UTF_8));
                                    each.getResponseBody().flush();
                                    throw new java.io.IOException("as the test wants it");
                                })),
        MALFORMED(
                ":2:1: `two words`: several words",
                (test, path) -> test.place.serve(path, "a.example\ntwo words\n")),
        A_PAGE(
                ":1:1: `<html>`: contains \"<\"",
                (test, path) -> test.place.serve(path, "<html>\nMoved.\n")),
        EMPTY("has no names", (test, path) -> test.place.serve(path, "# nothing any more\n")),
        SHRUNKEN(
                "has 499 names, and had 1,000 (expected: at least 500, by `may-shrink: 50%`)",
                (test, path) -> test.place.serve(path, names(0, 499))),
        TOO_LARGE(
                "more than 65536 bytes", (test, path) -> test.place.serve(path, names(0, 10_000))),
        A_COUNTRY(
                "is every host below a public suffix",
                (test, path) -> test.place.serve(path, BAD + ".co.uk\n")),
        PACKED(
                "is packed by gzip",
                (test, path) ->
                        test.place.answer(
                                path,
                                each -> {
                                    each.getResponseHeaders().set("Content-Encoding", "gzip");
                                    each.sendResponseHeaders(200, 3);
                                    each.getResponseBody().write(new byte[3]);
                                })),
        DOWNGRADED(
                "redirected to \"http://localhost/\"",
                (test, path) ->
                        test.place.answer(path, each -> redirect(each, "http://localhost/"))),
        IN_CIRCLES(
                "more than 5 redirections",
                (test, path) -> test.place.answer(path, each -> redirect(each, path)));

        private final String problem;
        private final Making making;

        interface Making {
            void at(ListSourcesTest test, String path) throws Exception;
        }

        Trouble(String problem, Making making) {
            this.problem = problem;
            this.making = making;
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_wrong_there_leaves_the_last_good_list_and_is_told(
            Trouble trouble, Database database) throws Exception {
        start(database);
        var first =
                published(publish("{ url: \"" + place.url("/bad.txt") + "\", max-size: 64KiB }"));
        trouble.making.at(this, "/bad.txt");
        pass(Duration.ofDays(2));

        schedule.round();

        assertThat(announced).containsExactly(first);
        assertThat(count("failed")).isEqualTo(1);
        var state = store.source(onlySource()).orElseThrow();
        assertThat(state.problem()).contains(trouble.problem);
        assertThat(state.failures()).isEqualTo(1);
        assertThat(state.good().orElseThrow().root()).isEqualTo(digest(named(first)));
        assertThat(meters.get("overt.control.list.sources.failing").gauge().value()).isEqualTo(1);

        // And it is looked at sooner than in a day, and is well again.
        place.serve("/bad.txt", BAD + "well-again.example\n");
        pass(Duration.ofMinutes(2));
        schedule.round();
        assertThat(named(announced.getLast()).getNames()).isEqualTo(1_001);
        assertThat(meters.get("overt.control.list.sources.failing").gauge().value()).isZero();
    }

    @Test
    void a_list_that_was_never_had_is_a_problem_at_its_place(Database database) throws Exception {
        start(database);

        var rejected = (Publication.Rejected) publish("url: \"" + place.url("/none.txt") + "\"");

        assertThat(rejected.problems())
                .map(Problem::text)
                .containsExactly(
                        "policy.yaml:6:15: `url`: cannot be fetched: "
                                + place.url("/none.txt")
                                + ": status 404");
    }

    @Test
    void a_server_that_nobody_vouches_for_is_not_believed(Database database) throws Exception {
        try (var other = ListPlace.https(TestPki.create().leaf("localhost"));
                var misnamed = ListPlace.https(pki.leaf("lists.example"))) {
            other.serve("/bad.txt", BAD);
            misnamed.serve("/bad.txt", BAD);
            start(database);

            assertThat(publish("url: \"" + other.url("/bad.txt") + "\""))
                    .isInstanceOf(Publication.Rejected.class)
                    .asString()
                    .contains("certificate_unknown");
            assertThat(publish("url: \"" + misnamed.url("/bad.txt") + "\""))
                    .isInstanceOf(Publication.Rejected.class)
                    .asString()
                    .contains("localhost");
            assertThat(other.said()).isEmpty();
        }
    }

    @Test
    void an_address_of_our_own_is_not_asked_unless_it_is_configured(Database database)
            throws Exception {
        start(database, List.of());

        assertThat(publish("url: \"" + place.url("/bad.txt") + "\""))
                .isInstanceOf(Publication.Rejected.class)
                .asString()
                .contains("which is not to be fetched from");
        assertThat(place.said()).isEmpty();
    }

    @Test
    void a_checksum_vouches_for_one_text_and_no_other(Database database) throws Exception {
        try (var plain = ListPlace.http()) {
            plain.serve("/bad.txt", BAD);
            start(database);
            var sum = HexFormat.of().formatHex(PolicySignature.sha256(BAD.getBytes(UTF_8)));

            published(publish("{ url: \"" + plain.url("/bad.txt") + "\", sha256: " + sum + " }"));

            plain.serve("/bad.txt", BAD + "more.example\n");
            pass(Duration.ofDays(2));
            schedule.round();
            assertThat(announced).hasSize(1);
            assertThat(store.source(onlySource()).orElseThrow().problem())
                    .contains("its SHA-256 is ")
                    .contains("(expected: " + sum + ")");
        }
    }

    @Test
    void a_signature_by_openssh_vouches_for_what_it_is_over(Database database) throws Exception {
        var key = folder.resolve("list-key");
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key.toString());
        start(database);
        var declaration =
                "{ url: \"%s\", signature: { key: \"%s\", url: \"%s\" } }"
                        .formatted(
                                place.url("/bad.txt"),
                                Files.readString(key.resolveSibling("list-key.pub")).strip(),
                                place.url("/bad.txt.sig"));
        place.serve("/bad.txt.sig", sshSignature(key, BAD));

        published(publish(declaration));

        place.serve("/bad.txt", BAD + "planted.example\n");
        pass(Duration.ofDays(2));
        schedule.round();
        assertThat(announced).hasSize(1);
        assertThat(store.source(onlySource()).orElseThrow().problem())
                .contains("its signature does not verify");

        place.serve("/bad.txt.sig", sshSignature(key, BAD + "planted.example\n"));
        pass(Duration.ofDays(2));
        schedule.round();
        assertThat(announced).hasSize(2);
    }

    @Test
    void a_signature_by_minisign_vouches_for_what_it_is_over(Database database) throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] spki = pair.getPublic().getEncoded();
        byte[] publicKey = new byte[42];
        publicKey[0] = 'E';
        publicKey[1] = 'd';
        System.arraycopy(spki, spki.length - 32, publicKey, 10, 32);
        byte[] text = BAD.getBytes(UTF_8);
        var hash = new Blake2bDigest(512);
        hash.update(text, 0, text.length);
        byte[] digest = new byte[64];
        hash.doFinal(digest, 0);
        byte[] bare = signed(pair.getPrivate(), digest);
        byte[] own = new byte[74];
        own[0] = 'E';
        own[1] = 'D';
        System.arraycopy(bare, 0, own, 10, 64);
        byte[] comment = "timestamp:1".getBytes(UTF_8);
        byte[] global = Arrays.copyOf(bare, 64 + comment.length);
        System.arraycopy(comment, 0, global, 64, comment.length);
        var signature =
                "untrusted comment: a list\n%s\ntrusted comment: timestamp:1\n%s\n"
                        .formatted(
                                Base64.getEncoder().encodeToString(own),
                                Base64.getEncoder()
                                        .encodeToString(signed(pair.getPrivate(), global)));
        place.serve("/bad.txt.minisig", signature);
        start(database);

        published(
                publish(
                        "{ url: \"%s\", signature: { key: \"%s\", url: \"%s\" } }"
                                .formatted(
                                        place.url("/bad.txt"),
                                        Base64.getEncoder().encodeToString(publicKey),
                                        place.url("/bad.txt.minisig"))));

        place.serve("/bad.txt.minisig", signature.replace("timestamp:1", "timestamp:2"));
        place.serve("/bad.txt", BAD + "\n");
        pass(Duration.ofDays(2));
        schedule.round();
        assertThat(store.source(onlySource()).orElseThrow().problem())
                .contains("its signature does not verify");
    }

    @EachStore
    void pieces_that_no_version_that_is_kept_names_are_given_up(Database database)
            throws Exception {
        start(database);
        var first = published(publish("url: \"" + place.url("/bad.txt") + "\""));
        for (int i = 1; i <= 2; i++) {
            place.serve("/bad.txt", names(i * 2_000, 1_000));
            pass(Duration.ofDays(2));
            schedule.round();
        }
        assertThat(announced).hasSize(3);

        // Two versions are kept here.
        assertThat(store.piece(digest(named(first)))).isEmpty();
        assertThat(whole(named(announced.get(1))).size()).isEqualTo(1_000);
        assertThat(whole(named(announced.get(2))).size()).isEqualTo(1_000);
    }

    // ---- what the tests above are made of

    private static void redirect(com.sun.net.httpserver.HttpExchange exchange, String to)
            throws java.io.IOException {
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(302, -1);
    }

    private static String names(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "host-" + i + ".bad.example\n")
                .collect(Collectors.joining());
    }

    private void start(Database database) throws Exception {
        start(database, List.of(Cidr.of("127.0.0.0/8"), Cidr.of("::1")));
    }

    private void start(Database database, List<Cidr> allowed) throws Exception {
        store = new ListStore(database);
        lists =
                Lists.open(
                        new ListsConfig(
                                folder.resolve("lists"),
                                1 << 10,
                                2,
                                64,
                                Duration.ofSeconds(30),
                                List.of(pki.writeAnchor(folder.resolve("anchor.pem"))),
                                allowed),
                        store,
                        clock,
                        new Random(7),
                        meters);
        publisher =
                new PolicyPublisher(
                        new PolicyStore(database),
                        lists.desk(),
                        PolicySigningKey.create(folder.resolve("policy.key")),
                        clock,
                        new PublicationLimits(1 << 20, 1),
                        meters,
                        announced::add);
        // Not started: a test says when there is a round.
        var newest = new NewestLists(publisher::newest);
        schedule =
                lists.schedule(
                        newest,
                        () -> true,
                        () -> {
                            try {
                                return published(
                                                publisher.refresh(publisher.newest().orElseThrow()))
                                        .version();
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        });
    }

    private Publication publish(String list) throws Exception {
        var document =
                """
                policy: corporate
                rules:
                  - { name: bad, when: { list: bad }, then: block }
                  - { name: default, then: inspect }
                lists:
                  bad: %s
                """
                        .formatted(list.startsWith("{") ? list : "{ " + list + " }");
        return publisher.publish(
                List.of(
                        BundleFile.newBuilder()
                                .setPath("policy.yaml")
                                .setContent(ByteString.copyFromUtf8(document))
                                .build()),
                ALICE.uri());
    }

    private static SignedVersion published(Publication publication) {
        return switch (publication) {
            case Publication.Published(var version, _) -> version;
            case Publication.Unchanged _, Publication.Rejected _, Publication.Stale _ ->
                    throw new AssertionError(publication);
        };
    }

    private static BundleManifest manifest(SignedVersion version) throws Exception {
        return BundleManifest.parseFrom(version.bundle().getManifest());
    }

    private static ListDigest named(SignedVersion version) throws Exception {
        return manifest(version).getLists(0);
    }

    private static Digest digest(ListDigest named) {
        return new Digest(HexFormat.of().formatHex(named.getRoot().toByteArray()));
    }

    private CompiledList whole(ListDigest named) {
        return switch (ListDelta.apply(
                List.of(),
                digest(named),
                digest -> store.piece(digest).map(MemorySegment::ofArray),
                Arena.ofAuto())) {
            case Opening.Opened(CompiledList list) -> list;
            case Opening.Damaged(String why) -> throw new AssertionError(why);
        };
    }

    private String onlySource() {
        return store.sources().getFirst().source();
    }

    private double count(String outcome) {
        return meters.get("overt.control.list.looks").tag("outcome", outcome).counter().count();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Objects.requireNonNull(now.get());
            }
        };
    }

    private static byte[] signed(java.security.PrivateKey key, byte[] message) throws Exception {
        var signer = Signature.getInstance("Ed25519");
        signer.initSign(key);
        signer.update(message);
        return signer.sign();
    }

    private String sshSignature(Path key, String text) throws Exception {
        var file = Files.writeString(folder.resolve("to-sign"), text);
        Files.deleteIfExists(folder.resolve("to-sign.sig"));
        run("ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", key.toString(), file.toString());
        return Files.readString(folder.resolve("to-sign.sig"));
    }

    private static void run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
