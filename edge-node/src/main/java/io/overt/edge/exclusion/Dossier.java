package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Note.Acceptance;
import io.overt.edge.exclusion.Note.Credit;
import io.overt.edge.exclusion.Note.Refusals;
import io.overt.edge.exclusion.Note.Seen;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * All that is known of one client and one host. Immutable.
 *
 * @param refusals by the edge that saw them
 * @param accepted when the client last took our certificate for the host, if it did since it
 *     refused
 */
record Dossier(
        Map<String, Refusals> refusals, Optional<Instant> accepted, Optional<Verdict> verdict) {
    static final Dossier EMPTY = new Dossier(Map.of(), Optional.empty(), Optional.empty());

    Dossier {
        refusals = Map.copyOf(refusals);
    }

    Dossier with(Refusals note) {
        var next = new HashMap<>(refusals);
        next.merge(note.edge(), note, (old, now) -> now.revision() < old.revision() ? old : now);
        if (next.size() > MOST_EDGES) {
            next.values().stream()
                    .min(Comparator.comparing(Refusals::last))
                    .ifPresent(eldest -> next.remove(eldest.edge()));
        }
        return new Dossier(next, accepted, verdict);
    }

    Dossier accepted(Instant at) {
        return new Dossier(refusals, Optional.of(later(accepted, at)), verdict);
    }

    Dossier with(Verdict note) {
        return new Dossier(refusals, accepted, Optional.of(later(verdict, note)));
    }

    /** Whether this says nothing new. */
    boolean knows(Note note) {
        return switch (note) {
            case Refusals other -> {
                var own = refusals.get(other.edge());
                yield own != null && own.revision() >= other.revision();
            }
            case Acceptance other ->
                    accepted.filter(each -> !each.isBefore(other.last())).isPresent();
            case Verdict other -> verdict.filter(each -> each.holdsOver(other)).isPresent();
        };
    }

    /** Up to when everything is void; also by a verdict on the host. */
    Instant cleared(Optional<Verdict> onHost) {
        return later(
                Optional.of(later(forgotten(verdict), forgotten(onHost))),
                accepted.orElse(Instant.MIN));
    }

    /** Of {@code than} and all that was seen or said of this, whichever is later. */
    Instant latest(Instant than) {
        var latest = later(verdict.map(Verdict::last), than);
        for (var each : refusals.values()) {
            latest = later(latest, each.last());
        }
        return latest;
    }

    /** Confirmed, and not forgotten since. */
    Optional<Verdict> confirmed(Optional<Verdict> onHost) {
        return verdict.filter(
                each -> each.word() == Word.CONFIRMED && each.last().isAfter(forgotten(onHost)));
    }

    /** What counts now, if anything does. */
    Optional<Tally> tally(Optional<Verdict> onHost, Instant now) {
        var cleared = cleared(onHost);
        return Tally.of(
                refusals.values().stream().filter(each -> each.counts(cleared, now)).toList());
    }

    private static Instant forgotten(Optional<Verdict> verdict) {
        return verdict.filter(each -> each.word() == Word.FORGOTTEN)
                .map(Verdict::last)
                .orElse(Instant.MIN);
    }

    static Verdict later(Optional<Verdict> one, Verdict other) {
        return one.filter(each -> each.holdsOver(other)).orElse(other);
    }

    static Instant later(Optional<Instant> one, Instant other) {
        return one.isPresent() ? later(one.get(), other) : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** More edges, and lives of edges, than see one client within the time that a rule asks for. */
    private static final int MOST_EDGES = 64;

    /**
     * What refusals add up to.
     *
     * @param terms those of the latest
     */
    record Tally(long weight, Seen seen, Credit credit, Terms terms) {

        static Optional<Tally> of(Collection<Refusals> counted) {
            Optional<Refusals> latest = Optional.empty();
            Optional<Seen> seen = Optional.empty();
            long weight = 0;
            var credit = Credit.UNKNOWN;
            for (var each : counted) {
                weight += each.weight();
                credit = better(credit, each.credit());
                if (latest.isEmpty() || each.last().isAfter(latest.get().last())) {
                    latest = Optional.of(each);
                }
                seen = Optional.of(together(seen, each));
            }
            if (latest.isEmpty() || seen.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new Tally(weight, seen.get(), credit, latest.get().terms()));
        }

        /** Enough by the terms that it was learned under, and by those that are asked now. */
        boolean excludes(Terms asked, Instant now) {
            return terms.met(weight) && asked.met(weight) && asked.current(seen.last(), now);
        }

        /** Whether it counts where clients are counted. */
        boolean saysSomethingOfTheHost() {
            return credit != Credit.REFUSES_ALL;
        }

        private static Seen together(Optional<Seen> before, Refusals more) {
            return before.map(
                            seen ->
                                    new Seen(
                                            RefusalKind.stronger(seen.kind(), more.kind()),
                                            seen.refusals() + more.refusals(),
                                            seen.first().isBefore(more.first())
                                                    ? seen.first()
                                                    : more.first(),
                                            later(seen.last(), more.last())))
                    .orElseGet(
                            () ->
                                    new Seen(
                                            more.kind(),
                                            more.refusals(),
                                            more.first(),
                                            more.last()));
        }

        /** One edge that saw the client take a certificate knows more than one that did not. */
        private static Credit better(Credit one, Credit other) {
            if (one == Credit.TAKES_OTHERS || other == Credit.TAKES_OTHERS) {
                return Credit.TAKES_OTHERS;
            }
            return one == Credit.REFUSES_ALL || other == Credit.REFUSES_ALL
                    ? Credit.REFUSES_ALL
                    : Credit.UNKNOWN;
        }
    }
}
