package io.overt.edge.forge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.forge.ForgeResult.Forged;
import io.overt.edge.forge.ForgeResult.NotMirrorable;
import io.overt.edge.forge.ForgeResult.Refused;
import io.overt.edge.forge.ForgeResult.Unavailable;

/** Answers of the forge by outcome and tier, from zero. */
final class ForgeCounters {
    private final Counter local;
    private final Counter siteCache;
    private final Counter signer;
    private final Counter refused;
    private final Counter notMirrorable;
    private final Counter unavailable;
    private final Counter defects;

    ForgeCounters(MeterRegistry meters) {
        this.local = counter(meters, "forged", Tier.LOCAL.text());
        this.siteCache = counter(meters, "forged", Tier.SITE_CACHE.text());
        this.signer = counter(meters, "forged", Tier.SIGNER.text());
        this.refused = counter(meters, "refused", "signer");
        this.notMirrorable = counter(meters, "not-mirrorable", "none");
        this.unavailable = counter(meters, "unavailable", "none");
        this.defects =
                Counter.builder("overt.forge.defects")
                        .description("Exceptions that ended a forging: each is a bug.")
                        .register(meters);
    }

    ForgeResult count(ForgeResult result) {
        (switch (result) {
                    case Forged(var _, Tier tier) ->
                            switch (tier) {
                                case LOCAL -> local;
                                case SITE_CACHE -> siteCache;
                                case SIGNER -> signer;
                            };
                    case Refused _ -> refused;
                    case NotMirrorable _ -> notMirrorable;
                    case Unavailable _ -> unavailable;
                })
                .increment();
        return result;
    }

    void defect() {
        defects.increment();
    }

    private static Counter counter(MeterRegistry meters, String outcome, String tier) {
        return Counter.builder("overt.forge.results")
                .description(
                        "What came of asking for a forged leaf, once for each connection that asked.")
                .tag("outcome", outcome)
                .tag("tier", tier)
                .register(meters);
    }
}
