package io.overt.edge.exclusion.site;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Exclusion;
import io.overt.edge.exclusion.Exclusions;
import io.overt.edge.exclusion.Ledger;
import io.overt.edge.exclusion.Note;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Terms;
import io.overt.edge.exclusion.Testimony;
import io.overt.policy.FailureAction;
import io.overt.policy.Pinned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The ledger as connections use it: tells it the time, counts, and passes on what other edges
 * should know. Thread-safe; fit for event loops.
 */
public final class LedgerKeeper implements Exclusions {
    private final Ledger ledger;
    private final InstantSource clock;
    private final Consumer<List<Note>> share;
    private final Map<RefusalKind, Counter> refusals = new EnumMap<>(RefusalKind.class);
    private final Counter acceptances;

    /**
     * @param share hears what changed; called on event loops, must not block
     */
    public LedgerKeeper(
            Ledger ledger, InstantSource clock, Consumer<List<Note>> share, MeterRegistry meters) {
        this.ledger = ledger;
        this.clock = clock;
        this.share = share;
        for (var kind : RefusalKind.values()) {
            refusals.put(kind, counter(meters, kind.text()));
        }
        this.acceptances = counter(meters, "accepted");
    }

    @Override
    public Optional<Exclusion> of(String host, Client client, Pinned asked) {
        return ledger.exclusion(host, client, Terms.of(asked), clock.instant());
    }

    @Override
    public void hear(
            String host,
            Client client,
            Testimony testimony,
            Optional<Pinned> asked,
            Instant began) {
        var counter =
                switch (testimony) {
                    case Testimony.Accepted() -> acceptances;
                    case Testimony.Refused(var kind) -> refusals.get(kind);
                };
        if (counter != null) {
            counter.increment();
        }
        if (asked.isEmpty() && testimony instanceof Testimony.Refused) {
            return; // The rule says that such connections are lost, and no more.
        }
        var notes =
                ledger.hear(
                        host,
                        client,
                        testimony,
                        Terms.of(asked.orElse(UNASKED)),
                        began,
                        clock.instant());
        if (!notes.isEmpty()) {
            share.accept(notes);
        }
    }

    private static Counter counter(MeterRegistry meters, String kind) {
        return Counter.builder("overt.edge.exclusion.testimonies")
                .description(
                        "Connections by what the client showed about our certificate: it took it, or how it refused.")
                .tag("kind", kind)
                .register(meters);
    }

    /** For an acceptance, which counts whatever its rule says. */
    private static final Pinned UNASKED = new Pinned(1, Duration.ofSeconds(1), FailureAction.BLOCK);
}
