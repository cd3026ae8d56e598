package io.overt.signer.budget;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.service.identity.FleetIdentity;
import io.overt.x509.CertificateFingerprint;
import io.overt.x509.IssuerTrust;
import io.overt.x509.PublicSuffixes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an edge, a site, a domain and a key may use (DESIGN.md section 8, ADR 0176). Thread-safe;
 * each call takes a lock for less than a microsecond.
 *
 * <p>Everything is kept apart for trusted and untrusted issuers, so that broken upstreams, of which
 * anybody can make as many as they like, use up nothing of what good ones need.
 */
public final class Budgets {
    private final LongSupplier ticker;
    private final InstantSource clock;
    private final Map<IssuerTrust, Kept> kept = new EnumMap<>(IssuerTrust.class);
    private final Map<CertificateFingerprint, KeyDay> keys = new HashMap<>();
    private final Map<IssuerTrust, Map<Budget, Counter>> exhausted =
            new EnumMap<>(IssuerTrust.class);

    /**
     * That nothing is left of a budget.
     *
     * @param retryAfter when there is something of it again
     * @param detail for people: whose budget
     */
    public record Exhausted(Budget budget, Duration retryAfter, String detail) {}

    /**
     * An issuing key.
     *
     * @param name for metrics
     * @param signedToday before this process, as the store has it
     */
    public record IssuingKey(
            CertificateFingerprint issuer, IssuerTrust trust, String name, long signedToday) {}

    /**
     * Full ones, but for the keys.
     *
     * @param ticker nanoseconds that never go back
     * @param clock tells the day
     */
    public Budgets(
            BudgetLimits limits,
            List<IssuingKey> issuingKeys,
            LongSupplier ticker,
            InstantSource clock,
            MeterRegistry registry) {
        this.ticker = ticker;
        this.clock = clock;
        for (IssuerTrust trust : IssuerTrust.values()) {
            Kept each = new Kept(limits);
            kept.put(trust, each);
            exhausted.put(trust, counters(trust, registry));
            tracked(each, Budget.EDGE, each.edges, trust, registry);
            tracked(each, Budget.SITE, each.sites, trust, registry);
            tracked(each, Budget.DOMAIN, each.domains, trust, registry);
            tracked(each, Budget.NEW_NAMES, each.newNames, trust, registry);
        }
        Instant now = clock.instant();
        for (IssuingKey each : issuingKeys) {
            KeyDay day = new KeyDay(limits.keyPerDay(), now, each.signedToday());
            keys.put(each.issuer(), day);
            Gauge.builder("overt.signer.budget.key.signed", day, this::signed)
                    .tag("issuer", each.name())
                    .description("Leaves that the issuing key was asked to sign today, UTC.")
                    .register(registry);
        }
    }

    /**
     * Takes a request of an edge, before anything else is done for it.
     *
     * @param trust of the issuer that it names
     */
    public Optional<Exhausted> request(FleetIdentity edge, IssuerTrust trust) {
        long now = ticker.getAsLong();
        Kept of = of(trust);
        synchronized (of) {
            Optional<Duration> wait = of.edges.wait(edge.uri(), now);
            if (wait.isPresent()) {
                return Optional.of(
                        full(trust, Budget.EDGE, wait.get(), "requests of " + edge.uri()));
            }
            of.edges.take(edge.uri(), now);
            return Optional.empty();
        }
    }

