package io.overt.edge.transparency;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.x509.UntrustedReason;
import io.overt.x509.UntrustedReason.Kind;
import io.overt.x509.VerifiedUpstream;
import io.overt.x509.transparency.KnownLogs;
import io.overt.x509.transparency.Publicity;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether as many logs have promised to show an upstream's leaf as its rule demands. Without a list
 * of logs nothing is as public as that. Thread-safe.
 */
public final class TransparencyCheck {
    private final Supplier<Optional<KnownLogs>> logs;
    private final InstantSource clock;
    private final Map<Result, Counter> results = new EnumMap<>(Result.class);

    private enum Result {
        ENOUGH,
        TOO_FEW,
        NO_LIST
    }

    /**
     * @param logs the list in force, if there is one
     */
    public TransparencyCheck(
            Supplier<Optional<KnownLogs>> logs, InstantSource clock, MeterRegistry meters) {
        this.logs = logs;
        this.clock = clock;
        for (var result : Result.values()) {
            results.put(
                    result,
                    Counter.builder("overt.edge.transparency.checks")
                            .description(
                                    "Upstream leaves whose SCTs were counted, since the rule demands some.")
                            .tag("result", result.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .register(meters));
        }
    }

    /**
     * Counts, where the rule demands anything. A few signatures at most; no waiting.
     *
     * @param staple the OCSP response that came with the handshake
     * @param wanted how many logs, 0 for none
     * @return what is wrong, if it is not enough
     */
    public Optional<UntrustedReason> objection(
            VerifiedUpstream upstream, Optional<byte[]> staple, int wanted) {
        if (wanted <= 0) {
            return Optional.empty();
        }
        var known = logs.get();
        if (known.isEmpty()) {
            return Optional.of(
                    objection(
                            Result.NO_LIST,
                            "the rule wants %d, and no certificate-transparency.log-list is configured"
                                    .formatted(wanted)));
        }
        var publicity = Publicity.of(upstream, staple, known.get(), clock.instant());
        if (!publicity.has(wanted)) {
            return Optional.of(
                    objection(
                            Result.TOO_FEW,
                            "the rule wants %d; %s".formatted(wanted, publicity.text())));
        }
        count(Result.ENOUGH);
        return Optional.empty();
    }

    private UntrustedReason objection(Result result, String detail) {
        count(result);
        return new UntrustedReason(Kind.TOO_FEW_SCTS, detail);
    }

    private void count(Result result) {
        Objects.requireNonNull(results.get(result), "one for each").increment();
    }
}
