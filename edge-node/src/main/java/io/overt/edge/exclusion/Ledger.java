package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Note.Acceptance;
import io.overt.edge.exclusion.Note.Credit;
import io.overt.edge.exclusion.Note.Refusals;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import io.overt.edge.exclusion.Testimony.Accepted;
import io.overt.edge.exclusion.Testimony.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The site's evidence and exclusions as one edge knows them. No clock inside: everybody says what
 * time it is. What is asked for each connection, {@link #exclusion}, is one look-up without a lock;
 * what changes the ledger takes its lock for some microseconds. Fit for event loops.
 *
 * <p>Each change answers with the notes that other edges should know; their notes come in by {@link
 * #take}.
 */
public final class Ledger {
    private final String edge;
    private final Bounds bounds;

    /** Read by anybody; written under the lock. */
    private final Cabinet cabinet;

    /** Of our last note of refusals. Guarded by the lock. */
    private long revision;

    /**
     * An empty ledger.
     *
     * @param edge names this edge and this life of it in its notes
     */
    public Ledger(String edge, Bounds bounds) {
        this.edge = edge;
        this.bounds = bounds;
        this.cabinet = new Cabinet(bounds);
    }

    /** This edge and this life of it. */
    public String edge() {
        return edge;
    }

    /** Whether this client's connections to this host are excluded under these terms. */
    public Optional<Exclusion> exclusion(String host, Client client, Terms terms, Instant now) {
        return cabinet.file(host).exclusion(client, terms, now);
    }

    /**
     * A connection has shown something.
     *
     * @param terms of the rule that matched it
     * @param began when the connection was accepted
     */
    public synchronized List<Note> hear(
            String host,
            Client client,
            Testimony testimony,
            Terms terms,
            Instant began,
            Instant now) {
        return switch (testimony) {
            case Accepted() -> accepted(host, client, now);
            case Refused(var kind) -> refused(Subject.of(host, client), kind, terms, began, now);
        };
    }

    private List<Note> refused(
            Subject subject, RefusalKind kind, Terms terms, Instant began, Instant now) {
        var client = subject.client().orElseThrow();
        var file = cabinet.file(subject.host());
        var counted = file.tally(client, now);
        if (kind.mayBeTransient()
                && counted.filter(each -> !began.isAfter(each.seen().last())).isPresent()) {
            // The stop button, or a lost network, ends every connection there is: one event.
            return List.of();
        }
        cabinet.makeRoom(subject);
        var notes = new ArrayList<Note>();
        var credit = cabinet.remembered().credit(client);
        if (credit == Credit.REFUSES_ALL) {
            notes.addAll(recredit(client, credit));
        }
        var dossier = cabinet.file(subject.host()).dossier(client);
        var cleared = dossier.cleared(file.verdict());
        // Behind what voided the ones before, whatever the clocks of two edges say.
        var at = now.isAfter(cleared) ? now : cleared.plusNanos(1);
        var own =
                Optional.ofNullable(dossier.refusals().get(edge))
                        .filter(each -> each.counts(cleared, now))
                        .map(each -> each.and(++revision, kind, at, credit, terms))
                        .orElseGet(
                                () ->
                                        new Refusals(
                                                edge,
                                                subject,
                                                ++revision,
                                                kind.weight(),
                                                1,
                                                kind,
                                                at,
                                                at,
                                                credit,
                                                terms));
        cabinet.write(own);
        notes.add(own);
        return notes;
    }

    private List<Note> accepted(String host, Client client, Instant now) {
        var notes = new ArrayList<Note>();
        if (cabinet.remembered().accepted(client)) {
            notes.addAll(recredit(client, Credit.TAKES_OTHERS));
        }
        var file = cabinet.file(host);
        if (file.isEmpty()) {
            return notes; // Nobody has refused it: nothing to void.
        }
        if (file.tally(client, now).isPresent()) {
            notes.addAll(apply(new Acceptance(edge, Subject.of(host, client), now)));
        } else if (file.accepted()
                .filter(at -> now.isBefore(at.plus(ACCEPTANCE_EVERY)))
                .isEmpty()) {
            notes.addAll(apply(new Acceptance(edge, Subject.everybody(host), now)));
        }
        return notes;
    }

    /** Applies a note of our own that voids others, and answers with all that changed. */
    private List<Note> apply(Note note) {
        var notes = new ArrayList<Note>();
        cabinet.write(note);
        notes.add(note);
        notes.addAll(voidOwn(note));
        return notes;
    }

    /**
     * Another edge has written this, or this edge in an earlier life.
     *
     * @return notes of ours that it voids; empty if it says nothing new, or nothing that counts
     */
    public synchronized Optional<List<Note>> take(Note note, Instant now) {
        // A clock that runs ahead must not make evidence that never expires, or a verdict that
        // none can follow. And what we wrote ourselves comes back as an echo, perhaps an old one.
        if (note.last().isAfter(now.plus(SKEW))
                || note.edge().equals(edge)
                || cabinet.file(note.subject().host()).knows(note)
                || !isWanted(note, now)) {
            return Optional.empty();
        }
        cabinet.write(note);
        return Optional.of(voidOwn(note));
    }

    private boolean isWanted(Note note, Instant now) {
        var file = cabinet.file(note.subject().host());
        return switch (note) {
            case Refusals refusals -> {
                if (refusals.counts(Instant.MIN, now)) {
                    cabinet.makeRoom(note.subject());
                    yield true;
                }
                // Over or void: of interest where an earlier one of the same edge counts.
                yield file.dossier(note.subject().client().orElseThrow())
                        .refusals()
                        .containsKey(note.edge());
            }
            // Voids what is known; what is not known yet is told again together with this.
            case Acceptance _ ->
                    note.subject()
                            .client()
                            .map(file.clients()::containsKey)
                            .orElse(!file.isEmpty());
            case Verdict verdict -> hasRoom(verdict);
        };
    }

    private boolean hasRoom(Verdict verdict) {
        if (verdict.word() == Word.FORGOTTEN
                || cabinet.remembered().canConfirm(verdict.subject())) {
            return true;
        }
        cabinet.remembered().turnedAway();
        return false;
    }

    /** A verdict that was kept: it was taken once, whatever the clock says now. */
    public synchronized void restore(Verdict verdict) {
        if (!cabinet.file(verdict.subject().host()).knows(verdict) && hasRoom(verdict)) {
            cabinet.write(verdict);
        }
    }

    /** Our own notes that count no more after this one, as the other edges should see them. */
    private List<Note> voidOwn(Note cause) {
        if (cause instanceof Refusals
                || (cause instanceof Verdict verdict && verdict.word() == Word.CONFIRMED)) {
            return List.of();
        }
        var host = cause.subject().host();
        var file = cabinet.file(host);
        var clients = cause.subject().client().map(List::of).orElse(List.of());
        if (cause instanceof Verdict && clients.isEmpty()) {
            clients = List.copyOf(file.clients().keySet());
        }
        var notes = new ArrayList<Note>();
        for (var client : clients) {
            var own = file.dossier(client).refusals().get(edge);
            if (own != null && own.weight() > 0 && !own.last().isAfter(cause.last())) {
                notes.add(own.voided(++revision, cause.last()));
            }
        }
        notes.forEach(cabinet::write);
        return notes;
    }

    private List<Note> recredit(Client client, Credit credit) {
        var notes = new ArrayList<Note>();
        for (var host : cabinet.remembered().hostsOf(client)) {
            var own = cabinet.file(host).dossier(client).refusals().get(edge);
            if (own != null && own.weight() > 0 && own.credit() != credit) {
                var changed = own.with(++revision, credit);
                cabinet.write(changed);
                notes.add(changed);
            }
        }
        return notes;
    }

    // Administrators

    /** What became of a confirmation. */
    public sealed interface Confirming {
        /** It holds; these are for the other edges. */
        record Confirmed(List<Note> notes) implements Confirming {}

        /** There is nothing to confirm: no client has refused. */
        record Unknown() implements Confirming {}

        /** As many are confirmed as may be. */
        record Full(int most) implements Confirming {}
    }

    /**
     * Excludes what clients have refused until it is forgotten. An administrator cannot confirm
     * what nobody has seen: that would be a rule, and rules are written in the policy.
     */
    public synchronized Confirming confirm(Subject subject, String by, Instant at) {
        var file = cabinet.file(subject.host());
        var seen =
                subject.client()
                        .map(
                                client ->
                                        file.dossier(client)
                                                .confirmed(file.verdict())
                                                .flatMap(Verdict::seen)
                                                .or(
                                                        () ->
                                                                file.tally(client, at)
                                                                        .map(t -> t.seen())))
                        .orElseGet(
                                () ->
                                        file.confirmed()
                                                .flatMap(Verdict::seen)
                                                .or(() -> Listing.together(file, at)));
        if (seen.isEmpty()) {
            return new Confirming.Unknown();
        }
        if (!cabinet.remembered().canConfirm(subject)) {
            return new Confirming.Full(bounds.confirmed());
        }
        return new Confirming.Confirmed(
                apply(new Verdict(edge, subject, after(subject, at), Word.CONFIRMED, by, seen)));
    }

    /**
     * Voids what is known. Of a host without a client: of each of its clients as well.
     *
     * @return for the other edges; empty if there is nothing to void
     */
    public synchronized List<Note> forget(Subject subject, String by, Instant at) {
        var listed = Listing.of(subject.host(), cabinet.file(subject.host()), at);
        if (listed.stream()
                .map(Entry::subject)
                .noneMatch(each -> subject.client().isEmpty() || each.equals(subject))) {
            return List.of();
        }
        return apply(
                new Verdict(
                        edge, subject, after(subject, at), Word.FORGOTTEN, by, Optional.empty()));
    }

    /**
     * The later word holds, also over what was seen or spoken at an edge whose clock runs ahead of
     * the speaker's.
     */
    private Instant after(Subject subject, Instant at) {
        var file = cabinet.file(subject.host());
        var latest = file.verdict().map(Verdict::last).filter(each -> !at.isAfter(each)).orElse(at);
        for (var client : subject.client().map(Set::of).orElse(file.clients().keySet())) {
            latest = file.dossier(client).latest(latest);
        }
        return latest.equals(at) ? at : latest.plusNanos(1);
    }

    /** All verdicts, to be kept where they outlive the process. */
    public List<Verdict> verdicts() {
        return List.copyOf(cabinet.verdicts());
    }

    /** Rises with every verdict: whether {@link #verdicts} may have changed. */
    public synchronized long rulings() {
        return cabinet.rulings();
    }

    /** What there is now, by host and client. */
    public List<Entry> entries(Instant now) {
        var all = new ArrayList<Entry>();
        cabinet.files().forEach((host, file) -> all.addAll(Listing.of(host, file, now)));
        all.sort(Comparator.comparing(Entry::subject));
        return all;
    }

    /** Our own notes that count, and all verdicts, for edges that may have missed them. */
    public List<Note> own(Instant now) {
        var all = new ArrayList<Note>();
        for (var file : cabinet.files().values()) {
            for (var dossier : file.clients().values()) {
                var note = dossier.refusals().get(edge);
                if (note != null && note.counts(dossier.cleared(file.verdict()), now)) {
                    all.add(note);
                }
            }
        }
        all.addAll(verdicts());
        return all;
    }

    /** Lets go of what counts no more; for a thread that nobody waits for. */
    public void sweep(Instant now) {
        for (var host : cabinet.hosts()) {
            // The lock is let go between hosts: event loops want it.
            synchronized (this) {
                cabinet.sweep(host, now);
            }
        }
    }

    /** Subjects that were dropped, or not taken, for want of room, since the start. */
    public synchronized long dropped() {
        return cabinet.remembered().dropped();
    }

    /** While a host is taken by some clients, how often that is told again. */
    private static final Duration ACCEPTANCE_EVERY = Duration.ofMinutes(1);

    /** Clocks of one site agree to far less. */
    private static final Duration SKEW = Duration.ofMinutes(10);
}
