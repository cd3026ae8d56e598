package io.overt.signer.budget;

import io.overt.service.config.ConfigNode;
import java.time.Duration;

/**
 * The limits of a signer, each for the trusted issuers and once more for the untrusted ones.
 *
 * @param edge requests of an edge
 * @param site signatures for a site
 * @param domain signatures for a registrable domain
 * @param newNames names that are new, of an edge
 * @param keyPerDay signatures of an issuing key between two midnights, UTC
 * @param tracked edges, sites, domains and names that are kept apart, each
 */
public record BudgetLimits(
        BudgetLimit edge,
        BudgetLimit site,
        BudgetLimit domain,
        BudgetLimit newNames,
        int keyPerDay,
        int tracked) {

    /** What {@code signer.yaml} says of each. */
    public static final BudgetLimits DEFAULTS =
            new BudgetLimits(
                    new BudgetLimit(1_000, Duration.ofSeconds(1), 20_000),
                    new BudgetLimit(2_000, Duration.ofSeconds(1), 40_000),
                    new BudgetLimit(10_000, Duration.ofHours(1), 10_000),
                    new BudgetLimit(20_000, Duration.ofHours(1), 20_000),
                    5_000_000,
                    50_000);

    /** Of the section {@code budgets}. */
    public static BudgetLimits read(ConfigNode node) {
        return new BudgetLimits(
                BudgetLimit.read(node.sectionOrDefaults("edge"), DEFAULTS.edge),
                BudgetLimit.read(node.sectionOrDefaults("site"), DEFAULTS.site),
                BudgetLimit.read(node.sectionOrDefaults("domain"), DEFAULTS.domain),
                BudgetLimit.read(node.sectionOrDefaults("new-names"), DEFAULTS.newNames),
                node.integer("key-per-day", DEFAULTS.keyPerDay, 1, Integer.MAX_VALUE),
                node.integer("tracked", DEFAULTS.tracked, 16, 1_000_000));
    }
}
