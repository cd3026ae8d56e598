package io.overt.control.witness;

import io.overt.control.store.ForkEvidence;
import io.overt.control.store.WitnessStore;
import io.overt.control.store.WitnessedHead;
import io.overt.x509.tlog.Checkpoint;
import io.overt.x509.tlog.MalformedLogException;
import io.overt.x509.tlog.MerkleProof;
import io.overt.x509.tlog.SignedNote;
import io.overt.x509.tlog.Succession;
import io.overt.x509.tlog.TreeHead;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The witness of one log. Vouches for a head only when the log signed it, when it continues the
 * largest head that was ever vouched for, and when that is on the disk; never for a smaller one,
 * another of the same size, or at an earlier time than before. A log that has signed two histories
 * gets no word any more.
 *
 * <p>Thread-safe: whoever loses a race at the store has proven nothing. Blocks.
 */
final class LogWitness {
    private final WatchedLog log;
    private final LogSource source;
    private final WitnessKey key;
    private final WitnessStore store;
    private final InstantSource clock;
    private final Duration staleAfter;

    /** The last head that went to the store, with our word on it. */
    private volatile Optional<SignedNote> published;

    LogWitness(
            WatchedLog log,
            LogSource source,
            WitnessKey key,
            WitnessStore store,
            InstantSource clock,
            Duration staleAfter) {
        this.log = log;
        this.source = source;
        this.key = key;
        this.store = store;
        this.clock = clock;
        this.staleAfter = staleAfter;
        this.published = store.head(log.origin()).map(this::cosigned);
    }

    WatchedLog log() {
        return log;
    }

    /** Where its tiles are. */
    LogSource source() {
        return source;
    }

    /** The checkpoint that auditors compare with what they were shown. */
    Optional<SignedNote> published() {
        return published;
    }

    /** What the store has of it. */
    Optional<WitnessedHead> head() {
        return store.head(log.origin());
    }

    /** What proves that the log has two histories; none as long as it has one. */
    List<ForkEvidence> forks() {
        return store.forks(log.origin());
    }

    /** Looks at what the log shows now. */
    Judgement look() {
        if (!forks().isEmpty()) {
            return forked("has signed two histories; see the evidence in the store");
        }
        SignedNote note;
        Checkpoint shown;
        try {
            note = SignedNote.parse(source.checkpoint());
            shown = Checkpoint.verified(note, log.key());
        } catch (MalformedLogException e) {
            return malformed(e);
        } catch (IOException e) {
            return unreachable(e);
        }
        Optional<WitnessedHead> known = head();
        TreeHead before = known.map(WitnessedHead::head).orElse(TreeHead.EMPTY);
        try {
            return switch (Succession.of(before, shown.head(), source)) {
                case Succession.Grown() -> vouch(known, shown.head(), note);
                case Succession.Same() ->
                        known.isPresent()
                                ? same(known.get(), note)
                                : vouch(known, shown.head(), note);
                case Succession.Older(String unproven) ->
                        new Judgement.OfLog(
                                LogState.STALE,
                                "shows %d entries after %d%s"
                                        .formatted(
                                                shown.head().size(),
                                                before.size(),
                                                unproven.isEmpty()
                                                        ? ", of which they are the beginning"
                                                        : ": " + unproven));
                case Succession.Forked fork -> {
                    keep(known.orElseThrow(), note, fork);
                    yield forked(
                            "has signed %d entries with root %s and %d entries with root %s"
                                    .formatted(
                                            before.size(),
                                            before.root(),
                                            shown.head().size(),
                                            shown.head().root()));
                }
            };
        } catch (MalformedLogException e) {
            return malformed(e);
        } catch (IOException e) {
            return unreachable(e);
        }
    }

    /** What came of a head that somebody handed in. */
    sealed interface Added {

        /** It was cosigned: the line to add to it. */
        record Cosigned(String line) implements Added {}

        /** It does not start from the last head, which has this size. */
        record OtherSize(long size) implements Added {}

        /** Its proof does not show that it continues the last head. */
        record NotProven(String why) implements Added {}

        /** This log has signed two histories. */
        record Refused(String why) implements Added {}

        /** Our fault. */
        record NotNow(String why) implements Added {}
    }

