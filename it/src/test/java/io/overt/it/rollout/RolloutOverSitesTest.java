package io.overt.it.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.overt.it.cluster.Child;
import io.overt.it.cluster.Closing;
import io.overt.it.cluster.ClusterPlan;
import io.overt.it.cluster.ClusterPlan.CaKeys;
import io.overt.it.cluster.ClusterPlan.Gateway;
import io.overt.it.cluster.Command;
import io.overt.it.cluster.EdgeRoom;
import io.overt.it.cluster.FurtherSettings;
import io.overt.it.cluster.Launcher;
import io.overt.it.cluster.ProcessCluster;
import io.overt.testkit.pki.PemFiles;
import io.overt.testkit.pki.TestPki;
import io.overt.testkit.pki.TwoApprovers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three sites of three edges, a signer and a control plane, twelve processes; people use overtctl
 * and ssh-keygen, and curl goes through the edges. {@code ./overt rehearse} runs it: so many JVMs
 * are none of every build's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "overt.rehearse", matches = "true")
class RolloutOverSitesTest {
    private static final List<String> SITES = List.of("north", "south", "west");

    private static final String GOOD =
            """
            policy: rehearsal
            rules:
              - name: odd
                when: { host: odd.example }
                then: splice
                because: "It speaks one group that inspection does not."
              - name: all
                then: inspect
                on:
                  untrusted: block
                  client-cert: splice
                  unreachable: block
                  handshake-failed: block
                  signer-away: splice
                  overload: splice
            """;

    /** What somebody might write who does not know why the first rule is there. */
    private static final String BAD =
            GOOD.replaceFirst("(?s)  - name: odd.*?(?=  - name: all)", "");

    @TempDir Path directory;
    private final Closing open = Closing.atTheLatestOnSignal();
    private TwoApprovers people;
    private ProcessCluster cluster;
    private Path policy;
    private Path anchors;
    private int odd;

    @BeforeAll
    void start() throws Exception {
        people = new TwoApprovers(directory);
        TestPki internet = TestPki.create();
        anchors = internet.writeAnchor(directory.resolve("internet.pem"));
        odd = origin(internet);
        policy = Files.createDirectories(directory.resolve("policy"));
        write(GOOD);
        List<String> edges = new ArrayList<>();
        for (String site : SITES) {
            for (String edge : List.of("edge-a", "edge-b", "edge-c")) {
                edges.add(site + "/" + edge);
            }
        }
        cluster =
                open.opened(
                        ProcessCluster.start(
                                new ClusterPlan(
                                        directory.resolve("cluster"),
                                        Launcher.ofBuildTree()
                                                .with("OVERT_JAVA_OPTS", "-XX:TieredStopAtLevel=1"),
                                        CaKeys.Fresh.SOFTHSM,
                                        "Example Corp",
                                        anchors,
                                        policy,
                                        edges,
                                        1,
                                        Gateway.NONE,
                                        EdgeRoom.DEFAULT,
                                        new FurtherSettings(
                                                """
                                                rollout:
                                                  approvers: %s
                                                  wait-after-start: 1s
                                                  plan:
                                                    waves:
                                                      - { name: canary, sites: [north], percent: 40, bake: 2s }
                                                      - { name: north, sites: [north], bake: 4s }
                                                      - { name: everywhere, bake: 1s }
                                                    gates:
                                                      handshake-failures: { at-most: 10%%, connections: 5, action: roll-back }
                                                      nacks: { at-most: 0, action: roll-back }
                                                """
                                                        .formatted(people.file()),
                                                "  approvers: " + people.file() + "\n",
                                                Optional.of(people))),
                                System.out::println));
    }

    @AfterAll
    void stop() throws Exception {
        open.close();
    }

    @Test
    @Order(1)
    void the_first_policy_is_in_force_at_all_nine() throws Exception {
        assertThat(versions()).hasSize(9).allMatch(each -> each == 1);
        assertThat(curl("north/edge-a", "odd.example")).isZero();
    }

    @Test
    @Order(2)
    void a_policy_is_written_tried_approved_by_two_and_rolled_out() throws Exception {
        write(GOOD.replace("then: inspect\n", "then: inpsect\n"));
        Command.Result lint = cluster.attemptOvertctl("check", policy.toString());
        assertThat(lint.status()).isEqualTo(1);
        assertThat(lint.output() + lint.errors()).contains("policy.yaml:8", "inpsect");

        write(GOOD.replace("policy: rehearsal", "policy: rehearsal # reviewed"));
        assertThat(cluster.attemptOvertctl("check", policy.toString()).status()).isZero();
        cluster.overtctl("apply", policy.toString());
        assertThat(rollout()).contains("awaiting-approval");
        cluster.approve(2, "alice", people);
        assertThat(rollout()).as("one person is not enough").contains("awaiting-approval");
        assertThat(versions()).allMatch(each -> each == 1);
        cluster.approve(2, "bob", people);

        Command.Result watched = cluster.attemptOvertctl("rollout", "watch");

        assertThat(watched.status()).as(watched.output()).isZero();
        assertThat(versions()).hasSize(9).allMatch(each -> each == 2);
    }

