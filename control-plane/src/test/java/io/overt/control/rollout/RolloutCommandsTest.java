package io.overt.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.overt.control.TestControlConfig;
import io.overt.control.TestControlPlane;
import io.overt.control.cli.Overtctl;
import io.overt.control.lists.ListPlace;
import io.overt.control.store.TestStores;
import io.overt.proto.policy.v1.BundleManifest;
import io.overt.proto.policy.v1.EmergencyAction;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TwoApprovers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators and approvers do, by {@code overtctl} alone, with edges that answer. */
@SuppressWarnings("NullAway.Init") // each test starts what it needs
@ParameterizedClass
@EnumSource(TestStores.class)
class RolloutCommandsTest {
    private static final String WAVES =
            """
            rollout:
              plan:
                waves:
                  - {name: canary, labels: [canary], bake: 100ms}
                  - {name: everyone}
                gates:
                  handshake-failures: {at-most: 5%, connections: 100, action: roll-back}
                  nacks: {at-most: 0}
            """;

    @TempDir Path folder;

    private final TestStores kind;
    private final List<RolloutEdge> edges = new ArrayList<>();
    private final StringWriter errors = new StringWriter();
    private TestControlConfig config;
    private TestFleet pki;
    private TestControlPlane plane;

    RolloutCommandsTest(TestStores kind) {
        this.kind = kind;
    }

    @BeforeEach
    void prepare() throws Exception {
        config = new TestControlConfig(folder, kind);
        pki = config.fleet();
    }

    @AfterEach
    void stop() {
        edges.forEach(RolloutEdge::close);
        plane.close();
    }

    @Test
    void a_version_waits_for_two_people_and_then_goes_from_wave_to_wave() throws Exception {
        var people = new TwoApprovers(folder);
        start(WAVES.replace("rollout:", "rollout:\n  approvals: 2\n  approvers: approvers.yaml"));
        var canary = edge("canary-1", RolloutEdge.Nature.good("canary"));
        var other = edge("other-1", RolloutEdge.Nature.good());

        assertThat(overtctl("apply", policy("one")))
                .isEqualTo(
                        "0 version 1 published, rollout 1 awaiting-approval (0 of 2 approvals)\n");
        assertThat(canary.offered()).isEmpty();

        var statement = folder.resolve("v1");
        assertThat(overtctl("statement", "1", "--out", statement.toString())).isEqualTo("0 ");
        assertThat(Files.readString(statement))
                .startsWith("overt policy approval v1\npolicy: one\n");
        people.approve(statement, "alice");
        people.approve(statement, "bob");
        assertThat(overtctl("approve", "1", "--signature", statement + ".alice.sig"))
                .startsWith("0 version 1: 1 of 2 approvals\n");
        // The same person twice is one person.
        assertThat(overtctl("approve", "1", "--signature", statement + ".alice.sig"))
                .startsWith("0 version 1: 1 of 2 approvals\n");
        assertThat(overtctl("rollout", "show")).contains("awaiting-approval, 1 of 2");
        assertThat(overtctl("approve", "1", "--signature", statement + ".bob.sig"))
                .startsWith("0 version 1: 2 of 2 approvals\n");

        assertThat(overtctl("rollout", "watch"))
                .startsWith("0 rollout 1: version 1: ")
                .contains("rollout 1: version 1: complete");
        await().until(() -> canary.version() == 1 && other.version() == 1);
        assertThat(overtctl("rollout", "show"))
                .contains("awaiting-approval")
                .contains("wave canary")
                .contains("2 of 2 approvals");
        assertThat(overtctl("status"))
                .contains("version in force: 1")
                .contains("2 edges: 2 connected");
    }

    @Test
    void a_list_that_changes_waits_for_the_version_that_is_on_its_way_and_takes_its_approvals()
            throws Exception {
        var people = new TwoApprovers(folder);
        try (var place = ListPlace.https(pki.pki().leaf("localhost"))) {
            place.serve("/bad.txt", "one.example\n");
            start(
                    """
                    rollout: {approvals: 2, approvers: approvers.yaml}
                    lists: {trust-anchors: [%s], private-networks: [127.0.0.0/8, "::1"]}
                    """
                            .formatted(pki.pki().writeAnchor(folder.resolve("web.pem"))));
            var edge = edge("edge-1", RolloutEdge.Nature.good());
            overtctl("apply", policyWithList("one", place));
            approve(people, 1);
            await().until(() -> edge.version() == 1);

            // A version waits for approval; meanwhile the list changes.
            overtctl("apply", policyWithList("two", place));
            place.serve("/bad.txt", "one.example\ntwo.example\n");
            assertThat(overtctl("lists", "refresh", "bad"))
                    .startsWith("0 ")
                    .contains("published when the rollout that is on its way is over");
            assertThat(overtctl("versions")).contains("\n2 ").doesNotContain("\n3 ");
            assertThat(overtctl("rollout", "show")).contains("version 2 over 1: awaiting-approval");

            approve(people, 2);

            // Then by itself, and nobody has to approve it again: a list is no part of what was.
            await().until(() -> edge.version() == 3);
            assertThat(edge.offered())
                    .extracting(BundleManifest::getVersion)
                    .containsExactly(1L, 2L, 3L);
            assertThat(edge.offered().getLast().getPolicy()).isEqualTo("two");
            assertThat(edge.offered().getLast().getLists(0).getNames()).isEqualTo(2);
            assertThat(overtctl("versions")).contains("list refresh");

            // With nothing on its way it is at once.
            place.serve("/bad.txt", "three.example\n");
            assertThat(overtctl("lists", "refresh", "bad")).contains("version 4");
            await().until(() -> edge.version() == 4);
        }
    }

