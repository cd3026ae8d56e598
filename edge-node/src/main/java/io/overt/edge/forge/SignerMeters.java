package io.overt.edge.forge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** What this edge counts about one signer, from zero. */
final class SignerMeters {
    private final Map<Call, Counter> calls = new EnumMap<>(Call.class);
    private final Map<SignerStanding, Counter> changes = new EnumMap<>(SignerStanding.class);
    private final Counter chosen;
    private final Counter failedOver;

    /** What came of one forge call. */
    enum Call {
        /** A leaf that holds. */
        SIGNED("signed"),
        /** No, for a reason that is about the request. */
        REFUSED("refused"),
        /** No, because this signer cannot sign now. */
        CANNOT("cannot"),
        /** Nothing. */
        UNANSWERED("unanswered"),
        /** A leaf that does not hold. */
        NOT_VERIFIED("not-verified");

        private final String text;

        Call(String text) {
            this.text = text;
        }
    }

    SignerMeters(MeterRegistry registry, String signer, Supplier<SignerStanding> standing) {
        for (Call outcome : Call.values()) {
            calls.put(
                    outcome,
                    Counter.builder("overt.signer.forge.calls")
                            .description("Forge calls of this edge, by signer and outcome.")
                            .tag("signer", signer)
                            .tag("outcome", outcome.text)
                            .register(registry));
        }
        for (SignerStanding each : SignerStanding.values()) {
            Gauge.builder("overt.signer.standing", () -> standing.get() == each ? 1 : 0)
                    .description("1 for what this edge thinks of the signer now, 0 for the rest.")
                    .tag("signer", signer)
                    .tag("standing", each.text())
                    .register(registry);
            changes.put(
                    each,
                    Counter.builder("overt.signer.standing.changes")
                            .description("How often the signer has come to stand so.")
                            .tag("signer", signer)
                            .tag("to", each.text())
                            .register(registry));
        }
        Gauge.builder("overt.signer.healthy", () -> standing.get().isHealthy() ? 1 : 0)
                .description("1 while new leaves are to be expected of the signer.")
                .tag("signer", signer)
                .register(registry);
        this.chosen =
                Counter.builder("overt.signer.chosen")
                        .description("Leaves that the signer was asked for before any other.")
                        .tag("signer", signer)
                        .register(registry);
        this.failedOver =
                Counter.builder("overt.signer.failed.over")
                        .description(
                                "Leaves that the signer was asked for in vain, so that the next one was asked.")
                        .tag("signer", signer)
                        .register(registry);
    }

    void called(Call outcome) {
        Objects.requireNonNull(calls.get(outcome), "the constructor made one for each").increment();
    }

    void became(SignerStanding standing) {
        Objects.requireNonNull(changes.get(standing), "the constructor made one for each")
                .increment();
    }

    void chosen() {
        chosen.increment();
    }

    void failedOver() {
        failedOver.increment();
    }
}
