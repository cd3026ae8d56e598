package io.overt.edge.forge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.proto.failure.v1.Refusal;
import io.overt.proto.signer.v1.ForgeRequest;
import io.overt.x509.PublicSuffixes;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What one signer need not be asked for a while, since it said that a budget is used up and for how
 * long (ADR 0177). A budget of this edge or its site holds all requests to that issuer, one of a
 * domain those for it, one of new names those for that host; the answer meanwhile is the signer's.
 * Which signer is asked instead, if any, is the reason's business ({@link RefusalCourse}).
 * Thread-safe.
 */
final class BudgetHolds {
    /** No word of a signer keeps it from being asked for longer. */
    static final Duration LONGEST = Duration.ofHours(1);

    /** Hosts and domains that are held at once; of more, the oldest is asked for again. */
    static final int MOST = 10_000;

    private final LongSupplier ticker;
    private final Counter held;
    private final Counter learned;

    /** Guarded by this. */
    private final Map<String, Hold> holds =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Hold> eldest) {
                    return size() > MOST;
                }
            };

    /** A refusal that still stands. */
    private record Hold(long until, Refusal refusal) {}

    /**
     * @param ticker nanoseconds that never go back
     */
    BudgetHolds(LongSupplier ticker, MeterRegistry meters) {
        this.ticker = ticker;
        this.held =
                Counter.builder("overt.signer.forge.held")
                        .description(
                                "Forge requests that were not sent since the signer had said that a budget is used up; among the refused ones too.")
                        .register(meters);
        this.learned =
                Counter.builder("overt.signer.forge.budget.refusals")
                        .description("Times that a signer said that a budget is used up.")
                        .register(meters);
    }

    /** The refusal that stands for this request, if one does. */
    synchronized Optional<Refusal> standing(ForgeRequest request) {
        for (String scope : scopes(request)) {
            Hold hold = holds.get(scope);
            if (hold != null && hold.until - ticker.getAsLong() > 0) {
                held.increment();
                return Optional.of(hold.refusal);
            }
            holds.remove(scope);
        }
        return Optional.empty();
    }

    /** Remembers what a signer answered, where it says for how long. */
    synchronized void refused(ForgeRequest request, Refusal refusal) {
        Optional<String> scope = scope(request, refusal);
        if (scope.isEmpty() || !refusal.hasRetryAfter()) {
            return;
        }
        learned.increment();
        Duration delay =
                Duration.ofSeconds(
                        Math.clamp(refusal.getRetryAfter().getSeconds(), 0, LONGEST.toSeconds()),
                        Math.clamp(refusal.getRetryAfter().getNanos(), 0, 999_999_999));
        if (delay.compareTo(LONGEST) > 0) {
            delay = LONGEST;
        }
        holds.remove(scope.get());
        holds.put(scope.get(), new Hold(ticker.getAsLong() + delay.toNanos(), refusal));
    }

    private static Optional<String> scope(ForgeRequest request, Refusal refusal) {
        String[] scopes = scopes(request);
        return switch (refusal.getReason()) {
            case REFUSAL_REASON_KEY_BUDGET_EXHAUSTED -> Optional.of(scopes[0]);
            case REFUSAL_REASON_BUDGET_EXHAUSTED ->
                    Optional.of(
                            switch (refusal.getSubject()) {
                                case "edge", "site" -> scopes[0];
                                case "domain" -> scopes[1];
                                // New names, and what a newer signer has a budget for.
                                default -> scopes[2];
                            });
            default -> Optional.empty();
        };
    }

    /** From the widest to the narrowest; budgets are kept apart by issuer. */
    private static String[] scopes(ForgeRequest request) {
        String issuer = HexFormat.of().formatHex(request.getIssuerSha256().toByteArray());
        String host = request.getServerName();
        return new String[] {
            issuer + " all",
            issuer + " domain " + PublicSuffixes.registrable(host),
            issuer + " host " + host
        };
    }
}
