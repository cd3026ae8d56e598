package io.overt.signer.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overt.service.identity.FleetIdentity;
import io.overt.service.identity.Role;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuerTrust;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Buckets on a clock that the test turns. */
// checklist 71
class BudgetsTest {

    private static final FleetIdentity E1 = new FleetIdentity("berlin", Role.EDGE, "e1");
    private static final FleetIdentity E2 = new FleetIdentity("berlin", Role.EDGE, "e2");
    private static final FleetIdentity PARIS = new FleetIdentity("paris", Role.EDGE, "e1");
    private static final CertificateFingerprint CA = CertificateFingerprint.ofSha256(new byte[32]);
    private static final BudgetLimit WIDE = new BudgetLimit(1_000, Duration.ofSeconds(1), 1_000);
    private static final BudgetLimit TWO = new BudgetLimit(1, Duration.ofSeconds(10), 2);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Duration putBack = Duration.ZERO;
    private Instant now = Instant.parse("2026-11-28T23:59:00Z");

    @Test
    void an_edge_gets_its_burst_and_then_its_rate() {
        Budgets budgets = budgets(new BudgetLimits(TWO, WIDE, WIDE, WIDE, 100, 16));

        assertThat(budgets.request(E1, IssuerTrust.TRUSTED)).isEmpty();
        assertThat(budgets.request(E1, IssuerTrust.TRUSTED)).isEmpty();
        assertThat(budgets.request(E1, IssuerTrust.TRUSTED))
                .get()
                .extracting(Budgets.Exhausted::budget, Budgets.Exhausted::retryAfter)
                .containsExactly(Budget.EDGE, Duration.ofMillis(10_001));
        now = now.plusMillis(10_001);
        assertThat(budgets.request(E1, IssuerTrust.TRUSTED)).isEmpty();
        assertThat(budgets.request(E1, IssuerTrust.TRUSTED)).isPresent();
    }

    @Test
    void another_edge_and_the_untrusted_issuer_have_budgets_of_their_own() {
        Budgets budgets = budgets(new BudgetLimits(TWO, WIDE, WIDE, WIDE, 100, 16));
        for (int i = 0; i < 3; i++) {
            budgets.request(E1, IssuerTrust.UNTRUSTED);
        }

        assertThat(budgets.request(E1, IssuerTrust.UNTRUSTED)).isPresent();
        assertThat(budgets.request(E1, IssuerTrust.TRUSTED)).isEmpty();
        assertThat(budgets.request(E2, IssuerTrust.UNTRUSTED)).isEmpty();
    }

    @Test
    void the_edges_of_a_site_share_its_budget() {
        Budgets budgets = budgets(new BudgetLimits(WIDE, TWO, WIDE, WIDE, 100, 16));

        assertThat(signature(budgets, E1, "a.example")).isEmpty();
        assertThat(signature(budgets, E2, "b.example")).isEmpty();
        assertThat(signature(budgets, E1, "c.example")).contains(Budget.SITE);
        assertThat(signature(budgets, PARIS, "c.example")).isEmpty();
    }

    @Test
    void the_hosts_of_a_registrable_domain_share_its_budget_and_those_of_a_suffix_do_not() {
        Budgets budgets = budgets(new BudgetLimits(WIDE, WIDE, TWO, WIDE, 100, 16));

        assertThat(signature(budgets, E1, "a.shop.co.uk")).isEmpty();
        assertThat(signature(budgets, E1, "b.c.shop.co.uk")).isEmpty();
        assertThat(signature(budgets, PARIS, "shop.co.uk")).contains(Budget.DOMAIN);
        assertThat(signature(budgets, E1, "other.co.uk")).isEmpty();
        assertThat(signature(budgets, E1, "192.0.2.1")).isEmpty();
        assertThat(signature(budgets, E1, "192.0.2.2")).isEmpty();
    }

    @Test
    void what_no_list_of_suffixes_knows_is_a_domain_of_two_labels() {
        Budgets budgets = budgets(new BudgetLimits(WIDE, WIDE, TWO, WIDE, 100, 16));

        assertThat(signature(budgets, E1, "a.intranet.corp-internal")).isEmpty();
        assertThat(signature(budgets, E1, "b.intranet.corp-internal")).isEmpty();
        assertThat(signature(budgets, E1, "intranet.corp-internal")).contains(Budget.DOMAIN);
        assertThat(signature(budgets, E1, "wiki.corp-internal")).isEmpty();
        assertThat(signature(budgets, E1, "localhost")).isEmpty();
    }

    @Test
    void a_name_is_new_once() {
        Budgets budgets = budgets(new BudgetLimits(WIDE, WIDE, WIDE, TWO, 100, 16));

        assertThat(signature(budgets, E1, "a.example")).isEmpty();
        for (int i = 0; i < 5; i++) {
            assertThat(signature(budgets, E1, "a.example")).isEmpty();
        }
        assertThat(signature(budgets, E1, "b.example")).isEmpty();
        assertThat(signature(budgets, E1, "c.example")).contains(Budget.NEW_NAMES);
        assertThat(signature(budgets, E1, "a.example")).as("known").isEmpty();
        assertThat(signature(budgets, E2, "c.example")).as("another edge's budget").isEmpty();
        assertThat(signature(budgets, E1, "c.example")).as("known since").isEmpty();
    }