    @Test
    @Order(3)
    void a_bad_one_rolls_itself_back_before_it_reaches_the_other_sites() throws Exception {
        write(BAD);
        cluster.overtctl("apply", policy.toString());
        cluster.approve(3, "alice", people);
        cluster.approve(3, "bob", people);

        AtomicBoolean going = new AtomicBoolean(true);
        Thread visitors =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (going.get()) {
                                        for (String edge : List.of("edge-a", "edge-b", "edge-c")) {
                                            curlQuietly("north/" + edge);
                                        }
                                    }
                                });
        Command.Result watched;
        try {
            watched = cluster.attemptOvertctl("rollout", "watch");
        } finally {
            going.set(false);
            visitors.join();
        }

        assertThat(watched.status()).as(watched.output()).isEqualTo(4);
        assertThat(rollout()).contains("rolled-back", "handshake");
        // The content of version 2 came back as version 4 to those that had the bad one.
        assertThat(versions("north")).contains(4L).doesNotContain(3L);
        assertThat(versions("south")).allMatch(each -> each == 2 || each == 4);
        assertThat(versions("west")).allMatch(each -> each == 2 || each == 4);
        assertThat(curl("north/edge-a", "odd.example")).isZero();
    }

    @Test
    @Order(4)
    void in_an_emergency_a_site_splices_within_seconds_and_the_others_do_not() throws Exception {
        cluster.overtctl(
                "emergency", "splice", "south", "--for", "10m", "--reason", "a test of the order");

        long asked = System.nanoTime();
        while (!cluster.overtctl("emergency", "list").contains("obeyed")
                && System.nanoTime() - asked < TimeUnit.SECONDS.toNanos(20)) {
            TimeUnit.MILLISECONDS.sleep(200);
        }

        assertThat(cluster.sum("south/edge-a", "overt_edge_emergency_in_force")).isEqualTo(1);
        assertThat(cluster.sum("west/edge-a", "overt_edge_emergency_in_force")).isZero();
        cluster.overtctl("emergency", "lift", "south", "--reason", "it was a test");
    }

    /** An origin that speaks P-521 alone: curl can, and an edge that inspects cannot. */
    private int origin(TestPki internet) throws Exception {
        PemFiles files = internet.leaf("odd.example").write(directory, "odd", internet.anchor());
        int port;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        Child server =
                open.opened(
                        Child.start(
                                "origin",
                                List.of(
                                        "openssl",
                                        "s_server",
                                        "-accept",
                                        "127.0.0.1:" + port,
                                        "-cert",
                                        files.certificateChain().toString(),
                                        "-key",
                                        files.privateKey().toString(),
                                        "-groups",
                                        "P-521",
                                        "-tls1_3",
                                        "-www"),
                                Map.of(),
                                directory.resolve("origin.log")));
        server.await("listening", Duration.ofSeconds(20), () -> listens(port));
        return port;
    }

    private static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false; // not yet
        }
    }

    private int curl(String edge, String host) throws IOException, InterruptedException {
        Process curl =
                new ProcessBuilder(
                                "curl",
                                "-sS",
                                "-o",
                                "/dev/null",
                                "--max-time",
                                "10",
                                "--cacert",
                                anchors.toString(),
                                "--proxy",
                                "http://127.0.0.1:" + cluster.edge(edge).connectPort(),
                                "--connect-to",
                                host + ":443:127.0.0.1:" + odd,
                                "https://" + host + "/")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("curl.log").toFile())
                        .start();
        return curl.waitFor();
    }

    /** With the bad policy it fails, and that is what the gate is to see. */
    private void curlQuietly(String edge) {
        try {
            var _ = curl(edge, "odd.example");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(String content) throws IOException {
        Files.writeString(policy.resolve("policy.yaml"), content);
    }

    private String rollout() throws IOException, InterruptedException {
        return cluster.overtctl("rollout", "show");
    }

    private List<Long> versions() throws IOException, InterruptedException {
        List<Long> all = new ArrayList<>();
        for (String site : SITES) {
            all.addAll(versions(site));
        }
        return all;
    }

    private List<Long> versions(String site) throws IOException, InterruptedException {
        return Pattern.compile(
                        "overt://" + site + "/edge/edge-[abc]\"[^}]*?\"active_version\": ?(\\d+)")
                .matcher(cluster.overtctl("edges", "-o", "json"))
                .results()
                .map(each -> Long.parseLong(each.group(1)))
                .toList();
    }
}
