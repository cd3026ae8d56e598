package io.overt.edge.exclusion;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What one edge has written down about one subject: the unit that the edges of a site share. Edges
 * never change each other's notes, and the notes of all together are the site's ledger; so no order
 * of arrival matters, and none is lost by two writing at once.
 */
public sealed interface Note {

    /** Name of the edge that wrote it. */
    String edge();

    /** What it is about. */
    Subject subject();

    /** When it was written, or what it counts last happened. */
    Instant last();

    /**
     * Refusals by a client for a host, as seen at one edge.
     *
     * @param weight in sixths of a refusal; 0 when what there was is void
     * @param refusals how many
     * @param kind the strongest
     * @param terms of the rule that matched last
     */
    record Refusals(
            String edge,
            Subject subject,
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

        Refusals and(RefusalKind more, int weighing, Instant at, Credit credited, Terms under) {
            return new Refusals(
                    edge,
                    subject,
                    Math.min(weight + weighing, MOST),
                    Math.min(refusals + 1, MOST),
                    RefusalKind.stronger(kind, more),
                    first,
                    at.isAfter(last) ? at : last,
                    credited,
                    under);
        }

        Refusals with(Credit other) {
            return new Refusals(edge, subject, weight, refusals, kind, first, last, other, terms);
        }

        /** The same with nothing left of it. */
        Refusals voided(Instant at) {
            var when = at.isAfter(last) ? at : last;
            return new Refusals(edge, subject, 0, 0, kind, when, when, credit, terms);
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
    }

    /** What refusals have come to. */
    record Seen(RefusalKind kind, int refusals, Instant first, Instant last) {}

    /** What an administrator can say. */
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
