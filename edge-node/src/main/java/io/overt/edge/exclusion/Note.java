package io.overt.edge.exclusion;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * What one edge has written down about one subject: the unit that the edges of a site share. Edges
 * never change each other's notes, and the notes of all together are the site's ledger; so no order
 * of arrival matters, and none is lost by two writing at once.
 */
public sealed interface Note {

    /**
     * The edge that wrote it, and which of its lives: an edge that was restarted has forgotten what
     * it counted before and must not overwrite it.
     */
    String edge();

    /** What it is about. */
    Subject subject();

    /** When it was written, or what it counts last happened. */
    Instant last();

    /**
     * Refusals by a client for a host, as seen at one edge.
     *
     * @param revision rises with each note of the same edge: the higher replaces the lower
     * @param weight in sixths of a refusal; 0 when what there was is void
     * @param refusals how many
     * @param kind the strongest
     * @param terms of the rule that matched last
     */
    record Refusals(
            String edge,
            Subject subject,
            long revision,
            int weight,
            int refusals,
            RefusalKind kind,
            Instant first,
            Instant last,
            Credit credit,
            Terms terms)
            implements Note {
        public Refusals {
            if (subject.client().isEmpty() || weight < 0 || refusals < 0 || last.isBefore(first)) {
                throw new IllegalArgumentException(
                        "refusals of %s: %d, weight %d, %s to %s"
                                .formatted(subject, refusals, weight, first, last));
            }
        }

        Refusals and(long revised, RefusalKind more, Instant at, Credit credited, Terms under) {
            return new Refusals(
                    edge,
                    subject,
                    revised,
                    Math.min(weight + more.weight(), MOST),
                    Math.min(refusals + 1, MOST),
                    RefusalKind.stronger(kind, more),
                    first,
                    at.isAfter(last) ? at : last,
                    credited,
                    under);
        }

        Refusals with(long revised, Credit other) {
            return new Refusals(
                    edge, subject, revised, weight, refusals, kind, first, last, other, terms);
        }

        /** The same with nothing left of it. */
        Refusals voided(long revised, Instant at) {
            var when = at.isAfter(last) ? at : last;
            return new Refusals(edge, subject, revised, 0, 0, kind, when, when, credit, terms);
        }

        /** Whether it counts, after everything up to {@code cleared} was void. */
        boolean counts(Instant cleared, Instant now) {
            return weight > 0 && last.isAfter(cleared) && terms.current(last, now);
        }
    }

    /**
     * A client took our certificate for a host that some client has refused it for: whatever that
     * client refused before is void.
     *
     * @param subject without a client when it is not one of those that refused
     */
    record Acceptance(String edge, Subject subject, Instant last) implements Note {}

    /**
     * An administrator's word; of several the latest holds.
     *
     * @param edge where it was spoken first
     * @param by the administrator's fleet identity
     * @param seen what the refusals had come to when it was spoken
     */
    record Verdict(
            String edge, Subject subject, Instant last, Word word, String by, Optional<Seen> seen)
            implements Note {
        public Verdict {
            if (word == Word.CONFIRMED && seen.isEmpty()) {
                throw new IllegalArgumentException(
                        "verdict on " + subject + ": confirms what nobody has seen");
            }
        }

        /**
         * Whether this one holds, and not the other. Never by chance: where two were spoken at the
         * same moment, every edge comes to the same, and rather inspects.
         */
        boolean holdsOver(Verdict other) {
            return ORDER.compare(this, other) >= 0;
        }

        private static final Comparator<Verdict> ORDER =
                Comparator.comparing(Verdict::last)
                        .thenComparing(Verdict::word)
                        .thenComparing(Verdict::edge);
    }

    /** What refusals have come to. */
    record Seen(RefusalKind kind, int refusals, Instant first, Instant last) {
        public Seen {
            if (refusals < 0 || last.isBefore(first)) {
                throw new IllegalArgumentException(
                        "seen: %d refusals, %s to %s".formatted(refusals, first, last));
            }
        }
    }

    /** What an administrator can say; of two at the same moment the later in this list holds. */
    enum Word {
        /** Excluded until forgotten. */
        CONFIRMED,
        /** Whatever was known is void. */
        FORGOTTEN
    }

    /** What is known of a client beside what it refused. */
    enum Credit {
        /** It has taken our certificate for another host: what it refuses is about the host. */
        TAKES_OTHERS,
        /** Nothing. */
        UNKNOWN,
        /**
         * It has refused several hosts and taken none: it does not know our CA, and what it refuses
         * says nothing about a host.
         */
        REFUSES_ALL
    }

    /** More refusals than any rule asks for, times the weight of each. */
    int MOST = 99_999 * RefusalKind.WHOLE;

    /** How long a verdict is remembered that nothing depends on any more. */
    Duration FORGOTTEN_FOR = Duration.ofDays(400);
}
