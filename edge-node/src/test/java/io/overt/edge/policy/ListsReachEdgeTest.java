package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.policy.HostPattern;
import io.overt.policy.list.CompiledList;
import io.overt.policy.list.CompiledList.Opening;
import io.overt.policy.list.ListCompiler;
import io.overt.proto.control.v1.EdgeAbility;
import io.overt.proto.control.v1.Problem;
import io.overt.proto.policy.v1.ListDigest;
import io.overt.proto.policy.v1.PolicyBundle;
import io.overt.service.identity.FleetTls;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed and a control plane that gives pieces of lists well or badly, over real mutual TLS. */
class ListsReachEdgeTest {
    private static final String FETCHED =
            """
            policy: corporate
            rules:
              - name: malware
                when: {list: malware}
                then: block
              - name: default
                then: splice
            lists:
              malware: {url: "https://lists.example/malware.txt"}
            """;

    @TempDir Path folder;
    private final TestBundles ours = new TestBundles();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ScriptedPieces pieces = new ScriptedPieces();
    private TestFleet fleet;
    private Path state;
    private Path key;
    private ScriptedControlPlane control;

    @BeforeEach
    void startControlPlane() throws Exception {
        fleet = TestPki.fleet(Files.createDirectory(folder.resolve("fleet")), "hq");
        state = folder.resolve("state");
        key = ours.writePublicKey(folder.resolve("policy.key.pub"));
        control = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    @Test
    void a_version_is_acknowledged_when_its_list_is_here_whole_and_named_by_its_digest()
            throws Exception {
        var list = list(names(0, 30_000));
        pieces.add(list);
        feed(Duration.ofMinutes(1));
        assertThat(control.hear().getHello().getAbilitiesList())
                .contains(EdgeAbility.EDGE_ABILITY_LISTS);

        var answer = control.offer(version(1, list));

        assertThat(answer.getAck().getActiveVersion()).isEqualTo(1);
        assertThat(files()).containsExactly(list.tree().id() + ".list");
        assertThat(state.resolve("lists/" + list.tree().id() + ".list")).hasSize(list.octets());
        assertThat(count("overt.edge.policy.list.fetches", "outcome", "done")).isEqualTo(1);
    }

    @Test
    void one_name_more_brings_its_page_and_what_leads_to_it() throws Exception {
        var before = list(names(0, 100_000));
        var after = list(Stream.concat(names(0, 100_000), Stream.of("one-more.example")));
        pieces.add(before);
        pieces.add(after);
        feed(Duration.ofMinutes(1));
        control.hear();
        control.offer(version(1, before));
        int first = pieces.given().size();

        assertThat(control.offer(version(2, after)).hasAck()).isTrue();

        assertThat(first).isGreaterThan(100);
        assertThat(pieces.given().size() - first).isBetween(3, 5);
    }

    @Test
    void after_a_break_only_the_rest_is_fetched() throws Exception {
        var list = list(names(0, 30_000));
        pieces.add(list);
        pieces.breakAfter(20);
        feed(Duration.ofMinutes(1));
        control.hear();
        control.propose(version(1, list));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> count("overt.edge.policy.list.fetches", "outcome", "broken") >= 1);
        assertThat(files()).containsExactly(list.tree().id() + ".pieces");

        pieces.breakAfter(Integer.MAX_VALUE);

        assertThat(control.hear().getAck().getActiveVersion()).isEqualTo(1);
        assertThat(pieces.given()).doesNotHaveDuplicates();
    }

    @Test
    void a_restart_in_the_middle_goes_on_from_the_pieces_on_disk() throws Exception {
        var list = list(names(0, 30_000));
        pieces.add(list);
        pieces.breakAfter(20);
        var feed = feed(Duration.ofMinutes(1));
        control.hear();
        control.propose(version(1, list));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> count("overt.edge.policy.list.fetches", "outcome", "broken") >= 1);
        feed.close();
        // And the last piece is cut short, as a power cut would.
        var kept = state.resolve("lists/" + list.tree().id() + ".pieces");
        byte[] octets = Files.readAllBytes(kept);
        Files.write(kept, java.util.Arrays.copyOf(octets, octets.length - 10));
        pieces.breakAfter(Integer.MAX_VALUE);
        int before = pieces.given().size();