    @Test
    void what_one_budget_refuses_costs_nothing_of_the_others() {
        Budgets budgets = budgets(new BudgetLimits(WIDE, TWO, TWO, WIDE, 100, 16));
        signature(budgets, E1, "a.example");
        signature(budgets, E1, "b.example");

        assertThat(signature(budgets, PARIS, "a.example")).isEmpty();
        for (int i = 0; i < 5; i++) {
            assertThat(signature(budgets, E1, "a.example")).contains(Budget.SITE);
        }
        assertThat(signature(budgets, PARIS, "b.example"))
                .as("berlin's refusals left the domain one")
                .isEmpty();
    }

    @Test
    void a_key_rests_until_midnight_and_a_clock_that_is_put_back_gives_it_no_more() {
        Budgets budgets =
                budgets(new BudgetLimits(WIDE, WIDE, WIDE, WIDE, 5, 16), /* signedToday= */ 3);

        assertThat(signature(budgets, E1, "a.example")).isEmpty();
        assertThat(signature(budgets, E1, "a.example")).isEmpty();
        assertThat(budgets.signature(E1, IssuerTrust.TRUSTED, "a.example", CA))
                .get()
                .extracting(Budgets.Exhausted::budget, Budgets.Exhausted::retryAfter)
                .containsExactly(Budget.KEY, Duration.ofMillis(60_001));
        now = now.plus(Duration.ofMinutes(1));
        assertThat(signature(budgets, E1, "a.example")).isEmpty();
        assertThat(registry.get("overt.signer.budget.key.signed").gauge().value()).isEqualTo(1);
        putBack = Duration.ofHours(1);
        for (int i = 0; i < 4; i++) {
            signature(budgets, E1, "a.example");
        }
        assertThat(signature(budgets, E1, "a.example")).contains(Budget.KEY);
    }

    @Test
    void every_counter_is_there_at_zero() {
        budgets(new BudgetLimits(WIDE, WIDE, WIDE, WIDE, 5, 16));

        for (Budget budget : Budget.values()) {
            for (String trust : List.of("trusted", "untrusted")) {
                assertThat(exhausted(budget, trust)).isZero();
            }
        }
    }

    @Test
    void a_refusal_is_counted_by_budget_and_trust() {
        Budgets budgets = budgets(new BudgetLimits(TWO, WIDE, WIDE, WIDE, 5, 16));
        for (int i = 0; i < 5; i++) {
            budgets.request(E1, IssuerTrust.UNTRUSTED);
        }

        assertThat(exhausted(Budget.EDGE, "untrusted")).isEqualTo(3);
        assertThat(exhausted(Budget.EDGE, "trusted")).isZero();
    }

    @Test
    void who_invents_keys_gets_no_fresh_bucket_for_each_and_memory_is_bounded() {
        Buckets buckets = new Buckets(TWO, 16);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            String key = "k" + i;
            if (buckets.wait(key, 0).isEmpty()) {
                buckets.take(key, 0);
                taken++;
            }
        }

        assertThat(buckets.size()).isEqualTo(16);
        assertThat(taken).as("16 of their own, and one shared bucket of 2").isEqualTo(18);
        assertThat(buckets.shared()).isEqualTo(2);
        // The oldest are full again and make room.
        long later = Duration.ofMinutes(1).toNanos();
        assertThat(buckets.wait("late", later)).isEmpty();
        buckets.take("late", later);
        assertThat(buckets.size()).isEqualTo(16);
        assertThat(buckets.shared()).isEqualTo(2);
    }

    @Test
    void no_order_of_requests_gets_more_than_burst_and_rate() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            BudgetLimit limit =
                    new BudgetLimit(
                            1 + random.nextInt(50),
                            Duration.ofSeconds(1 + random.nextInt(5)),
                            1 + random.nextInt(50));
            Buckets buckets = new Buckets(limit, 16);
            long start = random.nextLong(1_000_000_000_000L);
            long time = start;
            int taken = 0;
            for (int i = 0; i < 2_000; i++) {
                time += random.nextInt(40_000_000);
                Optional<Duration> wait = buckets.wait("k", time);
                if (wait.isEmpty()) {
                    buckets.take("k", time);
                    taken++;
                }
                double most = limit.burst() + (time - start) / limit.interval();
                assertThat((double) taken)
                        .as("seed %d, step %d", seed, i)
                        .isLessThanOrEqualTo(most + 1e-3);
            }
        }
    }

    @Test
    void a_limit_of_nothing_is_refused() {
        assertThatThrownBy(() -> new BudgetLimit(0, Duration.ofSeconds(1), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Budgets budgets(BudgetLimits limits) {
        return budgets(limits, 0);
    }

    private Budgets budgets(BudgetLimits limits, long signedToday) {
        Instant start = now;
        return new Budgets(
                limits,
                List.of(new Budgets.IssuingKey(CA, IssuerTrust.TRUSTED, "CN=CA", signedToday)),
                () -> Duration.between(start, now).toNanos(),
                () -> now.minus(putBack),
                registry);
    }

    private static Optional<Budget> signature(Budgets budgets, FleetIdentity edge, String name) {
        return budgets.signature(edge, IssuerTrust.TRUSTED, name, CA)
                .map(Budgets.Exhausted::budget);
    }

    private double exhausted(Budget budget, String trust) {
        return registry.get("overt.signer.budget.exhausted")
                .tag("budget", budget.text())
                .tag("trust", trust)
                .counter()
                .count();
    }
}
