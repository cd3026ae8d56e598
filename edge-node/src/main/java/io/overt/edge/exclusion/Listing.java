package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Dossier.Tally;
import io.overt.edge.exclusion.Note.Seen;
import io.overt.edge.exclusion.Note.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes a host's file down as administrators read it. */
final class Listing {

    private Listing() {}

    static List<Entry> of(String host, HostFile file, Instant now) {
        var entries = new ArrayList<Entry>();
        file.confirmed()
                .flatMap(each -> confirmed(Subject.everybody(host), each))
                .or(
                        () ->
                                file.forEverybody(Optional.empty(), now)
                                        .map(
                                                all ->
                                                        entry(
                                                                Subject.everybody(host),
                                                                Basis.LEARNED,
                                                                all.seen(),
                                                                Optional.of(all.until()))))
                .ifPresent(entries::add);
        file.clients()
                .forEach(
                        (client, dossier) ->
                                dossier.confirmed(file.verdict())
                                        .flatMap(each -> confirmed(Subject.of(host, client), each))
                                        .or(
                                                () ->
                                                        dossier.tally(file.verdict(), now)
                                                                .map(
                                                                        tally ->
                                                                                entry(
                                                                                        Subject.of(
                                                                                                host,
                                                                                                client),
                                                                                        tally,
                                                                                        now)))
                                        .ifPresent(entries::add));
        return entries;
    }

    /** What all clients of a host have shown together, enough or not. */
    static Optional<Seen> together(HostFile file, Instant now) {
        return Tally.of(
                        file.clients().values().stream()
                                .flatMap(
                                        each -> {
                                            var cleared = each.cleared(file.verdict());
                                            return each.refusals().values().stream()
                                                    .filter(note -> note.counts(cleared, now));
                                        })
                                .toList())
                .map(Tally::seen);
    }

    private static Entry entry(Subject subject, Tally tally, Instant now) {
        return entry(
                subject,
                tally.excludes(tally.terms(), now) ? Basis.LEARNED : Basis.EVIDENCE,
                tally.seen(),
                Optional.of(tally.seen().last().plus(tally.terms().ttl())));
    }

    private static Entry entry(Subject subject, Basis basis, Seen seen, Optional<Instant> expires) {
        return new Entry(
                subject,
                basis,
                seen.kind(),
                seen.refusals(),
                seen.first(),
                seen.last(),
                expires,
                Optional.empty());
    }

    private static Optional<Entry> confirmed(Subject subject, Verdict verdict) {
        return verdict.seen()
                .map(
                        seen ->
                                new Entry(
                                        subject,
                                        Basis.CONFIRMED,
                                        seen.kind(),
                                        seen.refusals(),
                                        seen.first(),
                                        seen.last(),
                                        Optional.empty(),
                                        Optional.of(verdict.by())));
    }
}
