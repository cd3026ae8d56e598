package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.forge.ForgeResult.Forged;
import io.overt.edge.forge.ForgeResult.Refused;
import io.overt.edge.forge.ForgeResult.Unavailable;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.site.SiteClusterConfig.Off;
import io.overt.edge.site.TestEdges;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.x509.Epoch;
import io.overt.x509.ForgeKey;
import io.overt.x509.IssuerTrust;
import io.overt.x509.LeafPublicKey;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One edge in front of two real gRPC signers, of which one does not do what it should. */
class SeveralSignersTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Upstreams upstreams = new Upstreams();
    private TestEdges edges;
    private TestSigner sick;
    private TestSigner well;

    @BeforeEach
    void startSigners(@TempDir Path directory) throws Exception {
        edges = new TestEdges(directory, SiteClusterConfig.MemberNetwork.MESH, "a");
        sick = signer("signer-1", 0);
        well = signer("signer-2", 0);
    }

    @AfterEach
    void close() {
        sick.stopped.countDown();
        sick.gate.countDown();
        edges.close();
    }

    @Test
    void a_signer_that_hangs_costs_one_forging_one_call_deadline_and_then_nothing()
            throws Exception {
        // The watch does not look again before the test is over: the first call finds out.
        SiteForge edge = edge(with(Duration.ofMillis(700), FORGE, NEVER), sick, well);
        sick.stopped = new CountDownLatch(1);

        long began = System.nanoTime();
        assertForged(edge, HOSTS);
        Duration took = Duration.ofNanos(System.nanoTime() - began);

        assertThat(calls(sick, "unanswered")).isEqualTo(1);
        assertThat(count("overt.signer.failed.over", sick)).isEqualTo(1);
        assertThat(count("overt.signer.failed.over", well)).isZero();
        assertThat(calls(well, "signed")).isEqualTo(HOSTS);
        assertThat(standing(sick)).isEqualTo("silent");
        assertThat(took).isGreaterThan(Duration.ofMillis(700));
    }

    @Test
    void a_signer_that_hangs_is_found_out_by_an_idle_edge() throws Exception {
        SiteForge edge = edge(with(Duration.ofMillis(500), FORGE, OFTEN), sick, well);
        sick.stopped = new CountDownLatch(1);
        awaitStanding(sick, "silent");

        assertForged(edge, HOSTS);

        assertThat(sick.forgeCalls()).isZero();
        assertThat(count("overt.signer.chosen", well)).isEqualTo(HOSTS);
    }

    @Test
    void a_signer_whose_token_is_away_is_avoided_before_a_forging_finds_out() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick, well);
        sick.unmet = List.of("issuer: the key of each active issuer is down");
        awaitStanding(sick, "not-serving");

        assertForged(edge, HOSTS);

        assertThat(sick.forgeCalls()).isZero();
        assertThat(meters.get("overt.signer.healthy").tag("signer", sick.name()).gauge().value())
                .isZero();
    }

    @Test
    void a_signer_that_cannot_sign_is_asked_all_the_same_when_there_is_no_other() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick);
        sick.unmet = List.of("log: no space left on device");
        awaitStanding(sick, "not-serving");
        assertForged(edge, 1);
    }

    @Test
    void a_signer_that_says_so_only_when_it_is_asked_costs_one_failover() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, NEVER), sick, well);
        sick.unmet = List.of("log: no space left on device");
        sick.refusal = Optional.of(RefusalReason.REFUSAL_REASON_LOG_UNAVAILABLE);

        assertForged(edge, HOSTS);

        assertThat(calls(sick, "cannot")).isEqualTo(1);
        assertThat(count("overt.signer.failed.over", sick)).isEqualTo(1);
        assertThat(standing(sick)).isEqualTo("not-serving");
    }

    @Test
    void a_signer_that_is_back_is_tried_by_one_forging_before_it_gets_its_share() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick, well);
        sick.unmet = List.of("issuer: the key of each active issuer is down");
        awaitStanding(sick, "not-serving");
        sick.unmet = List.of();
        awaitStanding(sick, "on-trial");
        sick.gate = new CountDownLatch(1);

        List<CompletableFuture<ForgeResult>> answers = new ArrayList<>();
        for (int i = 0; i < HOSTS; i++) {
            answers.add(edge.leaves().forge(upstreams.of(host(i))).toCompletableFuture());
        }
        await().atMost(WITHIN)
                .untilAsserted(
                        () ->
                                assertThat(answers.stream().filter(CompletableFuture::isDone))
                                        .hasSize(HOSTS - 1));
        assertThat(sick.forgeCalls()).isEqualTo(1);

        sick.gate.countDown();
        for (CompletableFuture<ForgeResult> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(Forged.class);
        }
        assertThat(standing(sick)).isEqualTo("serving");
        for (int i = HOSTS; i < 2 * HOSTS; i++) {
            assertThat(result(edge, host(i))).isInstanceOf(Forged.class);
        }
        assertThat(sick.forgeCalls()).isGreaterThan(3);
    }

    @Test
    void a_leaf_key_reaches_a_signer_that_was_away_when_it_was_made_before_a_forging_needs_it()
            throws Exception {
        sick.failure = Optional.of(Status.UNAVAILABLE);
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick, well);
        assertThat(sick.enrolled()).isEmpty();

        sick.failure = Optional.empty();

        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(sick.enrolled()).isEqualTo(well.enrolled()));
        awaitHealthy(sick);
        assertThat(sick.forgeCalls() + well.forgeCalls()).isZero();
        assertForged(edge, HOSTS);
        assertThat(calls(sick, "refused")).isZero();
    }

    @Test
    void a_signer_that_comes_back_empty_is_told_the_leaf_key_again() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick, well);
        await().atMost(WITHIN).untilAsserted(() -> assertThat(sick.enrolled()).hasSize(1));
        Set<LeafPublicKey> keys = Set.copyOf(sick.enrolled());
        sick.close();
        awaitStanding(sick, "silent");

        TestSigner again = signer("signer-1", sick.address().getPort());

        await().atMost(WITHIN).untilAsserted(() -> assertThat(again.enrolled()).isEqualTo(keys));
        assertForged(edge, HOSTS);
        assertThat(calls(again, "refused")).isZero();
    }

    @Test
    void one_leaf_is_never_asked_of_two_signers_at_once() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick, well);
        sick.gate = new CountDownLatch(1);
        List<CompletableFuture<ForgeResult>> answers = new ArrayList<>();
        for (int i = 0; i < HOSTS; i++) {
            answers.add(edge.leaves().forge(upstreams.of(host(i))).toCompletableFuture());
        }
        await().atMost(WITHIN)
                .untilAsserted(
                        () -> assertThat(sick.forgeCalls() + well.forgeCalls()).isEqualTo(HOSTS));
        sick.gate.countDown();
        for (CompletableFuture<ForgeResult> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(Forged.class);
        }
        assertThat(sick.forgeCalls()).isPositive();
        assertThat(sick.forgeCalls() + well.forgeCalls()).isEqualTo(HOSTS);
    }

    @Test
    void a_name_that_one_signer_never_forges_is_asked_of_no_other() throws Exception {
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick, well);
        sick.refusal = Optional.of(RefusalReason.REFUSAL_REASON_NAME_NEVER_FORGED);
        well.refusal = sick.refusal;
        for (int i = 0; i < HOSTS; i++) {
            assertThat(result(edge, host(i))).isInstanceOf(Refused.class);
        }
        assertThat(sick.forgeCalls() + well.forgeCalls()).isEqualTo(HOSTS);
        assertThat(standing(sick)).isEqualTo("serving");
        assertThat(standing(well)).isEqualTo("serving");
    }

    @Test
    void half_of_a_forgings_time_is_kept_for_the_second_signer() throws Exception {
        SiteForge edge =
                edge(with(Duration.ofSeconds(30), Duration.ofMillis(1500), NEVER), sick, well);
        sick.gate = new CountDownLatch(1);
        List<CompletableFuture<ForgeResult>> answers = new ArrayList<>();
        for (int i = 0; i < HOSTS; i++) {
            answers.add(edge.leaves().forge(upstreams.of(host(i))).toCompletableFuture());
        }
        for (CompletableFuture<ForgeResult> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(Forged.class);
        }
        assertThat(sick.forgeCalls()).isPositive();
        assertThat(well.forgeCalls()).isEqualTo(HOSTS);
        assertThat(standing(sick))
                .as("three quarters of a second of thirty say nothing about it")
                .isEqualTo("serving");
    }

    @Test
    void signers_that_are_all_silent_are_waited_for_by_nobody() throws Exception {
        SiteForge edge = edge(with(Duration.ofMillis(500), FORGE, NEVER), sick);
        sick.stopped = new CountDownLatch(1);
        assertThat(result(edge, host(0))).isInstanceOf(Unavailable.class);
        awaitStanding(sick, "silent");
        for (int i = 1; i < 50; i++) {
            assertThat(result(edge, host(i)))
                    .isInstanceOfSatisfying(
                            Unavailable.class, no -> assertThat(no.detail()).contains("not asked"));
        }
        assertThat(calls(sick, "unanswered")).isEqualTo(1);
    }

    @Test
    void a_signer_that_is_older_than_the_call_for_its_health_serves() throws Exception {
        sick.knowsHealth = false;
        SiteForge edge = edge(with(CALL, FORGE, OFTEN), sick);
        assertForged(edge, HOSTS);
        assertThat(standing(sick)).isEqualTo("serving");
    }

    @Test
    void the_order_of_the_configuration_decides_nothing() throws Exception {
        try (var one = signers(sick, well);
                var other = signers(well, sick)) {
            one.start(_ -> {}, List::of, _ -> {});
            other.start(_ -> {}, List::of, _ -> {});
            List<String> firsts = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                ForgeKey key = key(host(i));
                await().atMost(WITHIN)
                        .untilAsserted(
                                () -> {
                                    assertThat(order(one, key)).hasSize(2);
                                    assertThat(order(other, key)).isEqualTo(order(one, key));
                                });
                firsts.add(order(one, key).getFirst());
            }
            assertThat(firsts.stream().filter(sick.name()::equals)).hasSizeBetween(12, 52);
        }
    }

    private static List<String> order(Signers signers, ForgeKey key) {
        return signers.inOrder(key, TestSigner.PROFILE, IssuerTrust.TRUSTED).stream()
                .map(SignerClient::address)
                .toList();
    }

    private ForgeKey key(String host) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        var leafKey = new LeafPublicKey(generator.generateKeyPair().getPublic().getEncoded());
        return ForgeKey.of(upstreams.of(host).leaf(), leafKey, TestSigner.PROFILE, new Epoch(7));
    }

    private Signers signers(TestSigner... targets) throws Exception {
        return new Signers(
                config(with(CALL, FORGE, OFTEN), targets),
                edges.tls("a"),
                () -> {},
                Ticker.systemTicker(),
                new SecureRandom(),
                new SimpleMeterRegistry());
    }

    private void assertForged(SiteForge edge, int hosts) throws Exception {
        for (int i = 0; i < hosts; i++) {
            assertThat(result(edge, host(i))).isInstanceOf(Forged.class);
        }
    }

    private ForgeResult result(SiteForge edge, String host) throws Exception {
        return edge.leaves()
                .forge(upstreams.of(host))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    private void awaitStanding(TestSigner signer, String standing) {
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(standing(signer)).isEqualTo(standing));
    }

    private void awaitHealthy(TestSigner signer) {
        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(standing(signer)).isIn("serving", "on-trial"));
    }

    private String standing(TestSigner signer) {
        List<String> all =
                meters.get("overt.signer.standing").tag("signer", signer.name()).gauges().stream()
                        .filter(gauge -> gauge.value() == 1)
                        .map(gauge -> String.valueOf(gauge.getId().getTag("standing")))
                        .toList();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private double calls(TestSigner signer, String outcome) {
        return meters.get("overt.signer.forge.calls")
                .tag("signer", signer.name())
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private double count(String name, TestSigner signer) {
        return meters.get(name).tag("signer", signer.name()).counter().count();
    }

    /** Everything but the signers. */
    private static SignersConfig with(Duration call, Duration forge, Duration probe) {
        return new SignersConfig(List.of(), "mirror", call, forge, NEVER, probe, OFTEN, 1000);
    }

    private static SignersConfig config(SignersConfig times, TestSigner... targets) {
        return new SignersConfig(
                List.of(targets).stream().map(TestSigner::address).toList(),
                times.profile(),
                times.callDeadline(),
                times.forgeDeadline(),
                times.describeEvery(),
                times.probeEvery(),
                times.retryEvery(),
                times.maxForging());
    }

    private SiteForge edge(SignersConfig times, TestSigner... targets) throws Exception {
        var edge =
                new SiteForge(
                        new Off(1 << 20),
                        config(times, targets),
                        new LeafCacheConfig(1000),
                        edges.tls("a"),
                        InstantSource.system(),
                        Ticker.systemTicker(),
                        new SecureRandom(),
                        meters);
        edges.closing(edge::close);
        edge.start();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(edge.waitingFor()).isEmpty());
        for (TestSigner each : targets) {
            if (each.failure.isEmpty()) {
                awaitStanding(each, "serving");
            }
        }
        return edge;
    }

    private TestSigner signer(String name, int port) throws Exception {
        TestSigner signer =
                new TestSigner(edges.tls(edges.fleet().site("centre"), "signer", name), port);
        edges.closing(signer::close);
        return signer;
    }

    private static String host(int number) {
        return "host-" + number + ".example.com";
    }

    private static final int HOSTS = 16;
    private static final Duration CALL = Duration.ofSeconds(20);
    private static final Duration FORGE = Duration.ofSeconds(40);
    private static final Duration OFTEN = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration WITHIN = Duration.ofSeconds(60);
}