    /**
     * Takes a signature of all budgets that it costs, or of none.
     *
     * @param edge who asked, and passed every check
     * @param name the server's, in lower case
     * @param issuer whose key is to sign
     */
    public Optional<Exhausted> signature(
            FleetIdentity edge, IssuerTrust trust, String name, CertificateFingerprint issuer) {
        long now = ticker.getAsLong();
        Instant time = clock.instant();
        String domain = PublicSuffixes.registrable(name);
        KeyDay key =
                Objects.requireNonNull(
                        keys.get(issuer), () -> "an issuer without a day: " + issuer);
        Kept of = of(trust);
        synchronized (of) {
            boolean isNew = of.seen.isNew(name);
            Optional<Duration> wait = key.wait(time);
            if (wait.isPresent()) {
                return Optional.of(
                        full(trust, Budget.KEY, wait.get(), "signatures today of " + issuer));
            }
            wait = of.sites.wait(edge.site(), now);
            if (wait.isPresent()) {
                return Optional.of(
                        full(trust, Budget.SITE, wait.get(), "signatures for site " + edge.site()));
            }
            wait = of.domains.wait(domain, now);
            if (wait.isPresent()) {
                return Optional.of(
                        full(trust, Budget.DOMAIN, wait.get(), "signatures for " + domain));
            }
            wait = isNew ? of.newNames.wait(edge.uri(), now) : Optional.empty();
            if (wait.isPresent()) {
                return Optional.of(
                        full(trust, Budget.NEW_NAMES, wait.get(), "new names of " + edge.uri()));
            }
            key.take(time);
            of.sites.take(edge.site(), now);
            of.domains.take(domain, now);
            if (isNew) {
                of.newNames.take(edge.uri(), now);
            }
            of.seen.add(name);
            return Optional.empty();
        }
    }

    private Kept of(IssuerTrust trust) {
        return Objects.requireNonNull(kept.get(trust), "every trust has its own");
    }

    private Exhausted full(IssuerTrust trust, Budget budget, Duration wait, String detail) {
        Objects.requireNonNull(
                        Objects.requireNonNull(exhausted.get(trust), "every trust").get(budget),
                        "every budget counts")
                .increment();
        switch (budget) {
            // Once a request for the rest of the day: the day's end is what somebody must look at.
            case KEY -> LOG.atError().log("budget used up: {}", detail);
            case EDGE, SITE, DOMAIN, NEW_NAMES ->
                    LOG.atDebug().log("budget used up for now: {}", detail);
        }
        // Whole milliseconds, up: who comes back to the nanosecond early would be refused again.
        return new Exhausted(budget, Duration.ofMillis(wait.toMillis() + 1), detail);
    }

    private double signed(KeyDay day) {
        // A key belongs to one trust; reading one number a little late harms nobody.
        return day.signed();
    }

    private static Map<Budget, Counter> counters(IssuerTrust trust, MeterRegistry registry) {
        Map<Budget, Counter> counters = new EnumMap<>(Budget.class);
        for (Budget budget : Budget.values()) {
            counters.put(
                    budget,
                    Counter.builder("overt.signer.budget.exhausted")
                            .tag("budget", budget.text())
                            .tag("trust", text(trust))
                            .description("Requests that were refused since a budget was used up.")
                            .register(registry));
        }
        return counters;
    }

    private static void tracked(
            Kept of, Budget budget, Buckets buckets, IssuerTrust trust, MeterRegistry registry) {
        Gauge.builder(
                        "overt.signer.budget.tracked",
                        of,
                        each -> {
                            synchronized (each) {
                                return buckets.size();
                            }
                        })
                .tag("budget", budget.text())
                .tag("trust", text(trust))
                .description("Edges, sites or domains that have a bucket of their own.")
                .register(registry);
        FunctionCounter.builder(
                        "overt.signer.budget.shared",
                        of,
                        each -> {
                            synchronized (each) {
                                return buckets.shared();
                            }
                        })
                .tag("budget", budget.text())
                .tag("trust", text(trust))
                .description("Times that one came from the bucket of all that have none.")
                .register(registry);
    }

    private static String text(IssuerTrust trust) {
        return trust.name().toLowerCase(Locale.ROOT);
    }

    /** Of one trust; guarded by itself. */
    private static final class Kept {
        final Buckets edges;
        final Buckets sites;
        final Buckets domains;
        final Buckets newNames;
        final SeenNames seen;

        Kept(BudgetLimits limits) {
            edges = new Buckets(limits.edge(), limits.tracked());
            sites = new Buckets(limits.site(), limits.tracked());
            domains = new Buckets(limits.domain(), limits.tracked());
            newNames = new Buckets(limits.newNames(), limits.tracked());
            seen = new SeenNames(limits.tracked());
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Budgets.class);
}
