package io.overt.edge.forge;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * Keeps forgings away from a signer that does not sign, after the first that found out, and lets
 * them back one at a time. What it knows comes from two sides: calls, and the watch, which asks
 * every signer how it is whether or not there are calls. Thread-safe; never blocks but for its own
 * lock.
 */
final class SignerBreaker {
    private final Duration firstPause;
    private final Duration longestPause;
    private final Ticker ticker;
    private final BiConsumer<SignerStanding, String> changed;
    private final ReentrantLock lock = new ReentrantLock();

    /** Written under {@link #lock}. */
    private volatile State state = new State(SignerStanding.UNHEARD, "not asked yet", 0);

    /** Whether a forging tries a signer on trial now; guarded by {@link #lock}. */
    private boolean trying;

    /**
     * How long after a call that failed there is no trial: longer each time in a row, so that a
     * signer which says that it signs, and does not, costs a forging now and then. Guarded by
     * {@link #lock}.
     */
    private Duration pause = Duration.ZERO;

    /** When the last call failed, by {@link #ticker}; guarded by {@link #lock}. */
    private long failedAt;

    /**
     * Where a signer stands.
     *
     * @param why for people
     * @param count of changes before this one: what a call that began under an older one came to
     *     tells nothing of the signer as it is now
     */
    private record State(SignerStanding standing, String why, long count) {}

    /**
     * A signer that nobody has asked yet.
     *
     * @param firstPause between a call that failed and the trial after it
     * @param longestPause that it grows to, by doubling
     */
    SignerBreaker(
            Duration firstPause,
            Duration longestPause,
            Ticker ticker,
            BiConsumer<SignerStanding, String> changed) {
        this.firstPause = firstPause;
        this.longestPause = longestPause;
        this.ticker = ticker;
        this.changed = changed;
    }

    /** May a forging ask the signer? */
    sealed interface Admission permits Admitted, Later, Never {}

    /**
     * Ask it, tell how that went where that says something of the signer, and close this. Confined
     * to the thread that asks.
     */
    final class Admitted implements Admission, AutoCloseable {
        private final long count;
        private final Place place;

        private Admitted(long count, Place place) {
            this.count = count;
            this.place = place;
        }

        /** It answered as one that signs. */
        void worked() {
            change(SignerStanding.SERVING, "");
        }

        /** It answered that it cannot. */
        void cannot(String why) {
            change(SignerStanding.NOT_SERVING, why);
        }

        /** It did not answer. */
        void unanswered(String why) {
            change(SignerStanding.SILENT, why);
        }

        /** Whoever waits for a trial may have the next one. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (place == Place.TRIAL && state.count() == count) {
                    trying = false;
                }
            } finally {
                lock.unlock();
            }
        }

        private void change(SignerStanding to, String why) {
            lock.lock();
            try {
                boolean counts =
                        state.count() == count
                                // Only a trial ends what the watch or other calls have found out.
                                && (to != SignerStanding.SERVING
                                        || state.standing() == SignerStanding.ON_TRIAL);
                if (counts) {
                    if (to == SignerStanding.SERVING) {
                        pause = Duration.ZERO;
                    } else {
                        pauseLonger();
                    }
                    become(to, why);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** What a forging holds while it asks. */
    private enum Place {
        /** Nothing: any number may ask. */
        FREE,
        /** The one trial. */
        TRIAL
    }

    /**
     * After the others.
     *
     * @param standing why
     */
    record Later(SignerStanding standing) implements Admission {}

    /**
     * Not at all.
     *
     * @param why for people
     */
    record Never(String why) implements Admission {}

    SignerStanding standing() {
        return state.standing();
    }

    /** Asks for a place among the first that are asked. */
    Admission admit() {
        lock.lock();
        try {
            return switch (state.standing()) {
                case SERVING -> new Admitted(state.count(), Place.FREE);
                case ON_TRIAL -> {
                    if (trying) {
                        yield new Later(SignerStanding.ON_TRIAL);
                    }
                    trying = true;
                    yield new Admitted(state.count(), Place.TRIAL);
                }
                case NOT_SERVING -> new Later(SignerStanding.NOT_SERVING);
                case UNHEARD, SILENT -> new Never(state.why());
            };
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a place when nobody else is left. */
    Admission admitLast() {
        lock.lock();
        try {
            return switch (state.standing()) {
                case SERVING, ON_TRIAL, NOT_SERVING -> new Admitted(state.count(), Place.FREE);
                case UNHEARD, SILENT -> new Never(state.why());
            };
        } finally {
            lock.unlock();
        }
    }

    /** The watch heard that it signs. */
    void saysItServes() {
        lock.lock();
        try {
            switch (state.standing()) {
                case UNHEARD -> become(SignerStanding.SERVING, "");
                case NOT_SERVING, SILENT -> {
                    if (ticker.read() - failedAt < pause.toNanos()) {
                        // It is there. Where there is no other, that is better than nothing.
                        become(SignerStanding.NOT_SERVING, state.why());
                    } else {
                        become(SignerStanding.ON_TRIAL, "");
                    }
                }
                case SERVING, ON_TRIAL -> {}
            }
        } finally {
            lock.unlock();
        }
    }

    /** The watch heard that it does not sign. */
    void saysItDoesNotServe(String why) {
        becomeUnderLock(SignerStanding.NOT_SERVING, why);
    }

    /** The watch heard nothing in time. */
    void saysNothing(String why) {
        becomeUnderLock(SignerStanding.SILENT, why);
    }

    private void pauseLonger() {
        Duration next = pause.isZero() ? firstPause : pause.multipliedBy(2);
        pause = next.compareTo(longestPause) < 0 ? next : longestPause;
        failedAt = ticker.read();
    }

    private void becomeUnderLock(SignerStanding to, String why) {
        lock.lock();
        try {
            become(to, why);
        } finally {
            lock.unlock();
        }
    }

    private void become(SignerStanding to, String why) {
        boolean news = state.standing() != to;
        state = new State(to, why, news ? state.count() + 1 : state.count());
        if (news) {
            trying = false;
            changed.accept(to, why);
        }
    }
}
