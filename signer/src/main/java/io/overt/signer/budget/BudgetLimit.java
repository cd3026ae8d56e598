package io.overt.signer.budget;

import io.overt.service.config.ConfigNode;
import java.time.Duration;

/**
 * A rate with a burst.
 *
 * @param amount comes back in each {@code per}, evenly
 * @param burst may be taken at once after a rest
 */
public record BudgetLimit(int amount, Duration per, int burst) {

    public BudgetLimit {
        if (amount < 1 || burst < 1 || per.isNegative() || per.isZero()) {
            throw new IllegalArgumentException(
                    "budget of %d in %s, burst %d (expected: all positive)"
                            .formatted(amount, per, burst));
        }
    }

    static BudgetLimit read(ConfigNode node, BudgetLimit whenAbsent) {
        return new BudgetLimit(
                node.integer("amount", whenAbsent.amount, 1, 1_000_000_000),
                node.duration("per", whenAbsent.per, Duration.ofSeconds(1), Duration.ofDays(1)),
                node.integer("burst", whenAbsent.burst, 1, 1_000_000_000));
    }

    /** Nanoseconds until one more has come back. */
    double interval() {
        return (double) per.toNanos() / amount;
    }
}
