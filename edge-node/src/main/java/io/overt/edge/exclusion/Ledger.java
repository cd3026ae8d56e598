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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

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
    private final ConcurrentHashMap<String, HostFile> hosts = new ConcurrentHashMap<>();

    /** Guarded by the lock. */
    private final Remembered remembered;

    /**
     * An empty ledger.
     *
     * @param edge this edge's name, which its notes carry
     */
    public Ledger(String edge, Bounds bounds) {
        this.edge = edge;
        this.bounds = bounds;
        this.remembered = new Remembered(bounds);
    }

    /** This edge's name. */
    public String edge() {
        return edge;
    }

    /** Whether this client's connections to this host are excluded under these terms. */
    public Optional<Exclusion> exclusion(String host, Client client, Terms terms, Instant now) {
        var file = hosts.get(host);
        return file == null ? Optional.empty() : file.exclusion(client, terms, now);
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
        var file = hosts.getOrDefault(subject.host(), HostFile.EMPTY);
        var counted = file.tally(client, now);
        if (kind.mayBeTransient()
                && counted.filter(each -> !began.isAfter(each.seen().last())).isPresent()) {
            // The stop button, or a lost network, ends every connection there is: one event.
            return List.of();
        }
        remembered.refused(subject).forEach(this::drop);
        var notes = new ArrayList<Note>();
        var credit = remembered.credit(client);
        if (credit == Credit.REFUSES_ALL) {
            notes.addAll(recredit(client, credit));
        }
        var dossier = hosts.getOrDefault(subject.host(), HostFile.EMPTY).dossier(client);
        var cleared = dossier.cleared(file.verdict());
        // Behind what voided the ones before, whatever the clocks of two edges say.
        var at = now.isAfter(cleared) ? now : cleared.plusNanos(1);
        var own =
                Optional.ofNullable(dossier.refusals().get(edge))
                        .filter(each -> each.counts(cleared, now))
                        .map(each -> each.and(kind, kind.weight(), at, credit, terms))
                        .orElseGet(
                                () ->
                                        new Refusals(
                                                edge,
                                                subject,
                                                kind.weight(),
                                                1,
                                                kind,
                                                at,
                                                at,
                                                credit,
                                                terms));
        write(own);
        notes.add(own);
        return notes;
    }

    private List<Note> accepted(String host, Client client, Instant now) {
        var notes = new ArrayList<Note>();
        if (remembered.accepted(client)) {
            notes.addAll(recredit(client, Credit.TAKES_OTHERS));
        }
        var file = hosts.get(host);
        if (file == null) {
            return notes;
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
        write(note);
        notes.add(note);
        notes.addAll(voidOwn(note));
        return notes;
    }

    /**
     * Another edge has written this.
     *
     * @return notes of ours that it voids
     */
    public synchronized List<Note> take(Note note, Instant now) {
        // A clock that runs ahead must not make evidence that never expires, or a verdict that
        // none can follow.
        if (note.last().isAfter(now.plus(SKEW))) {
            return List.of();
        }
        if (note instanceof Refusals refusals) {
            if (!refusals.counts(Instant.MIN, now)) {
                if (hosts.containsKey(note.subject().host())) {
                    write(note);
                }
                return List.of();
            }
            remembered.refused(note.subject()).forEach(this::drop);
        }
        write(note);
        return voidOwn(note);
    }

    private void write(Note note) {
        var subject = note.subject();
        var file = hosts.getOrDefault(subject.host(), HostFile.EMPTY);
        hosts.put(
                subject.host(),
                switch (note) {
                    case Refusals refusals ->
                            file.with(subject.client().orElseThrow(), each -> each.with(refusals));
                    case Acceptance(_, _, var at) ->
                            subject.client()
                                    .map(
                                            client ->
                                                    file.with(client, each -> each.accepted(at))
                                                            .accepted(at))
                                    .orElseGet(() -> file.accepted(at));
                    case Verdict verdict -> {
                        remembered.ruled(subject).forEach(this::drop);
                        var now = hosts.getOrDefault(subject.host(), HostFile.EMPTY);
                        yield subject.client()
                                .map(client -> now.with(client, each -> each.with(verdict)))
                                .orElseGet(() -> now.with(verdict));
                    }
                });
    }

    /** Our own notes that count no more after this one, as the other edges should see them. */
    private List<Note> voidOwn(Note cause) {
        if (cause instanceof Refusals
                || (cause instanceof Verdict verdict && verdict.word() == Word.CONFIRMED)) {
            return List.of();
        }
        var host = cause.subject().host();
        var file = hosts.getOrDefault(host, HostFile.EMPTY);
        var clients = cause.subject().client().map(List::of).orElse(List.of());
        if (cause instanceof Verdict && clients.isEmpty()) {
            clients = List.copyOf(file.clients().keySet());
        }
        var notes = new ArrayList<Note>();
        for (var client : clients) {
            var own = file.dossier(client).refusals().get(edge);
            if (own != null && own.weight() > 0 && !own.last().isAfter(cause.last())) {
                notes.add(own.voided(cause.last()));
            }
        }
        notes.forEach(this::write);
        return notes;
    }

    private List<Note> recredit(Client client, Credit credit) {
        var notes = new ArrayList<Note>();
        for (var host : remembered.hostsOf(client)) {
            var own = hosts.getOrDefault(host, HostFile.EMPTY).dossier(client).refusals().get(edge);
            if (own != null && own.weight() > 0 && own.credit() != credit) {
                var changed = own.with(credit);
                write(changed);
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
        var file = hosts.getOrDefault(subject.host(), HostFile.EMPTY);
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
        var before = verdict(subject);
        if (before.filter(each -> each.word() == Word.CONFIRMED).isEmpty()
                && confirmed() >= bounds.confirmed()) {
            return new Confirming.Full(bounds.confirmed());
        }
        return new Confirming.Confirmed(
                apply(new Verdict(edge, subject, after(before, at), Word.CONFIRMED, by, seen)));
    }

    /**
     * Voids what is known. Of a host without a client: of each of its clients as well.
     *
     * @return for the other edges; empty if nothing was known
     */
    public synchronized List<Note> forget(Subject subject, String by, Instant at) {
        var file = hosts.get(subject.host());
        if (file == null
                || subject.client().filter(each -> !file.clients().containsKey(each)).isPresent()) {
            return List.of();
        }
        var before = verdict(subject);
        return apply(
                new Verdict(
                        edge, subject, after(before, at), Word.FORGOTTEN, by, Optional.empty()));
    }

    /** The later word holds, also over one that was spoken at an edge whose clock runs ahead. */
    private static Instant after(Optional<Verdict> before, Instant at) {
        return before.map(Verdict::last)
                .filter(last -> !at.isAfter(last))
                .map(last -> last.plusNanos(1))
                .orElse(at);
    }

    private Optional<Verdict> verdict(Subject subject) {
        var file = hosts.getOrDefault(subject.host(), HostFile.EMPTY);
        return subject.client()
                .map(client -> file.dossier(client).verdict())
                .orElseGet(file::verdict);
    }

    private long confirmed() {
        return verdicts().stream().filter(each -> each.word() == Word.CONFIRMED).count();
    }

    /** All verdicts, to be kept where they outlive the process. */
    public List<Verdict> verdicts() {
        var all = new ArrayList<Verdict>();
        for (var file : hosts.values()) {
            file.verdict().ifPresent(all::add);
            file.clients().values().forEach(each -> each.verdict().ifPresent(all::add));
        }
        return all;
    }

    /** What there is now, by host and client. */
    public List<Entry> entries(Instant now) {
        var all = new ArrayList<Entry>();
        hosts.forEach((host, file) -> all.addAll(Listing.of(host, file, now)));
        all.sort(java.util.Comparator.comparing(Entry::subject));
        return all;
    }

    /** Our own notes that count, for edges that may have missed them. */
    public synchronized List<Note> own(Instant now) {
        var all = new ArrayList<Note>();
        for (var file : hosts.values()) {
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

    /** Lets go of what counts no more. */
    public synchronized void sweep(Instant now) {
        for (var host : List.copyOf(hosts.keySet())) {
            var file = hosts.getOrDefault(host, HostFile.EMPTY);
            for (var client : file.clients().keySet()) {
                if (isOver(file, client, now)) {
                    drop(Subject.of(host, client));
                    remembered.gone(Subject.of(host, client));
                }
            }
            var left = hosts.get(host);
            if (left != null
                    && left.clients().isEmpty()
                    && left.verdict().filter(each -> isRemembered(each, now)).isEmpty()) {
                hosts.remove(host);
                remembered.gone(Subject.everybody(host));
            }
        }
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

    /** To make room. */
    private void drop(Subject subject) {
        var file = hosts.get(subject.host());
        if (file == null) {
            return;
        }
        var less = subject.client().map(file::without).orElseGet(file::withoutVerdict);
        if (less.clients().isEmpty() && less.verdict().isEmpty()) {
            hosts.remove(subject.host());
        } else {
            hosts.put(subject.host(), less);
        }
    }

    /** Subjects that were dropped for want of room, since the start. */
    public synchronized long dropped() {
        return remembered.dropped();
    }

    /** While a host is taken by some clients, how often that is told again. */
    private static final Duration ACCEPTANCE_EVERY = Duration.ofMinutes(1);

    /** Clocks of one site agree to far less. */
    private static final Duration SKEW = Duration.ofMinutes(10);
}
