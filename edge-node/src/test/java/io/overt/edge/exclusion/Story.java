package io.overt.edge.exclusion;

import io.overt.edge.exclusion.Ledger.Confirming;
import io.overt.edge.exclusion.Testimony.Accepted;
import io.overt.edge.exclusion.Testimony.Refused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One edge's ledger, a clock that is moved by hand, and short words for what happens. */
final class Story {
    static final String HOST = "api.bank.example";
    static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    final Ledger ledger;
    Terms terms = new Terms(3, Duration.ofHours(12), 3);
    Instant now = START;

    Story() {
        this("a", Bounds.DEFAULT);
    }

    Story(String edge, Bounds bounds) {
        ledger = new Ledger(edge, bounds);
    }

    static Client client(String address) {
        try {
            return Client.of(InetAddress.getByName(address));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    static Client client(int number) {
        return client("10.0." + number / 250 + "." + (number % 250 + 1));
    }

    Story after(Duration time) {
        now = now.plus(time);
        return this;
    }

    /** A connection that begins now, is refused a little later, and is the only one. */
    List<Note> refuses(Client client, String host, RefusalKind kind) {
        var began = now;
        now = now.plusMillis(50);
        var notes = ledger.hear(host, client, new Refused(kind), terms, began, now);
        now = now.plusMillis(50);
        return notes;
    }

    List<Note> refuses(Client client, RefusalKind kind) {
        return refuses(client, HOST, kind);
    }

    void refuses(Client client, RefusalKind kind, int times) {
        for (var i = 0; i < times; i++) {
            refuses(client, kind);
        }
    }

    List<Note> accepts(Client client, String host) {
        now = now.plusMillis(50);
        return ledger.hear(host, client, new Accepted(), terms, now, now);
    }

    Optional<Exclusion> of(Client client) {
        return of(client, HOST);
    }

    Optional<Exclusion> of(Client client, String host) {
        return ledger.exclusion(host, client, terms, now);
    }

    boolean excludes(Client client) {
        return of(client).isPresent();
    }

    Confirming confirm(Subject subject) {
        now = now.plusMillis(1);
        return ledger.confirm(subject, "overt://hq/operator/ann", now);
    }

    List<Note> forget(Subject subject) {
        now = now.plusMillis(1);
        return ledger.forget(subject, "overt://hq/operator/ann", now);
    }

    List<String> list() {
        return ledger.entries(now).stream().map(Story::line).toList();
    }

    static String line(Entry entry) {
        return entry.subject().scope().text()
                + " "
                + entry.subject().host()
                + " "
                + entry.subject().client().map(Client::address).orElse("*")
                + " "
                + entry.basis().text()
                + " "
                + entry.kind().text()
                + " "
                + entry.refusals();
    }
}
