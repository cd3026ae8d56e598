package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Note.Acceptance;
import io.overt.edge.exclusion.Note.Refusals;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files of a ledger, and how many of them there may be. Written under the ledger's lock; {@link
 * #file}, {@link #files} and {@link #verdicts} are for anybody.
 */
final class Cabinet {
    private final ConcurrentHashMap<String, HostFile> files = new ConcurrentHashMap<>();
    private final Remembered remembered;
    private long rulings;

    Cabinet(Bounds bounds) {
        this.remembered = new Remembered(bounds);
    }

    /** The file of a host; an empty one where there is none. */
    HostFile file(String host) {
        return files.getOrDefault(host, HostFile.EMPTY);
    }

    /** Every file by host, as they are when they are met. */
    Map<String, HostFile> files() {
        return files;
    }

    Set<String> hosts() {
        return Set.copyOf(files.keySet());
    }

    Remembered remembered() {
        return remembered;
    }

    /** A client is about to have refused a host: what was refused longest ago makes room. */
    void makeRoom(Subject subject) {
        remembered.refused(subject).forEach(this::drop);
    }

    /** Puts a note into its file. */
    void write(Note note) {
        var subject = note.subject();
        if (note instanceof Verdict verdict) {
            remembered.ruled(subject, verdict.word()).forEach(this::drop);
            rulings++;
        }
        var file = file(subject.host());
        files.put(
                subject.host(),
                switch (note) {
                    case Refusals refusals ->
                            file.with(subject.client().orElseThrow(), each -> each.with(refusals));
                    case Acceptance(_, _, var at) ->
                            subject.client()
                                    .map(client -> file.with(client, each -> each.accepted(at)))
                                    .orElse(file)
                                    .accepted(at);
                    case Verdict verdict ->
                            subject.client()
                                    .map(client -> file.with(client, each -> each.with(verdict)))
                                    .orElseGet(() -> file.with(verdict));
                });
    }

    /** Lets go of what counts no more for this host. */
    void sweep(String host, Instant now) {
        var file = file(host);
        var over =
                file.clients().keySet().stream().filter(each -> isOver(file, each, now)).toList();
        over.forEach(each -> remembered.gone(Subject.of(host, each)));
        var left = over.isEmpty() ? file : file.without(over);
        if (left.verdict().isPresent()
                && left.verdict().filter(each -> isRemembered(each, now)).isEmpty()) {
            remembered.gone(Subject.everybody(host));
            left = left.withoutVerdict();
        }
        put(host, left);
    }

    private static boolean isOver(HostFile file, Client client, Instant now) {
        var dossier = file.dossier(client);
        return dossier.verdict().filter(each -> isRemembered(each, now)).isEmpty()
                // Void or not: while the carrier may still have a note, what voids it stays.
                && dossier.refusals().values().stream()
                        .noneMatch(each -> each.terms().current(each.last(), now));
    }

    private static boolean isRemembered(Verdict verdict, Instant now) {
        return verdict.word() == Word.CONFIRMED
                || now.isBefore(verdict.last().plus(Note.FORGOTTEN_FOR));
    }

    private void drop(Subject subject) {
        var file = file(subject.host());
        put(
                subject.host(),
                subject.client()
                        .map(client -> file.without(List.of(client)))
                        .orElseGet(file::withoutVerdict));
    }

    private void put(String host, HostFile file) {
        if (file.isEmpty()) {
            files.remove(host);
        } else {
            files.put(host, file);
        }
    }

    Collection<Verdict> verdicts() {
        var all = new ArrayList<Verdict>();
        for (var file : files.values()) {
            file.verdict().ifPresent(all::add);
            file.clients().values().forEach(each -> each.verdict().ifPresent(all::add));
        }
        return all;
    }

    /** How often a verdict was written. */
    long rulings() {
        return rulings;
    }
}
