package io.overt.control.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What can happen to a rollout. Each carries all that was known when it happened: replaying the
 * events that are kept gives the same states, without a clock and without a fleet.
 */
public sealed interface Event {

    /** When, by the control plane's clock. */
    Instant at();

    /** So many different people's approvals count. */
    record Approved(Instant at, int counted) implements Event {}

    /**
     * The fleet was looked at.
     *
     * @param frozenUntil no wave may begin before; empty where nothing is frozen
     * @param progress of the wave that has begun last, or of the way back
     */
    record Looked(
            Instant at,
            Optional<Instant> frozenUntil,
            Progress progress,
            List<Gate.Reading> readings)
            implements Event {
        public Looked {
            readings = List.copyOf(readings);
        }

        /** Nobody has been looked at; only the time has come. */
        static Looked atClock(Instant at, Optional<Instant> frozenUntil) {
            return new Looked(at, frozenUntil, Progress.NONE, List.of());
        }
    }

    /** A person wants something. */
    record Asked(Instant at, Act act, String actor, String reason) implements Event {}

    /** The base was published again under this number. */
    record PublishedAgain(Instant at, long back) implements Event {}

    /** A newer rollout was started. */
    record Overtaken(Instant at, long by, String actor) implements Event {}

    /** What a person can want. */
    enum Act {
        PAUSE,
        RESUME,
        ABORT,
        ROLL_BACK
    }
}