    private void approve(TwoApprovers people, long version) throws Exception {
        var statement = folder.resolve("v" + version);
        overtctl("statement", Long.toString(version), "--out", statement.toString());
        for (var person : TwoApprovers.NAMES) {
            people.approve(statement, person);
            overtctl(
                    "approve",
                    Long.toString(version),
                    "--signature",
                    statement + "." + person + ".sig");
        }
    }

    private String policyWithList(String name, ListPlace place) throws Exception {
        var document = policy(name);
        Files.writeString(
                Path.of(document),
                """
                policy: %s
                rules:
                  - {name: bad, when: {list: bad}, then: block}
                  - {name: rest, then: splice}
                lists:
                  bad: {url: "%s", every: 1h}
                """
                        .formatted(name, place.url("/bad.txt")));
        return document;
    }

    @Test
    void what_is_signed_by_nobody_known_or_by_who_published_it_does_not_count() throws Exception {
        var people = new TwoApprovers(folder);
        start(
                """
                rollout: {approvals: 2, approvers: approvers.yaml}
                """);
        var mine = overtctlAs("alice", "apply", policy("one"));
        assertThat(mine).startsWith("0 version 1 published, rollout 1 awaiting-approval");
        var statement = folder.resolve("v1");
        overtctl("statement", "1", "--out", statement.toString());
        people.approve(statement, "alice");

        assertThat(overtctl("approve", "1", "--signature", statement + ".alice.sig"))
                .isEqualTo("3 ");
        assertThat(errors.toString()).contains("by alice, who published it");

        Files.writeString(folder.resolve("none.sig"), "nonsense");
        assertThat(overtctl("approve", "1", "--signature", folder.resolve("none.sig").toString()))
                .isEqualTo("3 ");
        assertThat(errors.toString()).contains("neither an OpenSSH signature nor");
        assertThat(overtctl("approve", "1")).startsWith("0 version 1: 0 of 2 approvals");
    }

    @Test
    void a_bad_version_is_rolled_back_by_the_gate_before_it_leaves_the_canary() throws Exception {
        start(WAVES);
        var bad =
                new RolloutEdge.Nature(
                        List.of("canary"),
                        bundle -> RolloutEdge.manifest(bundle).getPolicy().equals("bad"),
                        _ -> false,
                        _ -> {});
        var canary = edge("canary-1", bad);
        var other = edge("other-1", RolloutEdge.Nature.good());
        overtctl("apply", policy("good"));
        await().until(() -> canary.version() == 1 && other.version() == 1);
        await().until(() -> overtctl("rollout", "show").contains("complete"));

        assertThat(overtctl("apply", policy("bad"))).startsWith("0 version 2 published, rollout 2");
        assertThat(overtctl("rollout", "watch", "2")).startsWith("4 ").contains("rolled-back");

        await().until(() -> canary.version() == 3 && other.version() == 3);
        assertThat(canary.document()).contains("policy: good");
        assertThat(other.offered()).noneMatch(manifest -> manifest.getPolicy().equals("bad"));
        assertThat(overtctl("rollout", "show", "2"))
                .contains("handshake-failures: 50.00 % of 1000 connections (at most 5.00 %)");
        // The way back is in force: the same files again change nothing.
        assertThat(overtctl("apply", policy("good"))).startsWith("0 version 3 unchanged");
    }

