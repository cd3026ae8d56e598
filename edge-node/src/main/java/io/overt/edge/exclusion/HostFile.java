package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Dossier.Tally;
import io.overt.edge.exclusion.Note.Seen;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * All that is known of one host. Immutable, so that event loops read it without a lock.
 *
 * @param accepted when any client last took our certificate for it
 */
record HostFile(
        Map<Client, Dossier> clients, Optional<Instant> accepted, Optional<Verdict> verdict) {
    static final HostFile EMPTY = new HostFile(Map.of(), Optional.empty(), Optional.empty());

    HostFile {
        clients = Map.copyOf(clients);
    }

    HostFile with(Client client, UnaryOperator<Dossier> change) {
        var next = new HashMap<>(clients);
        next.put(client, change.apply(dossier(client)));
        return new HostFile(next, accepted, verdict);
    }

    HostFile without(Collection<Client> gone) {
        var next = new HashMap<>(clients);
        next.keySet().removeAll(gone);
        return new HostFile(next, accepted, verdict);
    }

    HostFile accepted(Instant at) {
        return new HostFile(clients, Optional.of(Dossier.later(accepted, at)), verdict);
    }

    HostFile with(Verdict note) {
        return new HostFile(clients, accepted, Optional.of(Dossier.later(verdict, note)));
    }

    HostFile withoutVerdict() {
        return new HostFile(clients, accepted, Optional.empty());
    }

    /** Whether this says nothing new. */
    boolean knows(Note note) {
        return note.subject()
                .client()
                .map(client -> dossier(client).knows(note))
                .orElseGet(() -> new Dossier(Map.of(), accepted, verdict).knows(note));
    }

    boolean isEmpty() {
        return clients.isEmpty() && verdict.isEmpty();
    }

    Dossier dossier(Client client) {
        return clients.getOrDefault(client, Dossier.EMPTY);
    }

    Optional<Verdict> confirmed() {
        return verdict.filter(each -> each.word() == Word.CONFIRMED);
    }

    Optional<Tally> tally(Client client, Instant now) {
        return dossier(client).tally(verdict, now);
    }

    /** Whether this client is excluded under these terms, and why. */
    Optional<Exclusion> exclusion(Client client, Terms asked, Instant now) {
        var dossier = dossier(client);
        return confirmed()
                .flatMap(each -> confirmed(Scope.HOST, each))
                .or(() -> dossier.confirmed(verdict).flatMap(each -> confirmed(Scope.CLIENT, each)))
                .or(
                        () ->
                                dossier.tally(verdict, now)
                                        .filter(tally -> tally.excludes(asked, now))
                                        .map(tally -> learned(Scope.CLIENT, tally.seen())))
                .or(
                        () ->
                                forEverybody(Optional.of(asked), now)
                                        .map(found -> learned(Scope.HOST, found.seen())));
    }

    /**
     * What the refusals of several clients have come to together.
     *
     * @param until when the first of those that it takes will have forgotten its own
     */
    record Together(Seen seen, Instant until) {}

    /**
     * Whether enough clients are excluded, each for itself, to exclude all.
     *
     * @param asked empty for the terms that were learned under
     */
    Optional<Together> forEverybody(Optional<Terms> asked, Instant now) {
        var counted = new ArrayList<Tally>();
        var groups = new HashSet<String>();
        for (var each : clients.entrySet()) {
            each.getValue()
                    .tally(verdict, now)
                    .filter(tally -> tally.excludes(asked.orElse(tally.terms()), now))
                    .filter(Tally::saysSomethingOfTheHost)
                    .ifPresent(
                            tally -> {
                                // Addresses of one device count once.
                                if (groups.add(each.getKey().group())) {
                                    counted.add(tally);
                                }
                            });
        }
        if (counted.isEmpty()) {
            return Optional.empty();
        }
        var latest =
                counted.stream()
                        .max((a, b) -> a.seen().last().compareTo(b.seen().last()))
                        .orElseThrow();
        var terms = asked.orElse(latest.terms());
        // Somebody takes our certificate for this host: then it is some clients that are pinned,
        // and those have exclusions of their own.
        if (counted.size() < terms.clients()
                || accepted.filter(at -> terms.current(at, now)).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Together(seen(counted), until(counted, terms)));
    }

    private static Instant until(List<Tally> counted, Terms terms) {
        var ends =
                counted.stream()
                        .map(each -> each.seen().last().plus(shorter(each.terms(), terms)))
                        .sorted()
                        .toList();
        return ends.get(ends.size() - terms.clients());
    }

    private static Duration shorter(Terms one, Terms other) {
        return one.ttl().compareTo(other.ttl()) < 0 ? one.ttl() : other.ttl();
    }

    private static Seen seen(List<Tally> counted) {
        return counted.stream()
                .map(Tally::seen)
                .reduce(
                        (one, other) ->
                                new Seen(
                                        RefusalKind.stronger(one.kind(), other.kind()),
                                        one.refusals() + other.refusals(),
                                        one.first().isBefore(other.first())
                                                ? one.first()
                                                : other.first(),
                                        one.last().isAfter(other.last())
                                                ? one.last()
                                                : other.last()))
                .orElseThrow();
    }

    private static Exclusion learned(Scope scope, Seen seen) {
        return new Exclusion(scope, Basis.LEARNED, seen.kind(), seen.refusals());
    }

    private static Optional<Exclusion> confirmed(Scope scope, Verdict verdict) {
        return verdict.seen()
                .map(seen -> new Exclusion(scope, Basis.CONFIRMED, seen.kind(), seen.refusals()));
    }
}
