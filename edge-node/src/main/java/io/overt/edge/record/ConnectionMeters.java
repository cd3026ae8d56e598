package io.overt.edge.record;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.flow.Conclusion;
import io.overt.edge.flow.Ending;
import io.overt.edge.flow.Known;
import io.overt.edge.flow.LegComparison.Aspect;
import io.overt.edge.flow.Outcome;
import io.overt.edge.flow.PostQuantum;
import io.overt.edge.flow.Reason;
import io.overt.edge.flow.Unoffered;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Counts connections by how they ended. Every counter exists at zero from the start, so that an
 * alert on it can be written and tried before it has ever counted. Thread-safe.
 */
public final class ConnectionMeters {
    private final MeterRegistry registry;
    private final VersionFigures figures;
    private final Map<Outcome, Map<Reason, Counter>> outcomes = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Map<Ending, Counter>> endings = new EnumMap<>(Outcome.class);
    private final Map<PostQuantum, Counter> postQuantum = new EnumMap<>(PostQuantum.class);
    private final Map<Aspect, Counter> weaker = new EnumMap<>(Aspect.class);
    private final Counter notOffered;
    private final Counter shellFailures;

    /** Counts for nobody but the registry's readers. */
    public ConnectionMeters(MeterRegistry registry) {
        this(registry, new VersionFigures(InstantSource.system(), registry));
    }

    /** Counts into the figures of the version in force as well. */
    public ConnectionMeters(MeterRegistry registry, VersionFigures figures) {
        this.registry = registry;
        this.figures = figures;
        for (var outcome : Outcome.values()) {
            var byReason = new EnumMap<Reason, Counter>(Reason.class);
            for (var reason : Reason.values()) {
                if (reason.outcomes().contains(outcome)) {
                    byReason.put(
                            reason,
                            Counter.builder("overt.edge.connections")
                                    .description("Connections that ended, by outcome and reason.")
                                    .tag("outcome", outcome.text())
                                    .tag("reason", reason.text())
                                    .register(registry));
                }
            }
            outcomes.put(outcome, byReason);
            var byEnding = new EnumMap<Ending, Counter>(Ending.class);
            for (var ending : Ending.values()) {
                byEnding.put(
                        ending,
                        Counter.builder("overt.edge.endings")
                                .description("Connections that ended, by outcome and ending.")
                                .tag("outcome", outcome.text())
                                .tag("ending", ending.text())
                                .register(registry));
            }
            endings.put(outcome, byEnding);
        }
        for (var each : PostQuantum.values()) {
            postQuantum.put(
                    each,
                    Counter.builder("overt.edge.upstream.post.quantum")
                            .description(
                                    "Upstream handshakes, by whether a client's post-quantum offer reached the upstream leg.")
                            .tag("offer", each.text())
                            .register(registry));
        }
        for (var aspect : Aspect.values()) {
            weaker.put(
                    aspect,
                    Counter.builder("overt.edge.upstream.weaker")
                            .description(
                                    "Inspected connections whose upstream leg was weaker than the client's, by what was; one may count for several.")
                            .tag("aspect", aspect.text())
                            .register(registry));
        }
        this.notOffered =
                Counter.builder("overt.edge.upstream.not.offered")
                        .description(
                                "Upstream handshakes that agreed on what the client had not offered, whatever the rule made of it.")
                        .register(registry);
        this.shellFailures =
                Counter.builder("overt.edge.shell.failures")
                        .description("Commands that failed by a defect of ours.")
                        .register(registry);
    }

    /** Registers gauges for what is open now. */
    public void watch(
            IntSupplier connections,
            IntSupplier inspections,
            IntSupplier hellos,
            IntSupplier clients) {
        gauge("overt.edge.connections.open", "Connections that are open.", connections);
        gauge(
                "overt.edge.inspections.open",
                "Connections that are being inspected or prepared for it.",
                inspections);
        gauge("overt.edge.hellos.open", "Connections whose hello is awaited.", hellos);
        gauge(
                "overt.edge.clients",
                "Clients that are connected: IPv4 addresses and IPv6 /64 networks.",
                clients);
    }

    /** Registers a gauge for what is held because peers do not take it. */
    public void watchPending(LongSupplier bytes) {
        Gauge.builder("overt.edge.pending", bytes, LongSupplier::getAsLong)
                .description("Bytes that wait for clients and upstreams to take them.")
                .baseUnit("bytes")
                .strongReference(true)
                .register(registry);
    }

    private void gauge(String name, String description, IntSupplier now) {
        Gauge.builder(name, now, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** Where what belongs to connections, and is counted elsewhere, is counted. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Of the version in force. */
    public VersionFigures figures() {
        return figures;
    }

    /** One connection is over. */
    public void count(Conclusion conclusion) {
        var byReason = outcomes.get(conclusion.outcome());
        var byEnding = endings.get(conclusion.outcome());
        var reason = byReason == null ? null : byReason.get(conclusion.reason());
        var ending = byEnding == null ? null : byEnding.get(conclusion.ending());
        if (reason == null || ending == null) {
            throw new IllegalStateException("no counter for " + conclusion.outcome());
        }
        reason.increment();
        ending.increment();
        conclusion.known().meeting().ifPresent(this::count);
        for (var aspect : conclusion.weaker().orElse(List.of())) {
            Objects.requireNonNull(weaker.get(aspect), "one for each").increment();
        }
    }

    private void count(Known.Met met) {
        Objects.requireNonNull(postQuantum.get(PostQuantum.of(met)), "one for each").increment();
        if (!Unoffered.by(met.judged().heard().hello(), met.session()).findings().isEmpty()) {
            notOffered.increment();
        }
    }

    /** The shell's backstop caught something. */
    public void shellFailed() {
        shellFailures.increment();
    }
}