    @Test
    void a_refusal_pauses_and_a_person_decides() throws Exception {
        start(WAVES);
        var refusing =
                new RolloutEdge.Nature(
                        List.of("canary"),
                        _ -> false,
                        bundle -> RolloutEdge.manifest(bundle).getPolicy().equals("odd"),
                        _ -> {});
        var canary = edge("canary-1", refusing);
        var other = edge("other-1", RolloutEdge.Nature.good());
        overtctl("apply", policy("good"));
        await().until(() -> canary.version() == 1 && other.version() == 1);
        await().until(() -> overtctl("rollout", "show").contains("complete"));

        overtctl("apply", policy("odd"));
        await().until(() -> overtctl("rollout", "show").contains("2: version 2 over 1: paused"));
        assertThat(overtctl("rollout", "show")).contains("nacks: 1 edges (at most 0)");
        assertThat(overtctl("rollout", "pause")).isEqualTo("3 ");
        assertThat(errors.toString()).contains("rollout 2 is paused");

        assertThat(overtctl("rollout", "abort", "--reason", "not today"))
                .startsWith("4 rollout 2: version 2 over 1: aborted (not today)\n");
        assertThat(other.offered()).hasSize(1);
        assertThat(overtctl("rollout", "list"))
                .contains("aborted")
                .contains("complete")
                .contains("overt://hq/operator/ann");
        assertThat(overtctl("rollout", "show", "7")).isEqualTo("3 ");
        assertThat(errors.toString()).contains("there is no rollout 7");
    }

    @Test
    void an_act_on_what_was_seen_is_not_done_to_what_came_of_it() throws Exception {
        start("");
        overtctl("apply", policy("one"));
        overtctl("rollout", "pause", "1");
        var seen = revision();
        assertThat(overtctl("rollout", "show")).contains("\n" + seen + "  ");
        overtctl("rollout", "resume", "1", "--if-revision", Long.toString(seen));
        overtctl("rollout", "pause", "1");

        assertThat(overtctl("rollout", "abort", "1", "--if-revision", Long.toString(seen)))
                .isEqualTo("3 ");
        assertThat(errors.toString())
                .contains("rollout 1 is at revision %d: ".formatted(revision()))
                .contains("(expected: %d, which this is based on)".formatted(seen));
        assertThat(overtctl("rollout", "show")).contains("rollout 1: version 1: paused");
        assertThat(overtctl("rollout", "abort", "--if-revision", Long.toString(revision())))
                .isEqualTo("2 ");
        assertThat(errors.toString()).contains("--if-revision without ROLLOUT");

        assertThat(overtctl("rollout", "abort", "1", "--if-revision", Long.toString(revision())))
                .startsWith("4 rollout 1: version 1: aborted");
    }

    private long revision() {
        var found =
                Pattern.compile("\"revision\": ?(\\d+)")
                        .matcher(overtctl("rollout", "show", "1", "-o", "json"));
        assertThat(found.find()).isTrue();
        return Long.parseLong(found.group(1));
    }

    @Test
    void an_earlier_version_goes_out_again_under_a_new_number_and_back() throws Exception {
        start("");
        var edge = edge("edge-1", RolloutEdge.Nature.good());
        overtctl("apply", policy("one"), "--wait", "20");
        overtctl("apply", policy("two"), "--wait", "20");
        await().until(
                        () ->
                                overtctl("rollout", "show")
                                        .contains("rollout 2: version 2 over 1: complete"));

        assertThat(overtctl("rollout", "start", "1", "--reason", "two was worse"))
                .startsWith("0 rollout 3: version 3 over 2: ");
        await().until(() -> edge.version() == 3);
        assertThat(edge.document()).contains("policy: one");

        await().until(() -> overtctl("rollout", "show").contains("complete"));
        assertThat(overtctl("rollout", "rollback")).startsWith("0 rollout 3: ");
        await().until(() -> edge.version() == 4);
        assertThat(edge.document()).contains("policy: two");
        assertThat(overtctl("rollout", "start", "99")).isEqualTo("3 ");
        assertThat(errors.toString()).contains("there is no version 99");
    }

    @Test
    void an_emergency_reaches_edges_at_once_and_those_that_come_back_and_is_lifted()
            throws Exception {
        start("");
        var edge = edge("edge-1", RolloutEdge.Nature.good());
        await().until(() -> overtctl("sites").contains("edge-1"));

        assertThat(overtctl("emergency", "splice", "hq", "--for", "25h", "--reason", "x"))
                .isEqualTo("3 ");
        assertThat(overtctl("emergency", "splice", "nowhere", "--for", "1h", "--reason", "x"))
                .isEqualTo("3 ");
        assertThat(errors.toString())
                .contains("at most 24 hours")
                .contains("there is no edge at site");
        assertThat(
                        overtctl(
                                "emergency",
                                "splice",
                                "hq",
                                "--for",
                                "2h",
                                "--reason",
                                "tills are down"))
                .startsWith("0 NUMBER")
                .contains("tills are down");
        await().until(() -> edge.orders().size() == 1);
        assertThat(edge.orders().getFirst().getAction())
                .isEqualTo(EmergencyAction.EMERGENCY_ACTION_SPLICE);
        await().until(
                        () ->
                                overtctl("emergency", "list")
                                        .contains("overt://hq/edge/edge-1: obeyed"));
        assertThat(overtctl("status")).contains("EMERGENCY at site hq until ");

        var late = edge("edge-2", RolloutEdge.Nature.good());
        await().until(() -> late.orders().size() == 1);

        overtctl("emergency", "lift", "hq", "--reason", "mended");
        await().until(() -> edge.orders().size() == 2 && late.orders().size() == 2);
        assertThat(edge.orders().getLast().getNumber()).isEqualTo(2);
        assertThat(overtctl("emergency", "lift", "hq", "--reason", "again")).isEqualTo("3 ");
        assertThat(errors.toString()).contains("no emergency is in force at site hq");
    }

