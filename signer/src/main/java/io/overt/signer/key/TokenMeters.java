package io.overt.signer.key;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** What a token counts; every series is there, at zero, from the start. Thread-safe. */
final class TokenMeters {

    private final Counter leavesSigned;
    private final Counter leavesFailed;
    private final Counter canariesSigned;
    private final Counter canariesFailed;
    private final Counter recovered;
    private final Counter notRecovered;

    TokenMeters(MeterRegistry registry, String token, Supplier<KeyState> state, IntSupplier lanes) {
        Gauge.builder("overt.signer.token.lanes", () -> lanes.getAsInt())
                .tag("token", token)
                .description(
                        "Calls that are let into the token at the same time: token.threads, or fewer when it has not as many sessions.")
                .register(registry);
        leavesSigned = operations(registry, token, "leaf", "signed");
        leavesFailed = operations(registry, token, "leaf", "failed");
        canariesSigned = operations(registry, token, "canary", "signed");
        canariesFailed = operations(registry, token, "canary", "failed");
        recovered = recoveries(registry, token, "recovered");
        notRecovered = recoveries(registry, token, "failed");
        for (KeyState each : KeyState.values()) {
            Gauge.builder("overt.signer.token.state", () -> state.get() == each ? 1 : 0)
                    .tag("token", token)
                    .tag("state", each.text())
                    .description("1 for the state that the token is in, 0 for the others.")
                    .register(registry);
        }
    }

    void operation(boolean canary, Signing outcome) {
        Counter counter =
                switch (outcome) {
                    case Signing.Signed _ -> canary ? canariesSigned : leavesSigned;
                    case Signing.NotSigned _ -> canary ? canariesFailed : leavesFailed;
                };
        counter.increment();
    }

    void recovered() {
        recovered.increment();
    }

    void notRecovered() {
        notRecovered.increment();
    }

    private static Counter operations(
            MeterRegistry registry, String token, String kind, String result) {
        return Counter.builder("overt.signer.token.operations")
                .tag("token", token)
                .tag("kind", kind)
                .tag("result", result)
                .description("Calls that asked the token for a signature, by what they were for.")
                .register(registry);
    }

    private static Counter recoveries(MeterRegistry registry, String token, String result) {
        return Counter.builder("overt.signer.token.recoveries")
                .tag("token", token)
                .tag("result", result)
                .description("Attempts to replace the session on the token after a failure.")
                .register(registry);
    }
}
