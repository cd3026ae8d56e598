package io.overt.edge.exclusion.site;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.overt.edge.exclusion.Client;
import io.overt.edge.exclusion.Note;
import io.overt.edge.exclusion.Note.Acceptance;
import io.overt.edge.exclusion.Note.Credit;
import io.overt.edge.exclusion.Note.Refusals;
import io.overt.edge.exclusion.Note.Seen;
import io.overt.edge.exclusion.Note.Verdict;
import io.overt.edge.exclusion.Note.Word;
import io.overt.edge.exclusion.RefusalKind;
import io.overt.edge.exclusion.Subject;
import io.overt.edge.exclusion.Terms;
import io.overt.proto.site.v1.ClientCredit;
import io.overt.proto.site.v1.ExclusionNote;
import io.overt.proto.site.v1.NotedAcceptance;
import io.overt.proto.site.v1.NotedRefusals;
import io.overt.proto.site.v1.NotedVerdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Notes as they travel and lie on disk. Thread-safe. */
final class NoteCodec {

    private NoteCodec() {}

    /** What the entry of this note is called in the shared map: one for each edge and subject. */
    static byte[] key(Note note) {
        var kind =
                switch (note) {
                    case Refusals _ -> "refusals";
                    case Acceptance _ -> "acceptance";
                    case Verdict _ -> "verdict";
                };
        var client = note.subject().client().map(Client::address).orElse("");
        return String.join("\0", kind, note.edge(), note.subject().host(), client)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** How long its entry is of use. */
    static Duration timeToLive(Note note, Instant now) {
        return switch (note) {
            case Refusals refusals ->
                    refusals.weight() == 0
                            ? VOID_FOR
                            : longer(
                                            Duration.between(
                                                    now,
                                                    refusals.last().plus(refusals.terms().ttl())),
                                            Duration.ZERO)
                                    .plusSeconds(1);
            case Acceptance _ -> ACCEPTED_FOR;
            case Verdict _ -> Note.FORGOTTEN_FOR;
        };
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    static ExclusionNote encode(Note note) {
        var message =
                ExclusionNote.newBuilder()
                        .setEdge(note.edge())
                        .setHost(note.subject().host())
                        .setLast(timestamp(note.last()));
        note.subject().client().ifPresent(client -> message.setClient(address(client)));
        switch (note) {
            case Refusals refusals ->
                    message.setRefusals(
                            NotedRefusals.newBuilder()
                                    .setRevision(refusals.revision())
                                    .setWeight(refusals.weight())
                                    .setCount(refusals.refusals())
                                    .setStrongest(refusals.kind().text())
                                    .setFirst(timestamp(refusals.first()))
                                    .setCredit(credit(refusals.credit()))
                                    .setAfter(refusals.terms().after())
                                    .setTtl(
                                            com.google.protobuf.Duration.newBuilder()
                                                    .setSeconds(refusals.terms().ttl().toSeconds()))
                                    .setClients(refusals.terms().clients()));
            case Acceptance _ -> message.setAcceptance(NotedAcceptance.getDefaultInstance());
            case Verdict verdict -> message.setVerdict(verdict(verdict));
        }
        return message.build();
    }

    private static NotedVerdict verdict(Verdict verdict) {
        var message =
                NotedVerdict.newBuilder()
                        .setConfirmed(verdict.word() == Word.CONFIRMED)
                        .setBy(verdict.by());
        verdict.seen()
                .ifPresent(
                        seen ->
                                message.setCount(seen.refusals())
                                        .setStrongest(seen.kind().text())
                                        .setFirstSeen(timestamp(seen.first()))
                                        .setLastSeen(timestamp(seen.last())));
        return message.build();
    }

    /** Empty for what no edge of this version writes: a newer kind, or a value out of bounds. */
    static Optional<Note> decode(ByteString bytes) {
        try {
            return decode(ExclusionNote.parseFrom(bytes));
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }

    static Optional<Note> decode(ExclusionNote message) {
        try {
            Optional<Client> client =
                    message.getClient().isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    Client.of(
                                            InetAddress.getByAddress(
                                                    message.getClient().toByteArray())));
            var subject = new Subject(host(message.getHost()), client);
            if (message.getEdge().length() > LONGEST_NAME) {
                throw new IllegalArgumentException(
                        "edge: a name of " + message.getEdge().length() + " characters");
            }
            var last = instant(message.getLast());
            return switch (message.getKindCase()) {
                case REFUSALS -> refusals(message.getEdge(), subject, last, message.getRefusals());
                case ACCEPTANCE -> Optional.of(new Acceptance(message.getEdge(), subject, last));
                case VERDICT -> verdict(message.getEdge(), subject, last, message.getVerdict());
                case KIND_NOT_SET -> Optional.empty();
            };
        } catch (UnknownHostException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<Note> refusals(
            String edge, Subject subject, Instant last, NotedRefusals message) {
        return kind(message.getStrongest())
                .map(
                        kind ->
                                new Refusals(
                                        edge,
                                        subject,
                                        message.getRevision(),
                                        Math.min(message.getWeight(), Note.MOST),
                                        Math.min(message.getCount(), Note.MOST),
                                        kind,
                                        instant(message.getFirst()),
                                        last,
                                        credit(message.getCredit()),
                                        new Terms(
                                                message.getAfter(),
                                                ttl(message.getTtl().getSeconds()),
                                                message.getClients())));
    }

    private static Duration ttl(long seconds) {
        if (seconds > LONGEST_TTL.toSeconds()) {
            throw new IllegalArgumentException(
                    "ttl: " + seconds + " s (expected: at most " + LONGEST_TTL + ")");
        }
        return Duration.ofSeconds(seconds);
    }

    private static Optional<Note> verdict(
            String edge, Subject subject, Instant last, NotedVerdict message) {
        if (message.getBy().length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "by: a name of " + message.getBy().length() + " characters");
        }
        if (!message.getConfirmed()) {
            return Optional.of(
                    new Verdict(
                            edge,
                            subject,
                            last,
                            Word.FORGOTTEN,
                            message.getBy(),
                            Optional.empty()));
        }
        return kind(message.getStrongest())
                .map(
                        kind ->
                                new Verdict(
                                        edge,
                                        subject,
                                        last,
                                        Word.CONFIRMED,
                                        message.getBy(),
                                        Optional.of(
                                                new Seen(
                                                        kind,
                                                        Math.min(message.getCount(), Note.MOST),
                                                        instant(message.getFirstSeen()),
                                                        instant(message.getLastSeen())))));
    }

    /** As connections name hosts, and no other way: nobody would ever find it. */
    private static String host(String text) {
        if (!Hosts.normalised(text).filter(text::equals).isPresent()) {
            throw new IllegalArgumentException(
                    "host: \"" + text + "\" (expected: a normalised name, or an address)");
        }
        return text;
    }

    private static Optional<RefusalKind> kind(String text) {
        return Arrays.stream(RefusalKind.values())
                .filter(each -> each.text().equals(text))
                .findFirst();
    }

    private static ClientCredit credit(Credit credit) {
        return switch (credit) {
            case UNKNOWN -> ClientCredit.CLIENT_CREDIT_UNSPECIFIED;
            case TAKES_OTHERS -> ClientCredit.CLIENT_CREDIT_TAKES_OTHERS;
            case REFUSES_ALL -> ClientCredit.CLIENT_CREDIT_REFUSES_ALL;
        };
    }

    private static Credit credit(ClientCredit credit) {
        return switch (credit) {
            case CLIENT_CREDIT_TAKES_OTHERS -> Credit.TAKES_OTHERS;
            case CLIENT_CREDIT_REFUSES_ALL -> Credit.REFUSES_ALL;
            case CLIENT_CREDIT_UNSPECIFIED, UNRECOGNIZED -> Credit.UNKNOWN;
        };
    }

    private static ByteString address(Client client) {
        // The text of an address: nothing is looked up.
        return ByteString.copyFrom(InetAddress.ofLiteral(client.address()).getAddress());
    }

    static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    private static Instant instant(Timestamp at) {
        if (at.getSeconds() < 0
                || at.getSeconds() > LAST_SECOND
                || at.getNanos() < 0
                || at.getNanos() > 999_999_999) {
            throw new IllegalArgumentException(
                    "time: %d.%09d (expected: 1970 to 9999)"
                            .formatted(at.getSeconds(), at.getNanos()));
        }
        return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
    }

    /** Until every edge has heard that a note is void. */
    private static final Duration VOID_FOR = Duration.ofHours(1);

    /** Longer than any rule remembers a refusal of an edge that is gone. */
    private static final Duration ACCEPTED_FOR = Duration.ofDays(366);

    /** Of the year 9999: no sum with a time to live overflows. */
    static final long LAST_SECOND = 253_402_300_799L;

    /** What a policy can say at most. */
    private static final Duration LONGEST_TTL = Duration.ofDays(365);

    /** Of an edge and its life, or of an administrator. */
    static final int LONGEST_NAME = 300;
}