    @Test
    void what_differs_between_published_versions_and_a_folder_is_told_by_rules_and_lines()
            throws Exception {
        start("");
        overtctl("apply", policy("one"));

        assertThat(overtctl("diff", "@1", "@newest")).isEqualTo("0 no difference\n");
        var next = Files.createDirectories(folder.resolve("next")).resolve("policy.yaml");
        Files.writeString(
                next,
                """
                policy: one
                rules:
                  - {name: bank, when: {host: "*.bank.example"}, then: splice}
                  - {name: rest, then: inspect}
                """);
        assertThat(overtctl("diff", "@1", next.toString(), "--exit-code"))
                .startsWith("8 RULE")
                .contains("bank  added    first")
                .contains("rest  changed  then")
                .contains("+  - {name: bank");
    }

    @Test
    void a_start_later_and_a_plan_of_ones_own() throws Exception {
        start("");
        var edge = edge("edge-1", RolloutEdge.Nature.good());
        overtctl("apply", policy("one"), "--wait", "20");
        var plan = folder.resolve("plan.yaml");
        Files.writeString(plan, "start: 2099-01-01T00:00:00Z\nwaves: [{name: all}]\n");
        overtctl("apply", policy("two"));
        await().until(
                        () ->
                                overtctl("rollout", "show")
                                        .contains("rollout 2: version 2 over 1: complete"));

        assertThat(overtctl("rollout", "start", "1", "--plan", plan.toString()))
                .contains("scheduled");
        assertThat(edge.version()).isEqualTo(2);

        Files.writeString(plan, "waves: [{name: some, percent: 10}]\n");
        assertThat(overtctl("rollout", "start", "1", "--plan", plan.toString())).isEqualTo("2 ");
        assertThat(errors.toString())
                .contains("plan.yaml:1: waves: wave some: does not take every edge");
    }

    @Test
    void a_restart_goes_on_where_it_was() throws Exception {
        start(WAVES.replace("bake: 100ms", "bake: 1h"));
        overtctl("apply", policy("one"));
        edges.clear();
        var before = overtctl("rollout", "show");

        plane.restart();
        assertThat(overtctl("rollout", "show")).isEqualTo(before);
        var watching = CompletableFuture.supplyAsync(() -> overtctl("rollout", "watch"));
        var canary = edge("canary-1", RolloutEdge.Nature.good("canary"));
        await().until(() -> canary.version() == 1);
        await().until(() -> overtctl("rollout", "show").contains("baking"));
        overtctl("rollout", "abort");
        assertThat(watching.get()).contains("baking").contains("aborted");
    }

    private void start(String sections) throws Exception {
        plane = new TestControlPlane(config.with(sections));
    }

    private RolloutEdge edge(String name, RolloutEdge.Nature nature) throws Exception {
        var edge = new RolloutEdge(plane.running().rpcAddress(), pki.issue("edge", name), nature);
        edges.add(edge);
        return edge;
    }

    private String policy(String name) throws Exception {
        var document = Files.createDirectories(folder.resolve(name)).resolve("policy.yaml");
        Files.writeString(
                document,
                """
                policy: %s
                rules:
                  - {name: rest, then: splice}
                """
                        .formatted(name));
        return document.toString();
    }

    private String overtctl(String... words) {
        return overtctlAs("ann", words);
    }

    private String overtctlAs(String operator, String... words) {
        try {
            var out = new StringWriter();
            var all =
                    new ArrayList<>(
                            List.of(
                                    "--config",
                                    plane.overtctlConfig("operator", operator).toString()));
            all.addAll(List.of(words));
            int code =
                    Overtctl.run(
                            Map.of(),
                            new PrintWriter(out, true),
                            new PrintWriter(errors, true),
                            all.toArray(String[]::new));
            return code + " " + out;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static {
        org.awaitility.Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }
}
