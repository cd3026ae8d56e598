package io.overt.edge.site;

import io.overt.edge.site.Standing.Apart;
import io.overt.edge.site.Standing.Joining;
import io.overt.edge.site.Standing.Oldest;
import io.overt.edge.site.Standing.Peer;
import io.overt.edge.site.Standing.Younger;
import io.overt.x509.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What an edge does next about the site's keys: who makes them, who fetches them, when. Pure: no
 * clock, thread or network.
 *
 * <p>The oldest member makes, every other fetches from it. Whoever holds keys keeps them until the
 * oldest's differ, so a member that becomes the oldest already has what it would make, and after a
 * split brain the side that turns out younger adopts the other's.
 */
sealed interface KeyDuty {

    /**
     * Make the key of this epoch (and the site secret, if there is none yet), enrol it, then hold
     * it.
     */
    record Make(Epoch epoch) implements KeyDuty {}

    /** Ask this member for the site's keys and adopt what it has. */
    record Fetch(Peer from) implements KeyDuty {}

    /**
     * Nothing before that instant, unless the standing changes.
     *
     * @param why for people; shown by the readiness check while there is no key
     */
    record Rest(Instant until, String why) implements KeyDuty {}

    /**
     * What the decision is made from.
     *
     * @param standing where this edge stands
     * @param held what it holds
     * @param confirmed the member whose keys these are known to be, and since when
     * @param unanswered since when fetching has been failing, if it is
     * @param epochLength from the signer's profile; empty until a signer has told
     */
    record Situation(
            Standing standing,
            Optional<Keyring> held,
            Optional<Confirmation> confirmed,
            Optional<Instant> unanswered,
            Optional<Duration> epochLength) {

        private boolean holds(Epoch epoch) {
            return held.map(ring -> ring.has(epoch)).orElse(false);
        }
    }

    /**
     * The held keys equal this member's.
     *
     * @param member the oldest member at that time
     * @param at when it answered
     */
    record Confirmation(UUID member, Instant at) {}

    /**
     * The times of the decision.
     *
     * @param refresh how often keys are compared with the oldest's although nothing seems to have
     *     changed
     * @param aloneAfter for how long a fetch may fail before this edge makes keys for itself
     */
    record Times(Duration refresh, Duration aloneAfter) {}

    /** The decision. */
    static KeyDuty next(Situation situation, Times times, Instant now) {
        return switch (situation.standing()) {
            case Joining _ -> new Rest(now.plus(LOOK_AGAIN), "the site cluster is starting");
            case Oldest _, Apart _ -> keep(situation, now);
            case Younger(Peer oldest) -> follow(oldest, situation, times, now);
        };
    }

    private static KeyDuty keep(Situation situation, Instant now) {
        if (situation.epochLength().isEmpty()) {
            return new Rest(now.plus(LOOK_AGAIN), "no signer has described its profiles yet");
        }
        Duration length = situation.epochLength().get();
        Epoch current = Epoch.at(now, length);
        if (!situation.holds(current)) {
            return new Make(current);
        }
        Instant prepareFrom = prepareFrom(current, length);
        if (now.isBefore(prepareFrom)) {
            return new Rest(prepareFrom, "holding epoch " + current.number());
        }
        return situation.holds(current.next())
                ? new Rest(
                        current.end(length), "holding epochs " + current.number() + " and the next")
                : new Make(current.next());
    }

    private static KeyDuty follow(Peer oldest, Situation situation, Times times, Instant now) {
        boolean current =
                situation
                        .epochLength()
                        .map(length -> situation.holds(Epoch.at(now, length)))
                        .orElse(false);
        if (!current
                && situation.epochLength().isPresent()
                && situation
                        .unanswered()
                        .filter(since -> !now.isBefore(since.plus(times.aloneAfter())))
                        .isPresent()) {
            // Whoever says it is the oldest may be a lie of the carrier or cut off: own keys beat
            // no keys.
            return keep(situation, now);
        }
        if (situation
                .confirmed()
                .filter(known -> known.member().equals(oldest.member()))
                .isEmpty()) {
            return new Fetch(oldest);
        }
        Instant again = situation.confirmed().get().at().plus(times.refresh());
        if (!now.isBefore(again)) {
            return new Fetch(oldest);
        }
        if (situation.epochLength().isEmpty()) {
            return new Rest(
                    earlier(again, now.plus(LOOK_AGAIN)),
                    "no signer has described its profiles yet");
        }
        Duration length = situation.epochLength().get();
        Epoch epoch = Epoch.at(now, length);
        Instant prepareFrom = prepareFrom(epoch, length);
        if (!current || (!now.isBefore(prepareFrom) && !situation.holds(epoch.next()))) {
            return new Fetch(oldest);
        }
        return new Rest(
                earlier(again, now.isBefore(prepareFrom) ? prepareFrom : epoch.end(length)),
                "holding epoch " + epoch.number());
    }

    /**
     * The next key is there when the last eighth of an epoch begins: most of a day of the usual
     * week.
     */
    private static Instant prepareFrom(Epoch epoch, Duration length) {
        return epoch.end(length).minus(length.dividedBy(8));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /**
     * Changes of standing wake the worker; this is for what changes without a word, such as a
     * signer that comes back.
     */
    Duration LOOK_AGAIN = Duration.ofSeconds(1);
}
