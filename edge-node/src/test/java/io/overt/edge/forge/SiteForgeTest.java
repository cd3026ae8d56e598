package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.forge.ForgeResult.Forged;
import io.overt.edge.forge.ForgeResult.NotMirrorable;
import io.overt.edge.forge.ForgeResult.Refused;
import io.overt.edge.forge.ForgeResult.Unavailable;
import io.overt.edge.site.EpochKey;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.site.SiteClusterConfig.Off;
import io.overt.edge.site.TestEdges;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.IssuerState;
import io.overt.testkit.pki.CertificateSpec;
import io.overt.x509.InspectionMarker;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedUpstream;
import io.overt.x509.UpstreamStanding;
import io.overt.x509.VerifiedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One edge without a cluster in front of real gRPC signers: what the forge answers to each thing
 * that a signer can do.
 */
class SiteForgeTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Upstreams upstreams = new Upstreams();
    private TestEdges edges;
    private TestSigner first;
    private TestSigner second;

    @BeforeEach
    void startSigners(@TempDir Path directory) throws Exception {
        edges = new TestEdges(directory, SiteClusterConfig.MemberNetwork.MESH, "a");
        first = signer("signer-1");
        second = signer("signer-2");
    }

    @AfterEach
    void close() {
        edges.close();
    }

    @Test
    void a_leaf_is_signed_once_and_then_local() throws Exception {
        SiteForge edge = edge(first);
        VerifiedUpstream upstream = upstreams.of("www.example.com");

        Forged signed = forged(edge, upstream);
        Forged again = forged(edge, upstream);

        assertThat(signed.tier()).isEqualTo(Tier.SIGNER);
        assertThat(again.tier()).isEqualTo(Tier.LOCAL);
        assertThat(again.leaf()).isSameAs(signed.leaf());
        assertThat(first.forgeCalls()).isEqualTo(1);
        assertThat(signed.leaf().certificate().getSubjectX500Principal())
                .isEqualTo(upstream.leaf().getSubjectX500Principal());
        assertThat(signed.leaf().chain())
                .containsExactly(signed.leaf().certificate(), first.issuer());
        signed.leaf().certificate().verify(first.issuer().getPublicKey());
        assertThat(results("forged", "signer")).isEqualTo(1);
        assertThat(results("forged", "local")).isEqualTo(1);
        assertThat(results("forged", "site-cache")).isZero();
        assertThat(results("unavailable", "none")).isZero();
    }

    @Test
    void fifty_connections_that_miss_the_same_leaf_cost_one_call() throws Exception {
        SiteForge edge = edge(first);
        first.gate = new CountDownLatch(1);
        VerifiedUpstream upstream = upstreams.of("www.example.com");

        List<CompletableFuture<ForgeResult>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(edge.leaves().forge(upstream).toCompletableFuture());
        }
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        first.gate.countDown();

        for (CompletableFuture<ForgeResult> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(Forged.class);
        }
        assertThat(first.forgeCalls()).isEqualTo(1);
    }

    @Test
    void more_leaves_in_the_making_than_allowed_are_unavailable_at_once() throws Exception {
        SiteForge edge =
                edge(
                        new SignersConfig(
                                List.of(first.address()),
                                "mirror",
                                CALL,
                                FORGE,
                                OFTEN,
                                OFTEN,
                                OFTEN,
                                1),
                        100);
        first.gate = new CountDownLatch(1);
        var flying = edge.leaves().forge(upstreams.of("one.example.com")).toCompletableFuture();

        assertThat(result(edge, upstreams.of("two.example.com")))
                .isInstanceOfSatisfying(
                        Unavailable.class, no -> assertThat(no.detail()).contains("max-forging"));
        first.gate.countDown();
        assertThat(flying.get(30, TimeUnit.SECONDS)).isInstanceOf(Forged.class);
        assertThat(result(edge, upstreams.of("two.example.com"))).isInstanceOf(Forged.class);
    }

    @Test
    void a_signer_that_goes_away_is_replaced_by_the_other() throws Exception {
        SiteForge edge = edge(first, second);
        first.close();
        for (int i = 0; i < 8; i++) {
            assertThat(result(edge, upstreams.of("host-" + i + ".example.com")))
                    .isInstanceOf(Forged.class);
        }
        assertThat(second.forgeCalls()).isEqualTo(8);
    }

    @Test
    void leaves_are_spread_over_the_signers() throws Exception {
        SiteForge edge = edge(first, second);
        for (int i = 0; i < 32; i++) {
            assertThat(result(edge, upstreams.of("host-" + i + ".example.com")))
                    .isInstanceOf(Forged.class);
        }
        assertThat(first.forgeCalls() + second.forgeCalls()).isEqualTo(32);
        assertThat(first.forgeCalls()).isBetween(4, 28);
    }

    @Test
    void without_any_signer_the_leaf_is_unavailable_and_counted() throws Exception {
        SiteForge edge = edge(first);
        first.close();
        assertThat(result(edge, upstreams.of("www.example.com"))).isInstanceOf(Unavailable.class);
        assertThat(results("unavailable", "none")).isEqualTo(1);
    }

    @Test
    void signers_that_are_away_at_the_start_are_waited_for() throws Exception {
        first.failure = Optional.of(Status.UNAVAILABLE);
        SiteForge edge = unready(config(first), 100);
        assertThat(result(edge, upstreams.of("www.example.com"))).isInstanceOf(Unavailable.class);
        assertThat(edge.waitingFor()).isPresent();

        first.failure = Optional.empty();
        awaitReady(edge);
        assertThat(result(edge, upstreams.of("www.example.com"))).isInstanceOf(Forged.class);
    }

    /** Each attempt makes gRPC's own back-off longer: after these it would wait for minutes. */
    @Test
    void a_signer_that_was_away_for_long_is_used_soon_after_it_is_back() throws Exception {
        SiteForge edge = edge(first);
        forged(edge, upstreams.of("one.example.com"));
        first.close();
        var upstream = upstreams.of("two.example.com");
        try (var nobody = new Nobody(first.address().getPort())) {
            await().atMost(WITHIN)
                    .untilAsserted(
                            () -> {
                                assertThat(result(edge, upstream)).isInstanceOf(Unavailable.class);
                                assertThat(nobody.attempts()).isGreaterThan(14);
                            });
        }
        assertThat(meters.get("overt.signer.healthy").gauge().value()).isZero();

        var back = signer("signer-1", first.address().getPort());

        await().atMost(WITHIN)
                .untilAsserted(() -> assertThat(result(edge, upstream)).isInstanceOf(Forged.class));
        assertThat(back.forgeCalls()).isPositive();
    }

    /** With two, nothing but the watch would ask the one that was away. */
    @Test
    void a_signer_that_is_back_is_healthy_again_although_another_does_its_work() throws Exception {
        SiteForge edge =
                edge(
                        new SignersConfig(
                                List.of(first.address(), second.address()),
                                "mirror",
                                CALL,
                                FORGE,
                                Duration.ofHours(1),
                                OFTEN,
                                OFTEN,
                                1000),
                        100);
        int port = first.address().getPort();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(healthy(port)).isOne());
        first.close();
        var hosts = new AtomicInteger();
        await().atMost(WITHIN)
                .untilAsserted(
                        () -> {
                            forged(
                                    edge,
                                    upstreams.of(
                                            "host-" + hosts.incrementAndGet() + ".example.com"));
                            assertThat(healthy(port)).isZero();
                        });

        signer("signer-1", port);

        await().atMost(WITHIN).untilAsserted(() -> assertThat(healthy(port)).isOne());
    }

    @Test
    void a_signer_that_lost_the_leaf_key_gets_it_again_within_the_same_request() throws Exception {
        SiteForge edge = edge(first);
        first.enrolled().clear();
        assertThat(result(edge, upstreams.of("www.example.com"))).isInstanceOf(Forged.class);
        assertThat(first.forgeCalls()).isEqualTo(2);
        assertThat(first.enrolled()).hasSize(1);
    }

    @Test
    void a_leaf_that_the_signer_did_not_sign_is_not_served() throws Exception {
        SiteForge edge = edge(first, second);
        first.tampering = TestLeaves::flipLastBit;
        second.tampering = TestLeaves::flipLastBit;
        assertThat(result(edge, upstreams.of("www.example.com")))
                .isInstanceOfSatisfying(
                        Unavailable.class, no -> assertThat(no.detail()).contains("signature"));
        assertThat(notVerified(first) + notVerified(second)).isEqualTo(2);
    }

    @Test
    void a_leaf_for_another_name_is_not_served() throws Exception {
        SiteForge edge = edge(first);
        byte[] other =
                TestSigner.der(
                        forged(edge, upstreams.of("other.example.com")).leaf().certificate());
        first.tampering = _ -> other;
        assertThat(result(edge, upstreams.of("www.example.com")))
                .isInstanceOfSatisfying(
                        Unavailable.class, no -> assertThat(no.detail()).contains("tbs-differs"));
    }

    // checklist 63
    @Test
    void leaves_of_an_issuer_that_is_gone_are_not_served_from_memory() throws Exception {
        SiteForge edge = edge(first);
        VerifiedUpstream upstream = upstreams.of("www.example.com");
        forged(edge, upstream);
        first.state = IssuerState.ISSUER_STATE_STAGED;
        await().atMost(WITHIN)
                .untilAsserted(
                        () -> assertThat(result(edge, upstream)).isInstanceOf(Unavailable.class));
    }

    @Test
    void a_certificate_that_no_leaf_can_mirror_is_named_so_without_asking() throws Exception {
        SiteForge edge = edge(first);
        var spec =
                CertificateSpec.leaf("www.example.com")
                        .extension("2.16.840.1.113730.1.1", false, new byte[] {3, 2, 6, 64});
        // A plain unknown non-critical extension is kept, so this one is mirrored; the marker of
        // another inspector is not.
        assertThat(result(edge, upstreams.of("www.example.com", spec))).isInstanceOf(Forged.class);
        var inspected =
                CertificateSpec.leaf("www.example.com")
                        .extension(InspectionMarker.OID, false, new byte[] {48, 0});
        assertThat(result(edge, upstreams.of("www.example.com", inspected)))
                .isInstanceOf(NotMirrorable.class);
        assertThat(first.forgeCalls()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
    void every_refusal_has_an_outcome(RefusalReason reason) throws Exception {
        SiteForge edge = edge(first);
        first.refusal = Optional.of(reason);
        ForgeResult result = result(edge, upstreams.of("www.example.com"));
        switch (RefusalCourse.of(reason)) {
            // The test's signer calls no key revoked: the certificate was.
            case FINAL, ANOTHER_KEY ->
                    assertThat(result)
                            .isInstanceOfSatisfying(
                                    Refused.class,
                                    no ->
                                            assertThat("REFUSAL_REASON_" + no.reason())
                                                    .isEqualTo(reason.name()));
            case NOT_MIRRORABLE -> assertThat(result).isInstanceOf(NotMirrorable.class);
            case DESCRIBE ->
                    assertThat(result)
                            .isInstanceOf(
                                    reason == RefusalReason.REFUSAL_REASON_TBS_DIFFERS
                                            ? Refused.class
                                            : Unavailable.class);
            case ENROL, NEXT_SIGNER, GIVE_UP -> assertThat(result).isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void who_is_refused_for_a_revoked_key_learns_it_at_once_and_the_next_one_has_another()
            throws Exception {
        SiteForge edge = edge(first);
        EpochKey lost = edge.site().keys().keys().getFirst();
        first.revoked = List.of(lost.digest().bytes());
        first.refusal = Optional.of(RefusalReason.REFUSAL_REASON_REVOKED);
        // Refused, or told before it asked.
        assertThat(result(edge, upstreams.of("www.example.com"))).isInstanceOf(Unavailable.class);
        assertThat(edge.site().keys().isRevoked(lost)).isTrue();

        first.refusal = Optional.empty();
        await().atMost(WITHIN).untilAsserted(() -> assertThat(edge.waitingFor()).isEmpty());
        assertThat(
                        forged(edge, upstreams.of("www.example.com"))
                                .leaf()
                                .certificate()
                                .getPublicKey())
                .isNotEqualTo(lost.publicKey().publicKey());
    }

    @Test
    void an_evicted_leaf_is_still_good_for_the_connection_that_has_it() throws Exception {
        SiteForge edge = edge(config(first), 1);
        ForgedLeaf evicted = forged(edge, upstreams.of("one.example.com")).leaf();
        forged(edge, upstreams.of("two.example.com"));
        forged(edge, upstreams.of("three.example.com"));
        assertThat(TestLeaves.handshake(evicted, first.root(), "one.example.com").getSerialNumber())
                .isEqualTo(evicted.certificate().getSerialNumber());
    }

    @Test
    void an_upstream_that_is_not_good_gets_a_leaf_of_the_untrusted_issuer_kept_apart()
            throws Exception {
        SiteForge edge = edge(first);
        UntrustedUpstream expired = upstreams.untrusted("www.example.com", expired());

        Forged signed = forged(edge, expired);
        Forged again = forged(edge, expired);

        assertThat(signed.tier()).isEqualTo(Tier.SIGNER);
        assertThat(again.tier())
                .as("kept although it shows an end that is past")
                .isEqualTo(Tier.LOCAL);
        signed.leaf().certificate().verify(first.untrustedIssuer().getPublicKey());
        assertThat(signed.leaf().certificate().getNotAfter())
                .isEqualTo(expired.leaf().getNotAfter());
        assertThat(first.forgeCalls()).isEqualTo(1);
    }

    /** Neither cache answers for the other: the same chain, once good and once not. */
    @Test
    void one_upstream_seen_both_ways_has_two_leaves() throws Exception {
        SiteForge edge = edge(first);
        VerifiedUpstream good = upstreams.of("www.example.com");
        UntrustedUpstream bad =
                UntrustedUpstream.of(
                                good.chain(),
                                good.name(),
                                good.verifiedAt(),
                                List.of(
                                        new UntrustedReason(
                                                UntrustedReason.Kind.UNTRUSTED_ROOT, "elsewhere")))
                        .orElseThrow();

        var trusted = forged(edge, good).leaf().certificate();
        var untrusted = forged(edge, bad).leaf().certificate();
        var trustedAgain = forged(edge, good).leaf().certificate();

        trusted.verify(first.issuer().getPublicKey());
        untrusted.verify(first.untrustedIssuer().getPublicKey());
        assertThat(trustedAgain).isEqualTo(trusted);
        assertThat(first.forgeCalls()).isEqualTo(2);
    }

    @Test
    void without_an_untrusted_issuer_such_a_leaf_is_unavailable() throws Exception {
        first.hasUntrusted = false;
        SiteForge edge = edge(first);

        assertThat(result(edge, upstreams.untrusted("www.example.com", expired())))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        no -> assertThat(no.detail()).contains("active untrusted issuer"));
        assertThat(first.forgeCalls()).isZero();
    }

    private static CertificateSpec expired() {
        var now = java.time.Instant.now();
        return CertificateSpec.leaf("www.example.com")
                .valid(now.minus(Duration.ofDays(60)), now.minus(Duration.ofDays(30)));
    }

    private SiteForge edge(TestSigner... signers) throws Exception {
        return edge(config(signers), 100);
    }

    private SiteForge edge(SignersConfig config, int maxLeaves) throws Exception {
        SiteForge edge = unready(config, maxLeaves);
        awaitReady(edge);
        return edge;
    }

    private SiteForge unready(SignersConfig config, int maxLeaves) throws Exception {
        var edge =
                new SiteForge(
                        new Off(1 << 20),
                        config,
                        new LeafCacheConfig(maxLeaves),
                        edges.tls("a"),
                        InstantSource.system(),
                        Ticker.systemTicker(),
                        new SecureRandom(),
                        meters);
        edges.closing(edge::close);
        edge.start();
        return edge;
    }

    private static void awaitReady(SiteForge edge) {
        await().atMost(WITHIN).untilAsserted(() -> assertThat(edge.waitingFor()).isEmpty());
    }

    private static SignersConfig config(TestSigner... signers) {
        return new SignersConfig(
                List.of(signers).stream().map(TestSigner::address).toList(),
                "mirror",
                CALL,
                FORGE,
                OFTEN,
                OFTEN,
                OFTEN,
                1000);
    }

    private TestSigner signer(String name) throws Exception {
        return signer(name, 0);
    }

    private TestSigner signer(String name, int port) throws Exception {
        TestSigner signer =
                new TestSigner(edges.tls(edges.fleet().site("centre"), "signer", name), port);
        edges.closing(signer::close);
        return signer;
    }

    private static Forged forged(SiteForge edge, UpstreamStanding upstream) throws Exception {
        ForgeResult result = result(edge, upstream);
        assertThat(result).isInstanceOf(Forged.class);
        return (Forged) result;
    }

    private static ForgeResult result(SiteForge edge, UpstreamStanding upstream) throws Exception {
        return edge.leaves().forge(upstream).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private double notVerified(TestSigner signer) {
        return meters.get("overt.signer.forge.calls")
                .tag("signer", signer.name())
                .tag("outcome", "not-verified")
                .counter()
                .count();
    }

    private double healthy(int port) {
        return meters.get("overt.signer.healthy")
                .tag("signer", first.address().getHostString() + ":" + port)
                .gauge()
                .value();
    }

    /** Takes connections in a signer's place and closes them. */
    private static final class Nobody implements AutoCloseable {
        private final ServerSocket socket;
        private final AtomicInteger attempts = new AtomicInteger();

        Nobody(int port) throws IOException {
            this.socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::refuse);
        }

        int attempts() {
            return attempts.get();
        }

        private void refuse() {
            while (!socket.isClosed()) {
                try (var _ = socket.accept()) {
                    attempts.incrementAndGet();
                } catch (IOException e) {
                    assertThat(socket.isClosed()).as("accept: " + e).isTrue();
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private double results(String outcome, String tier) {
        return meters.counter("overt.forge.results", "outcome", outcome, "tier", tier).count();
    }

    private static final Duration CALL = Duration.ofSeconds(20);
    private static final Duration FORGE = Duration.ofSeconds(40);
    private static final Duration OFTEN = Duration.ofMillis(200);
    private static final Duration WITHIN = Duration.ofSeconds(60);
}