        feed(Duration.ofMinutes(1));
        control.hear();

        assertThat(control.offer(version(1, list)).hasAck()).isTrue();
        assertThat(pieces.given().size() - before)
                .isEqualTo(pieces.given().stream().distinct().count() - before + 1);
    }

    @Test
    void what_does_not_come_in_time_is_refused_with_the_reason_and_the_version_in_force_stays()
            throws Exception {
        var list = list(names(0, 30_000));
        pieces.add(list);
        pieces.breakAfter(20);
        var feed = feed(Duration.ofSeconds(1));
        control.hear();
        control.offer(ours.bundle(1, TestBundles.BLOCK_ALL));

        var nack = control.offer(version(2, list)).getNack();

        assertThat(nack.getActiveVersion()).isEqualTo(1);
        assertThat(nack.getProblemsList())
                .map(Problem::getMessage)
                .singleElement()
                .asString()
                .startsWith("list malware: is not here: the control plane: UNAVAILABLE");
        assertThat(feed.get().orElseThrow().version()).isEqualTo(1);
        assertThat(count("overt.edge.policy.list.fetches", "outcome", "given-up")).isEqualTo(1);
    }

    @Test
    void a_piece_that_is_another_one_is_not_taken() throws Exception {
        var list = list(names(0, 5_000));
        pieces.add(list);
        pieces.damage(
                octets -> {
                    byte[] other = octets.clone();
                    other[other.length - 1] ^= 1;
                    return other;
                });
        feed(Duration.ofSeconds(1));
        control.hear();

        assertThat(control.offer(version(1, list)).getNack().getProblems(0).getMessage())
                .contains("is not here: the control plane sent another piece than");
    }

    @Test
    void a_newer_version_overtakes_the_fetch_of_an_older_one() throws Exception {
        var list = list(names(0, 5_000));
        pieces.breakAfter(0);
        feed(Duration.ofMinutes(10));
        control.hear();
        control.propose(version(1, list));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> count("overt.edge.policy.list.fetches", "outcome", "broken") >= 1);

        var answer = control.offer(ours.bundle(2, TestBundles.BLOCK_ALL));

        assertThat(answer.getAck().getActiveVersion()).isEqualTo(2);
    }

    @Test
    void an_edge_that_restarts_without_control_plane_has_its_lists() throws Exception {
        var list = list(names(0, 5_000));
        pieces.add(list);
        var feed = feed(Duration.ofMinutes(1));
        control.hear();
        control.offer(version(1, list));
        feed.close();
        control.close();

        assertThat(feed(Duration.ofMinutes(1)).get().orElseThrow().version()).isEqualTo(1);
    }

    @Test
    void a_list_that_is_damaged_on_disk_is_not_used_and_comes_anew() throws Exception {
        var list = list(names(0, 5_000));
        pieces.add(list);
        var feed = feed(Duration.ofMinutes(1));
        control.hear();
        control.offer(version(1, list));
        feed.close();
        var file = state.resolve("lists/" + list.tree().id() + ".list");
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length / 2] ^= 1;
        Files.write(file, octets);

        var again = feed(Duration.ofMinutes(1));

        assertThat(again.get()).isEmpty();
        assertThat(count("overt.edge.policy.last.good", "event", "unusable")).isEqualTo(1);
        control.hear();
        assertThat(control.offer(version(1, list)).hasAck()).isTrue();
        assertThat(again.get()).isPresent();
    }

    @Test
    void lists_are_kept_of_the_version_in_force_and_of_the_one_before_it() throws Exception {
        var lists = IntStream.range(0, 3).mapToObj(i -> list(names(i * 100, 1_000))).toList();
        lists.forEach(pieces::add);
        feed(Duration.ofMinutes(1));
        control.hear();
        for (int i = 0; i < 3; i++) {
            control.offer(version(i + 1, lists.get(i)));
        }

        assertThat(files())
                .containsExactlyInAnyOrder(
                        lists.get(1).tree().id() + ".list", lists.get(2).tree().id() + ".list");
    }

    @Test
    void lists_that_are_too_large_or_of_another_form_are_refused_unfetched() throws Exception {
        var list = list(names(0, 1_000));
        pieces.add(list);
        feed(Duration.ofMinutes(1));
        control.hear();

        assertThat(
                        control.offer(version(1, named(list).toBuilder().setForm(2).build()))
                                .getNack()
                                .getProblems(0)
                                .getMessage())
                .isEqualTo("list malware: of form 2 (expected: 1; a newer edge may know it)");
        assertThat(
                        control.offer(version(2, named(list).toBuilder().setSize(1L << 40).build()))
                                .getNack()
                                .getProblems(0)
                                .getMessage())
                .contains("compiled lists of 1099511627776 bytes (expected: at most 1073741824");
        assertThat(pieces.given()).isEmpty();
    }

    @Test
    void the_file_that_a_list_was_compiled_from_need_not_come() throws Exception {
        var list = list(Stream.of("hospital.example"));
        pieces.add(list);
        feed(Duration.ofMinutes(1));
        control.hear();
        var files = new LinkedHashMap<String, String>();
        files.put("policy.yaml", TestBundles.WITH_LIST);
        files.put("lists/health.txt", "hospital.example\n");
        var manifest =
                ours.manifest(1, files).toBuilder()
                        .addLists(
                                named(list).toBuilder()
                                        .setName("health")
                                        .setPath("lists/health.txt"))
                        .build();
        files.remove("lists/health.txt");

        assertThat(control.offer(ours.sign(manifest, files)).hasAck()).isTrue();
        // What no list stands for has to be there.
        files.remove("policy.yaml");
        assertThat(
                        control.offer(ours.sign(manifest.toBuilder().setVersion(2).build(), files))
                                .getNack()
                                .getProblems(0)
                                .getMessage())
                .isEqualTo("0 files (expected: the 1 of the manifest)");
    }

    // ---- what the tests above are made of

    private PolicyBundle version(long version, CompiledList list) {
        return version(version, named(list));
    }

    private PolicyBundle version(long version, ListDigest list) {
        var files = new LinkedHashMap<String, String>();
        files.put("policy.yaml", FETCHED);
        return ours.sign(
                ours.manifest(version, files).toBuilder().setLanguage(2).addLists(list).build(),
                files);
    }

    private static ListDigest named(CompiledList list) {
        return ListDigest.newBuilder()
                .setName("malware")
                .setRoot(ByteString.copyFrom(list.tree().id().octets()))
                .setSize(list.octets())
                .setNames(list.size())
                .setForm(CompiledList.FORM)
                .build();
    }

    private static Stream<String> names(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> "h" + Integer.toUnsignedString(i * 0x9e3779b1, 36) + ".example");
    }

    private static CompiledList list(Stream<String> names) {
        var compiler = new ListCompiler(Arena.ofAuto());
        names.forEach(name -> compiler.add(HostPattern.parse(name).orElseThrow()));
        return switch (CompiledList.open(compiler.compile().file())) {
            case Opening.Opened(CompiledList list) -> list;
            case Opening.Damaged(String why) -> throw new AssertionError(why);
        };
    }

    private List<String> files() throws Exception {
        try (var files = Files.list(state.resolve("lists"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private double count(String name, String tag, String value) {
        return meters.get(name).tag(tag, value).counter().count();
    }

    private PolicyFeed feed(Duration patience) throws Exception {
        meters.clear();
        return keep(
                PolicyFeed.start(
                        new PolicyFeedConfig(
                                control.address(),
                                List.of(key),
                                1 << 20,
                                new ListShelfConfig(1L << 30, 1L << 30, patience),
                                PolicyFeedConfig.Terms.DEFAULT),
                        tls("edge", "a"),
                        state,
                        meters,
                        _ -> {}));
    }

    private ScriptedControlPlane listen(InetSocketAddress address) throws Exception {
        return keep(new ScriptedControlPlane(address, tls("control", "c"), pieces));
    }

    private FleetTls tls(String role, String name) throws Exception {
        var files = fleet.issue(role, name);
        return keep(
                new FleetTls(
                        new io.overt.service.identity.FleetFiles(
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors())));
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
