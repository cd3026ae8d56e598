package io.overt.it.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.control.ControlPlane;
import io.overt.control.cli.Overtctl;
import io.overt.control.publish.PolicySigningKey;
import io.overt.edge.policy.ActivePolicy;
import io.overt.edge.policy.PolicyFeed;
import io.overt.edge.policy.PolicyFeedConfig;
import io.overt.it.cluster.InProcessControlPlane;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.Parts;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Policy from an operator's file to the reference that a connection reads: overtctl, a whole
 * control plane with its database, and the feeds of edges, in one process, over real mutual TLS.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PolicyReachesEdgesTest {
    private static final String BLOCK =
            """
            policy: corporate
            rules:
              - name: default
                then: block
            """;
    private static final String SPLICE = BLOCK.replace("then: block", "then: splice");
    private static final String BROKEN =
            """
            policy: corporate
            rules:
              - name: staff
                when: {hots: "*.hospital.example"}
                then: bypass
              - name: default
                then: block
            """;

    @TempDir Path folder;
    private TestFleet fleet;
    private Parts controlParts;
    private ControlPlane control;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void startControlPlane() throws Exception {
        fleet = TestPki.fleet(Files.createDirectory(folder.resolve("fleet")), "hq");
        Files.createDirectory(folder.resolve("policy"));
        startControl(0);
    }

    @AfterEach
    void stopAll() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
        controlParts.close();
    }

    @Test
    void a_published_policy_is_in_force_at_every_connected_edge_and_at_one_that_comes_later()
            throws Exception {
        var one = edge("one");
        var two = edge("two");
        awaitConnected(2);

        assertThat(overtctl("apply", policy(BLOCK), "--wait", "60"))
                .isEqualTo("0 version 1 published\n");

        // --wait has returned: no more waiting here.
        assertThat(one.get()).map(ActivePolicy::version).hasValue(1L);
        assertThat(two.get()).map(ActivePolicy::version).hasValue(1L);
        var late = edge("late");
        await().atMost(60, TimeUnit.SECONDS).until(() -> version(late) == 1);

        assertThat(overtctl("apply", policy(SPLICE), "--wait", "60"))
                .isEqualTo("0 version 2 published\n");
        assertThat(List.of(version(one), version(two), version(late))).containsOnly(2L);
    }

    @Test
    void the_same_policy_again_uses_no_number() throws Exception {
        overtctl("apply", policy(BLOCK));

        assertThat(overtctl("apply", policy(BLOCK))).isEqualTo("0 version 1 unchanged\n");
        assertThat(overtctl("apply", policy(SPLICE))).isEqualTo("0 version 2 published\n");
        // Going back is a new version: numbers only rise.
        assertThat(overtctl("apply", policy(BLOCK))).isEqualTo("0 version 3 published\n");
    }

    @Test
    void a_broken_policy_is_told_with_every_problem_and_changes_nothing() throws Exception {
        var edge = edge("one");
        awaitConnected(1);
        overtctl("apply", policy(BLOCK), "--wait", "60");
        var document = policy(BROKEN);

        var answer = overtctl("apply", document);

        assertThat(answer)
                .startsWith("1 " + document + "/policy.yaml:4:")
                .contains("rule staff: ", "hots", document + "/policy.yaml:5:", "bypass")
                .endsWith("2 problems, nothing changed\n");
        assertThat(overtctl("check", document)).isEqualTo(answer);
        assertThat(overtctl("check", "--offline", document)).isEqualTo(answer);
        assertThat(version(edge)).isEqualTo(1);
        assertThat(overtctl("versions", "-o", "json"))
                .contains("\"version\":1,")
                .doesNotContain("\"version\":2,");
    }

    /**
     * An edge that pins another key refuses what this control plane signs: the operator sees where
     * and why.
     */
    @Test
    void a_refusal_is_shown_to_the_operator_with_its_reason() throws Exception {
        var stubborn = edge("stubborn", PolicySigningKey.publicHalf(otherKey()));
        edge("willing");
        awaitConnected(2);

        var answer = overtctl("apply", policy(BLOCK), "--wait", "60");

        assertThat(answer)
                .startsWith("4 version 1 published\nnot in force at:\n")
                .contains("/stubborn", "open");
        assertThat(stubborn.get()).isEmpty();
        assertThat(overtctl("edges"))
                .startsWith("0 EDGE")
                .contains(
                        "overt://hq/edge/stubborn refused version 1:", "which is not pinned here");
        assertThat(overtctl("edges", "-o", "json"))
                .contains(
                        "\"identity\":\"overt://hq/edge/stubborn\",\"connected\":true,\"active_version\":0,"
                                + "\"rejected_version\":1,\"problems\":[{",
                        "\"identity\":\"overt://hq/edge/willing\",\"connected\":true,\"active_version\":1,"
                                + "\"rejected_version\":0,\"problems\":[],");
    }

    @Test
    void a_control_plane_that_restarts_knows_its_versions_and_its_edges_and_they_come_back()
            throws Exception {
        var edge = edge("one");
        edge("stubborn", PolicySigningKey.publicHalf(otherKey()));
        awaitConnected(2);
        overtctl("apply", policy(BLOCK), "--wait", "60");
        var port = control.rpcAddress().getPort();

        controlParts.close();
        assertThat(version(edge)).isEqualTo(1);
        startControl(port);

        assertThat(overtctl("versions", "-o", "json"))
                .contains("\"version\":1,\"policy\":\"corporate\"");
        assertThat(overtctl("edges", "-o", "json"))
                .contains(
                        "\"active_version\":1,\"rejected_version\":0",
                        "\"rejected_version\":1,\"problems\":[{");
        awaitConnected(2);
        assertThat(overtctl("apply", policy(SPLICE), "--wait", "60"))
                .startsWith("4 version 2 published");
        assertThat(version(edge)).isEqualTo(2);
    }

    @Test
    void
            an_edge_that_restarts_without_control_plane_runs_what_it_ran_and_is_offered_only_what_is_new()
                    throws Exception {
        var edge = edge("one");
        awaitConnected(1);
        overtctl("apply", policy(BLOCK), "--wait", "60");
        edge.close();
        var port = control.rpcAddress().getPort();
        controlParts.close();

        var again = edge("one", InProcessControlPlane.pinned(folder), port);
        assertThat(version(again)).isEqualTo(1);
        startControl(port);
        awaitConnected(1);
        assertThat(metric("overt_control_edge_messages_total{kind=\"hello\"}"))
                .isGreaterThanOrEqualTo(1);
        // It said what it has, by digest: it was offered nothing and had nothing to answer.
        assertThat(metric("overt_control_edge_messages_total{kind=\"ack\"}")).isZero();

        overtctl("apply", policy(SPLICE), "--wait", "60");
        assertThat(version(again)).isEqualTo(2);
    }

    @Test
    void nobody_but_an_operator_publishes_and_nobody_but_an_edge_takes_the_stream()
            throws Exception {
        var edgeFiles = fleet.issue("edge", "mallory");
        var config = overtctlConfig(edgeFiles);

        assertThat(run(config, "apply", policy(BLOCK)))
                .isEqualTo(
                        "3 control plane: overt://hq/edge/mallory (expected: a caller of role operator)\n");
        assertThat(overtctl("versions")).doesNotContain("corporate");

        var operator = fleet.issue("operator", "eve");
        var feed =
                feed(
                        operator,
                        InProcessControlPlane.pinned(folder),
                        control.rpcAddress().getPort(),
                        "eve");
        overtctl("apply", policy(BLOCK));
        assertThat(overtctl("edges")).doesNotContain("eve");
        assertThat(feed.get()).isEmpty();
    }

    @Test
    void a_control_plane_that_is_away_is_told_in_one_line() throws Exception {
        controlParts.close();

        assertThat(overtctl("versions"))
                .startsWith("3 control plane: UNAVAILABLE: ")
                .hasLineCount(1);
    }

    @Test
    void lists_travel_with_the_document_that_names_them_and_nothing_else_does() throws Exception {
        var edge = edge("one");
        awaitConnected(1);
        Files.createDirectories(folder.resolve("policy/lists"));
        Files.writeString(folder.resolve("policy/lists/health.txt"), "hospital.example\n");
        Files.writeString(folder.resolve("policy/notes.txt"), "not part of it");

        var applied =
                overtctl(
                        "apply",
                        policy(
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
                                """),
                        "--wait",
                        "60");

        assertThat(applied).isEqualTo("0 version 1 published\n");
        assertThat(version(edge)).isEqualTo(1);
    }

    // ---- what the tests above are made of

    private void startControl(int port) throws Exception {
        controlParts = new Parts();
        control = InProcessControlPlane.start(folder, fleet, port, "", controlParts);
    }

    private PolicyFeed edge(String name) throws Exception {
        return edge(name, InProcessControlPlane.pinned(folder));
    }

    private PolicyFeed edge(String name, Path pinned) throws Exception {
        return edge(name, pinned, control.rpcAddress().getPort());
    }

    private PolicyFeed edge(String name, Path pinned, int port) throws Exception {
        return feed(fleet.issue("edge", name), pinned, port, name);
    }

    private PolicyFeed feed(PemFiles files, Path pinned, int port, String name) throws Exception {
        var tls =
                keep(
                        new FleetTls(
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors()));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return keep(
                PolicyFeed.start(
                        new PolicyFeedConfig(
                                address,
                                List.of(pinned),
                                1 << 20,
                                new PolicyFeedConfig.Terms(
                                        Optional.empty(),
                                        List.of(),
                                        Duration.ofSeconds(5),
                                        Duration.ofMillis(300))),
                        tls,
                        folder.resolve("edge-" + name),
                        new SimpleMeterRegistry(),
                        _ -> {}));
    }

    private Path otherKey() throws IOException {
        var file = folder.resolve("other.key");
        PolicySigningKey.create(file);
        return file;
    }

    private static long version(PolicyFeed feed) {
        return feed.get().map(ActivePolicy::version).orElse(0L);
    }

    private void awaitConnected(int edges) {
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> metric("overt_control_edges_connected") == edges);
    }

    private double metric(String name) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + control.adminAddress().getPort() + "/metrics");
        try (var client = HttpClient.newHttpClient()) {
            var metrics =
                    client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                            .body();
            return metrics.lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + name + " in\n" + metrics));
        }
    }

    private String policy(String document) throws IOException {
        Files.writeString(folder.resolve("policy/policy.yaml"), document);
        return folder.resolve("policy").toString();
    }

    /** Exit code, a space, and what was printed. */
    private String overtctl(String... args) throws Exception {
        return run(overtctlConfig(fleet.issue("operator", "alice")), args);
    }

    private static String run(Path config, String... args) {
        var printed = new StringWriter();
        var writer = new PrintWriter(printed, true);
        int exit = Overtctl.run(Map.of("OVERTCTL_CONFIG", config.toString()), writer, writer, args);
        return exit + " " + printed;
    }

    private Path overtctlConfig(PemFiles files) throws IOException {
        return Files.writeString(
                folder.resolve("overtctl.yaml"),
                """
                control: 127.0.0.1:%d
                identity:
                  certificate: %s
                  key: %s
                  trust-anchors: %s
                """
                        .formatted(
                                control.rpcAddress().getPort(),
                                files.certificateChain(),
                                files.privateKey(),
                                files.trustAnchors()),
                UTF_8);
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
