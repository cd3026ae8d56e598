package io.overt.control.rollout;

import io.overt.control.store.RolloutEventRow;
import io.overt.control.store.RolloutRow;
import io.overt.control.store.RolloutStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A rollout as it is kept: what it is now, and how it came there. Immutable. */
record Ledger(State state, List<RolloutEventRow> history) {

    Ledger {
        history = List.copyOf(history);
    }

    /** A new one, and the row to be kept of it. */
    record Begun(Ledger ledger, RolloutRow row) {}

    static Begun begin(Rollout rollout, int approved, Optional<java.time.Instant> frozenUntil) {
        return new Begun(
                new Ledger(State.begin(rollout, approved, frozenUntil), List.of()),
                new RolloutRow(
                        rollout.id(),
                        rollout.version(),
                        rollout.askedVersion(),
                        rollout.policy(),
                        rollout.base(),
                        PlanMessages.of(rollout.plan()),
                        rollout.needed(),
                        approved,
                        frozenUntil,
                        rollout.started(),
                        rollout.startedBy(),
                        rollout.reason()));
    }

    /**
     * Replays what was kept.
     *
     * @throws IllegalStateException when it leads elsewhere than it did when it was written: the
     *     store is another build's, or was tampered with, and nothing may be offered by it
     */
    static Ledger replay(RolloutStore.Kept kept) {
        var row = kept.rollout();
        var state =
                State.begin(
                        new Rollout(
                                row.id(),
                                row.version(),
                                row.askedVersion(),
                                row.policy(),
                                row.base(),
                                PlanMessages.parse(row.plan()),
                                row.needed(),
                                row.started(),
                                row.startedBy(),
                                row.reason()),
                        row.approved(),
                        row.frozenUntil());
        for (var event : kept.events()) {
            var before = state;
            state = state.on(EventMessages.parse(event.event(), state.rollout().plan())).next();
            if (!before.phase().name().equals(event.from())
                    || !state.phase().name().equals(event.to())) {
                throw new IllegalStateException(
                        "rollout %d, event %d: leads from %s to %s (expected: from %s to %s, as it was kept)"
                                .formatted(
                                        row.id(),
                                        event.number(),
                                        before.phase(),
                                        state.phase(),
                                        event.from(),
                                        event.to()));
            }
        }
        return new Ledger(state, kept.events());
    }

    /** The row of what an event leads to. */
    RolloutEventRow entry(Event event, Step step) {
        return new RolloutEventRow(
                state.rollout().id(),
                revision(),
                event.at(),
                actor(event),
                state.phase().name(),
                step.next().phase().name(),
                Exits.wave(step.next()),
                step.why(),
                EventMessages.of(event));
    }

    Ledger with(RolloutEventRow entry, State next) {
        var all = new ArrayList<>(history);
        all.add(entry);
        return new Ledger(next, all);
    }

    /** How often something has happened to it, its beginning among them. */
    long revision() {
        return history.size() + 1L;
    }

    RolloutStore.Mark mark() {
        return new RolloutStore.Mark(state.rollout().id(), history.size());
    }

    private static String actor(Event event) {
        return switch (event) {
            case Event.Asked(_, _, var actor, _) -> actor;
            case Event.Overtaken(_, _, var actor) -> actor;
            case Event.Approved _, Event.Looked _, Event.PublishedAgain _ -> "";
        };
    }
}
