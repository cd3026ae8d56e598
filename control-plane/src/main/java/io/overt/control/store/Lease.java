package io.overt.control.store;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The right to do what only one control plane may do, such as driving rollouts. It is had for a
 * term and kept by asking again. Its holder writes by {@link Database#transact(Held,
 * java.util.function.Function)}: one that was paused, lost the lease and comes back finds that
 * nothing of it is taken any more. In SQLite nobody else is there, so it is had at once and for
 * good. Thread-safe; blocks.
 */
public final class Lease implements AutoCloseable {
    private final Database database;
    private final String name;
    private final Duration term;
    private final LongSupplier nanoTime;

    /** Another for each life of a process: it does not know what it did in the last one. */
    private final String holder = UUID.randomUUID().toString();

    private final ReentrantLock turn = new ReentrantLock();

    /** Guarded by turn. */
    private Optional<Held> held = Optional.empty();

    /** Guarded by turn. By the ticker: when the half of the term has passed. */
    private long renewAt;

    /**
     * That the lease was had: a name, and a number that nobody had before. Only the store makes
     * one.
     */
    public static final class Held {
        private final String name;
        private final String holder;
        private final long number;

        Held(String name, String holder, long number) {
            this.name = name;
            this.holder = holder;
            this.number = number;
        }

        /** Rises with each change of hands. */
        public long number() {
            return number;
        }

        String name() {
            return name;
        }

        String holder() {
            return holder;
        }

        @Override
        public String toString() {
            return name + " " + number;
        }
    }

    /**
     * Asks for nothing yet.
     *
     * @param name of what there is one holder of
     * @param term how long others wait after a holder that died
     * @param nanoTime as {@link System#nanoTime}
     */
    public Lease(Database database, String name, Duration term, LongSupplier nanoTime) {
        this.database = database;
        this.name = name;
        this.term = term;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes the lease, or keeps it; call it often. It asks the database when half of the term has
     * passed, or when the lease was not had.
     *
     * @return nothing while another one holds it
     */
    public Optional<Held> hold() {
        turn.lock();
        try {
            long now = nanoTime.getAsLong();
            if (held.isEmpty() || now - renewAt >= 0) {
                held = Optional.empty();
                held = Leases.take(database, name, holder, term);
                renewAt = now + term.toNanos() / 2;
            }
            return held;
        } finally {
            turn.unlock();
        }
    }

    /** Gives it up, so that the next one need not wait. */
    @Override
    public void close() {
        turn.lock();
        try {
            held.ifPresent(each -> Leases.release(database, each));
            held = Optional.empty();
        } finally {
            turn.unlock();
        }
    }
}
