package io.overt.edge.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.proto.control.v1.ControlMessage;
import io.overt.proto.control.v1.EdgeMessage;
import io.overt.proto.control.v1.Problem;
import io.overt.service.identity.FleetTls;
import io.overt.service.process.StartException;
import io.overt.testkit.pki.TestFleet;
import io.overt.testkit.pki.TestPki;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The feed against a control plane that says anything, over real mutual TLS. */
class PolicyFeedTest {
    private static final long MAX_BYTES = 1 << 20;
    @TempDir Path folder;
    private final TestBundles ours = new TestBundles();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Long> activated = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private PolicyFeedConfig.Terms terms =
            new PolicyFeedConfig.Terms(
                    Optional.empty(), List.of(), Duration.ofSeconds(5), Duration.ofMillis(300));
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
    void a_good_version_comes_into_force_is_acknowledged_and_kept() throws Exception {
        var feed = feed();
        assertThat(control.hear().getHello())
                .satisfies(
                        hello -> {
                            assertThat(hello.getActiveVersion()).isZero();
                            assertThat(hello.getActiveManifestSha256()).isEmpty();
                            assertThat(hello.getLanguage()).isEqualTo(2);
                            assertThat(hello.getBuild()).isNotEmpty();
                        });

        var answer = control.offer(ours.withList(7));

        assertThat(answer.getAck().getActiveVersion()).isEqualTo(7);
        assertThat(feed.get())
                .hasValueSatisfying(active -> assertThat(active.version()).isEqualTo(7));
        assertThat(activated).containsExactly(7L);
        assertThat(state.resolve("last-good.bundle"))
                .hasBinaryContent(ours.withList(7).toByteArray());
        assertThat(count("overt.edge.policy.offers", "answer", "taken")).isEqualTo(1);
        assertThat(meters.get("overt.edge.policy.version").gauge().value()).isEqualTo(7);
        assertThat(meters.get("overt.edge.policy.connected").gauge().value()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void a_foreign_bundle_is_refused_with_its_problem_and_changes_nothing(ForeignBundles foreign)
            throws Exception {
        var feed = feed();
        control.hear();
        control.offer(ours.bundle(7, TestBundles.BLOCK_ALL));
        var before = feed.get();

        var answer = control.offer(foreign.by(ours));

        assertThat(answer.getKindCase()).isEqualTo(EdgeMessage.KindCase.NACK);
        assertThat(text(answer.getNack().getProblems(0))).contains(foreign.problem);
        assertThat(answer.getNack().getActiveVersion()).isEqualTo(7);
        assertThat(answer.getNack().getRejectedVersion())
                .isEqualTo(foreign.believed() ? version(foreign) : 0);
        assertThat(feed.get()).isEqualTo(before);
        assertThat(activated).containsExactly(7L);
        assertThat(state.resolve("last-good.bundle"))
                .hasBinaryContent(ours.bundle(7, TestBundles.BLOCK_ALL).toByteArray());
        assertThat(count("overt.edge.policy.offers", "answer", "refused")).isEqualTo(1);

        // And the edge still listens: the next good version is taken on the same stream.
        assertThat(
                        control.offer(ours.bundle(9, TestBundles.SPLICE_ALL))
                                .getAck()
                                .getActiveVersion())
                .isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource
    void a_foreign_bundle_is_refused_by_an_edge_that_has_none(ForeignBundles foreign)
            throws Exception {
        if (foreign == ForeignBundles.OLDER
                || foreign == ForeignBundles.SAME_NUMBER_OTHER_CONTENT) {
            return; // Good bundles, where nothing is in force.
        }
        var feed = feed();
        control.hear();

        assertThat(control.offer(foreign.by(ours)).getKindCase())
                .isEqualTo(EdgeMessage.KindCase.NACK);
        assertThat(feed.get()).isEmpty();
        assertThat(activated).isEmpty();
        assertThat(state.resolve("last-good.bundle")).doesNotExist();
    }

    @Test
    void every_problem_of_a_broken_policy_is_told() throws Exception {
        feed();
        control.hear();

        var answer =
                control.offer(
                        ours.bundle(
                                1,
                                """
                                policy: corporate
                                rules:
                                  - name: a
                                    when: {hots: x.example}
                                    then: bypass
                                  - name: default
                                    then: block
                                """));

        assertThat(answer.getNack().getProblemsList()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(answer.getNack().getProblemsList()).map(Problem::getLine).contains(4, 5);
        assertThat(answer.getNack().getProblemsList()).map(Problem::getRule).contains("a");
    }

    @Test
    void what_is_in_force_already_is_acknowledged_and_not_compiled_again() throws Exception {
        feed();
        control.hear();
        control.offer(ours.withList(7));

        assertThat(control.offer(ours.withList(7)).getAck().getActiveVersion()).isEqualTo(7);
        assertThat(activated).containsExactly(7L);
        assertThat(count("overt.edge.policy.offers", "answer", "already")).isEqualTo(1);
    }

    @Test
    void a_second_pinned_key_is_as_good_as_the_first() throws Exception {
        var next = new TestBundles();
        var feed = feed(key, next.writePublicKey(folder.resolve("next.pub")));
        control.hear();

        control.offer(ours.bundle(1, TestBundles.BLOCK_ALL));
        assertThat(control.offer(next.bundle(2, TestBundles.BLOCK_ALL)).getAck().getActiveVersion())
                .isEqualTo(2);
        assertThat(feed.get()).isPresent();
    }

    @Test
    void an_edge_that_restarts_without_control_plane_runs_what_it_ran() throws Exception {
        var feed = feed();
        control.hear();
        control.offer(ours.withList(7));
        feed.close();
        control.close();

        var again = feed();

        assertThat(again.get())
                .hasValueSatisfying(active -> assertThat(active.version()).isEqualTo(7));
        assertThat(activated).containsExactly(7L, 7L);
        assertThat(count("overt.edge.policy.last.good", "event", "loaded")).isEqualTo(1);
    }

    @Test
    void an_edge_that_restarts_still_refuses_what_is_older_and_says_what_it_has() throws Exception {
        var feed = feed();
        control.hear();
        control.offer(ours.withList(7));
        feed.close();

        feed();

        assertThat(control.hear().getHello())
                .satisfies(
                        hello -> {
                            assertThat(hello.getActiveVersion()).isEqualTo(7);
                            assertThat(hello.getActiveManifestSha256()).hasSize(32);
                        });
        assertThat(control.offer(ours.bundle(6, TestBundles.SPLICE_ALL)).hasNack()).isTrue();
    }

    @Test
    void what_was_altered_on_disk_is_not_run() throws Exception {
        var feed = feed();
        control.hear();
        control.offer(ours.withList(7));
        feed.close();
        Files.write(
                state.resolve("last-good.bundle"),
                ForeignBundles.FILE_ALTERED.by(ours).toByteArray());

        var again = feed();

        assertThat(again.get()).isEmpty();
        assertThat(count("overt.edge.policy.last.good", "event", "unusable")).isEqualTo(1);
        // The control plane heals it.
        control.hear();
        assertThat(control.offer(ours.withList(7)).getAck().getActiveVersion()).isEqualTo(7);
        assertThat(state.resolve("last-good.bundle"))
                .hasBinaryContent(ours.withList(7).toByteArray());
    }

    @Test
    void a_half_file_on_disk_is_not_run() throws Exception {
        Files.createDirectories(state);
        var whole = ours.withList(7).toByteString();
        Files.write(
                state.resolve("last-good.bundle"),
                whole.substring(0, whole.size() - 10).toByteArray());

        assertThat(feed().get()).isEmpty();
        assertThat(count("overt.edge.policy.last.good", "event", "unusable")).isEqualTo(1);
    }

    @Test
    void a_key_that_is_no_longer_pinned_does_not_start_what_it_signed_earlier() throws Exception {
        var feed = feed();
        control.hear();
        control.offer(ours.withList(7));
        feed.close();

        assertThat(feed(new TestBundles().writePublicKey(folder.resolve("other.pub"))).get())
                .isEmpty();
    }

    @Test
    void a_version_that_cannot_be_kept_is_in_force_all_the_same_and_counted() throws Exception {
        var feed = feed();
        control.hear();
        // Where the file would go there is a folder with something in it: also root cannot replace
        // that.
        Files.createDirectories(state.resolve("last-good.bundle/x"));

        assertThat(control.offer(ours.withList(7)).getAck().getActiveVersion()).isEqualTo(7);
        assertThat(feed.get()).isPresent();
        assertThat(count("overt.edge.policy.last.good", "event", "not-saved")).isEqualTo(1);
    }

    @Test
    void the_edge_comes_back_when_the_control_plane_does() throws Exception {
        var feed = feed();
        control.hear();
        control.offer(ours.withList(7));
        var address = control.address();
        control.close();
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> meters.get("overt.edge.policy.stream.ends").counter().count() >= 1);
        assertThat(feed.get()).isPresent();

        control = listen(address);

        assertThat(control.hear().getHello().getActiveVersion()).isEqualTo(7);
        assertThat(control.offer(ours.bundle(8, TestBundles.BLOCK_ALL)).getAck().getActiveVersion())
                .isEqualTo(8);
    }

    @Test
    void the_edge_comes_back_when_its_stream_is_ended() throws Exception {
        feed();
        control.hear();

        control.hangUp();

        assertThat(control.hear().hasHello()).isTrue();
    }

    @Test
    void a_message_of_a_kind_it_does_not_know_changes_nothing() throws Exception {
        feed();
        control.hear();

        control.say(ControlMessage.getDefaultInstance());

        assertThat(control.offer(ours.withList(1)).hasAck()).isTrue();
    }

    @Test
    void a_peer_that_is_no_control_plane_is_not_listened_to() throws Exception {
        control.close();
        try (var impostor = new ScriptedControlPlane(control.address(), tls("signer", "mallory"))) {
            feed();

            await().atMost(60, TimeUnit.SECONDS)
                    .until(
                            () ->
                                    meters.get("overt.edge.policy.stream.ends").counter().count()
                                            >= 2);
            assertThat(impostor.address()).isEqualTo(control.address());
            assertThat(meters.get("overt.edge.policy.connected").gauge().value()).isZero();
        }
    }

    @Test
    void everything_is_counted_from_zero() throws Exception {
        feed();

        for (var answer : List.of("taken", "already", "refused", "defect")) {
            assertThat(count("overt.edge.policy.offers", "answer", answer)).isZero();
        }
        assertThat(count("overt.edge.policy.last.good", "event", "absent")).isEqualTo(1);
        assertThat(meters.get("overt.edge.policy.version").gauge().value()).isZero();
    }

    @Test
    void unusable_keys_and_folders_are_told_at_the_start() throws Exception {
        assertThatThrownBy(() -> feed(folder.resolve("none.pub")))
                .isInstanceOf(StartException.class)
                .hasMessage(folder.resolve("none.pub") + ": no such file");
        Files.writeString(
                folder.resolve("bad.pub"),
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        assertThatThrownBy(() -> feed(folder.resolve("bad.pub")))
                .hasMessage(folder.resolve("bad.pub") + ": not an Ed25519 public key");
        Files.writeString(state, "a file");
        assertThatThrownBy(this::feed)
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(state + ": cannot be made");
    }

    // ---- what the tests above are made of

    private static long version(ForeignBundles foreign) {
        return switch (foreign) {
            case VERSION_ZERO -> 0;
            case VERSION_BEYOND_A_LONG -> -1;
            case OLDER -> 6;
            case SAME_NUMBER_OTHER_CONTENT -> 7;
            default -> 8;
        };
    }

    private static String text(Problem problem) {
        var text = new StringBuilder();
        if (!problem.getFile().isEmpty()) {
            text.append(problem.getFile());
            if (problem.getLine() > 0) {
                text.append(':').append(problem.getLine()).append(':').append(problem.getColumn());
            }
            text.append(": ");
        }
        if (!problem.getRule().isEmpty()) {
            text.append("rule ").append(problem.getRule()).append(": ");
        }
        return text.append(problem.getMessage()).toString();
    }

    private double count(String name, String tag, String value) {
        return meters.get(name).tag(tag, value).counter().count();
    }

    private PolicyFeed feed(Path... keys) throws Exception {
        var config =
                new PolicyFeedConfig(
                        control.address(),
                        keys.length == 0 ? List.of(key) : List.of(keys),
                        MAX_BYTES,
                        terms);
        meters.clear();
        return keep(
                PolicyFeed.start(
                        config,
                        tls("edge", "a"),
                        state,
                        meters,
                        active -> activated.add(active.version())));
    }

    private ScriptedControlPlane listen(InetSocketAddress address) throws Exception {
        return keep(new ScriptedControlPlane(address, tls("control", "c")));
    }

    private FleetTls tls(String role, String name) throws Exception {
        var files = fleet.issue(role, name + open.size());
        return keep(
                new FleetTls(files.certificateChain(), files.privateKey(), files.trustAnchors()));
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }
}