    /** Takes a head that {@link Submission} read and this log signed. */
    Added add(Submission submission) {
        if (!forks().isEmpty()) {
            return new Added.Refused("the log has signed two histories");
        }
        Optional<WitnessedHead> known = head();
        TreeHead before = known.map(WitnessedHead::head).orElse(TreeHead.EMPTY);
        TreeHead shown = submission.checkpoint().head();
        if (submission.oldSize() != before.size()) {
            return new Added.OtherSize(before.size());
        }
        if (shown.size() == before.size() && !shown.equals(before)) {
            keep(
                    known.orElseThrow(),
                    submission.note(),
                    new Succession.Forked(before, shown.root(), List.of()));
            return new Added.OtherSize(before.size());
        }
        try {
            MerkleProof.requireConsistency(before, shown, submission.proof());
        } catch (MalformedLogException e) {
            return new Added.NotProven(String.valueOf(e.getMessage()));
        }
        Instant now = now();
        return switch (advance(known, shown, submission.note(), now)) {
            case Advance.Done() ->
                    new Added.Cosigned(key.sign(submission.note().text(), now).line());
            case Advance.Overtaken() ->
                    new Added.OtherSize(head().map(each -> each.head().size()).orElse(0L));
            case Advance.ClockBehind(String why) -> new Added.NotNow(why);
        };
    }

    private Judgement same(WitnessedHead known, SignedNote note) {
        Instant now = now();
        Duration quiet = Duration.between(known.grownAt(), now);
        if (Duration.between(known.cosignedAt(), now).compareTo(RENEWAL) >= 0) {
            // Still the largest that was seen: a cosignature says until when.
            Judgement renewed = vouch(Optional.of(known), known.head(), note);
            if (renewed.ofLog().isEmpty()) {
                return renewed;
            }
        }
        return quiet.compareTo(staleAfter) > 0
                ? new Judgement.OfLog(
                        LogState.STALE,
                        "has not grown since %s (expected: an entry within %s)"
                                .formatted(known.grownAt(), staleAfter))
                : consistent(known.head());
    }

    private Judgement vouch(Optional<WitnessedHead> known, TreeHead head, SignedNote note) {
        return switch (advance(known, head, note, now())) {
            case Advance.Done() -> consistent(head);
            case Advance.Overtaken() ->
                    new Judgement.Held("another look at the same log was faster");
            case Advance.ClockBehind(String why) -> new Judgement.Held(why);
        };
    }

    private sealed interface Advance {
        record Done() implements Advance {}

        record Overtaken() implements Advance {}

        record ClockBehind(String why) implements Advance {}
    }

    private Advance advance(
            Optional<WitnessedHead> known, TreeHead head, SignedNote note, Instant now) {
        if (known.isPresent() && now.isBefore(known.get().cosignedAt())) {
            return new Advance.ClockBehind(
                    "the clock says %s, and a cosignature was made at %s"
                            .formatted(now, known.get().cosignedAt()));
        }
        boolean grown = known.isEmpty() || head.size() > known.get().head().size();
        WitnessedHead next =
                new WitnessedHead(
                        log.origin(),
                        head,
                        note.only(log.key()),
                        grown ? clock.instant() : known.orElseThrow().grownAt(),
                        now);
        // The commit point: only after it is there a cosignature of this head.
        if (!store.advance(known, next)) {
            return new Advance.Overtaken();
        }
        published = Optional.of(cosigned(next));
        return new Advance.Done();
    }

    private void keep(WitnessedHead known, SignedNote shown, Succession.Forked fork) {
        store.keep(
                new ForkEvidence(
                        log.origin(),
                        clock.instant(),
                        known.note(),
                        shown.only(log.key()),
                        fork.otherwise(),
                        fork.proof()));
    }

    private SignedNote cosigned(WitnessedHead head) {
        return key.cosigned(head.note(), head.cosignedAt());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private static Judgement consistent(TreeHead head) {
        return new Judgement.OfLog(LogState.CONSISTENT, head.size() + " entries");
    }

    private static Judgement forked(String why) {
        return new Judgement.OfLog(LogState.FORKED, why);
    }

    private static Judgement malformed(MalformedLogException e) {
        return new Judgement.OfLog(LogState.MALFORMED, String.valueOf(e.getMessage()));
    }

    private static Judgement unreachable(IOException e) {
        return new Judgement.OfLog(LogState.UNREACHABLE, String.valueOf(e.getMessage()));
    }

    /** How old a cosignature of a head that stays may get. */
    private static final Duration RENEWAL = Duration.ofMinutes(1);
}
