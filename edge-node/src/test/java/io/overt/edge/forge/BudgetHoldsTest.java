package io.overt.edge.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.edge.forge.ForgeResult.Forged;
import io.overt.edge.forge.ForgeResult.Unavailable;
import io.overt.edge.site.SiteClusterConfig;
import io.overt.edge.site.SiteClusterConfig.Off;
import io.overt.edge.site.TestEdges;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.failure.v1.RefusalReason;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.x509.UpstreamStanding;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edge does about a signer's budgets: it asks no more until the time is over. */
// checklist 71, 75
class BudgetHoldsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private long nanos = -5;
    private final BudgetHolds holds = new BudgetHolds(() -> nanos, meters);

    @Test
    void nothing_is_held_before_a_signer_says_so_and_the_counters_are_at_zero() {
        assertThat(holds.standing(request("www.example.com", 1))).isEmpty();
        assertThat(count("overt.signer.forge.held")).isZero();
        assertThat(count("overt.signer.forge.budget.refusals")).isZero();
    }

    @Test
    void a_budget_of_the_edge_or_site_holds_all_for_that_issuer_until_it_is_over() {
        for (String whose : List.of("edge", "site")) {
            Refusal refusal = budget(whose, Duration.ofSeconds(2));
            holds.refused(request("www.example.com", 1), refusal);

            assertThat(holds.standing(request("www.other.org", 1))).contains(refusal);
            assertThat(holds.standing(request("www.other.org", 2)))
                    .as("another issuer, say the untrusted one")
                    .isEmpty();
            nanos += Duration.ofSeconds(2).toNanos();
            assertThat(holds.standing(request("www.other.org", 1))).isEmpty();
        }
        assertThat(count("overt.signer.forge.held")).isEqualTo(2);
        assertThat(count("overt.signer.forge.budget.refusals")).isEqualTo(2);
    }

    @Test
    void a_budget_of_a_domain_holds_its_hosts_alone() {
        holds.refused(request("a.shop.co.uk", 1), budget("domain", Duration.ofMinutes(1)));

        assertThat(holds.standing(request("b.c.shop.co.uk", 1))).isPresent();
        assertThat(holds.standing(request("other.co.uk", 1))).isEmpty();
    }

    @Test
    void a_budget_of_new_names_or_one_that_is_newer_than_this_edge_holds_the_host_alone() {
        for (String subject : List.of("new-names", "moon-phase")) {
            String host = subject + ".example.com";
            holds.refused(request(host, 1), budget(subject, Duration.ofMinutes(1)));

            assertThat(holds.standing(request(host, 1))).isPresent();
            assertThat(holds.standing(request("www.example.com", 1))).isEmpty();
        }
    }

    @Test
    void no_word_of_a_signer_holds_for_longer_than_an_hour_and_none_without_a_time() {
        holds.refused(request("www.example.com", 1), budget("edge", Duration.ofDays(1_000)));
        nanos += BudgetHolds.LONGEST.toNanos();
        assertThat(holds.standing(request("www.example.com", 1))).isEmpty();

        holds.refused(
                request("www.example.com", 1),
                budget("edge", Duration.ofDays(1)).toBuilder().clearRetryAfter().build());
        holds.refused(request("www.example.com", 1), budget("edge", Duration.ofDays(-1)));
        assertThat(holds.standing(request("www.example.com", 1))).isEmpty();
    }

    @Test
    void a_refusal_for_another_reason_holds_nothing() {
        holds.refused(
                request("www.example.com", 1),
                budget("edge", Duration.ofMinutes(1)).toBuilder()
                        .setReason(RefusalReason.REFUSAL_REASON_TOKEN_UNAVAILABLE)
                        .build());

        assertThat(holds.standing(request("www.example.com", 1))).isEmpty();
    }

    @Test
    void memory_is_bounded_and_the_oldest_is_asked_for_again() {
        for (int i = 0; i <= BudgetHolds.MOST; i++) {
            holds.refused(
                    request("host-" + i + ".example.com", 1),
                    budget("new-names", Duration.ofMinutes(1)));
        }

        assertThat(holds.standing(request("host-0.example.com", 1))).isEmpty();
        assertThat(holds.standing(request("host-1.example.com", 1))).isPresent();
    }

    /** Over gRPC, with two signers: what is refused at one is not asked of the other. */
    @Test
    void a_budget_is_kept_and_not_spread_over_the_signers_and_a_keys_is_another_signers_business(
            @TempDir Path directory) throws Exception {
        var upstreams = new Upstreams();
        try (var edges = new TestEdges(directory, SiteClusterConfig.MemberNetwork.MESH, "a")) {
            var first = new TestSigner(edges.tls(edges.fleet().site("centre"), "signer", "1"));
            var second = new TestSigner(edges.tls(edges.fleet().site("centre"), "signer", "2"));
            edges.closing(first::close);
            edges.closing(second::close);
            var edge = edge(edges, first, second);
            for (TestSigner signer : List.of(first, second)) {
                signer.refusedWith = Optional.of(budget("domain", Duration.ofMinutes(1)));
            }

            // One leaf, which goes to one signer: another leaf of the host may be the other's.
            var upstream = upstreams.of("www.example.com");
            assertThat(result(edge, upstream))
                    .isInstanceOfSatisfying(
                            Unavailable.class,
                            no -> assertThat(no.detail()).contains("BUDGET_EXHAUSTED", "domain"));
            assertThat(first.forgeCalls() + second.forgeCalls()).isEqualTo(1);
            for (TestSigner signer : List.of(first, second)) {
                signer.refusedWith = Optional.empty();
            }
            assertThat(result(edge, upstream)).isInstanceOf(Unavailable.class);
            assertThat(first.forgeCalls() + second.forgeCalls()).as("held").isEqualTo(1);

            TestSigner one = first;
            one.refusedWith =
                    Optional.of(
                            budget("key", Duration.ofMinutes(1)).toBuilder()
                                    .setReason(RefusalReason.REFUSAL_REASON_KEY_BUDGET_EXHAUSTED)
                                    .build());
            for (int i = 0; i < 12; i++) {
                assertThat(result(edge, upstreams.of("www.host-" + i + ".example")))
                        .isInstanceOf(Forged.class);
            }
            assertThat(count("overt.signer.forge.held")).isPositive();
        }
    }

    private SiteForge edge(TestEdges edges, TestSigner... signers) throws Exception {
        var edge =
                new SiteForge(
                        new Off(1 << 20),
                        new SignersConfig(
                                List.of(signers).stream().map(TestSigner::address).toList(),
                                "mirror",
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(30),
                                Duration.ofMillis(200),
                                Duration.ofMillis(200),
                                Duration.ofMillis(200),
                                1000),
                        new LeafCacheConfig(100),
                        edges.tls("a"),
                        InstantSource.system(),
                        Ticker.systemTicker(),
                        new SecureRandom(),
                        meters);
        edges.closing(edge::close);
        edge.start();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(edge.waitingFor()).isEmpty());
        return edge;
    }

    private static ForgeResult result(SiteForge edge, UpstreamStanding upstream) throws Exception {
        return edge.leaves().forge(upstream).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private double count(String name) {
        return meters.get(name).counter().count();
    }

    private static ForgeRequest request(String host, int issuer) {
        return ForgeRequest.newBuilder()
                .setServerName(host)
                .setIssuerSha256(ByteString.copyFrom(new byte[] {(byte) issuer}))
                .build();
    }

    private static Refusal budget(String subject, Duration delay) {
        return Refusal.newBuilder()
                .setReason(RefusalReason.REFUSAL_REASON_BUDGET_EXHAUSTED)
                .setSubject(subject)
                .setDetail("used up")
                .setRetryAfter(
                        com.google.protobuf.Duration.newBuilder()
                                .setSeconds(delay.toSeconds())
                                .setNanos(delay.toNanosPart()))
                .build();
    }
}
