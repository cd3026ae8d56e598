package io.overt.control.edges;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.overt.control.store.EdgeState;
import io.overt.control.store.EdgeStore;
import io.overt.control.store.EdgeStore.Stream;
import io.overt.control.store.EdgeStore.Word;
import io.overt.service.identity.FleetIdentity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what edges say of themselves, as many of them in one transaction as there are: a fleet that
 * acknowledges a version says two thousand things within seconds, and each transaction waits for
 * the disk. What is not kept yet when the process dies was said by edges that come back and say it
 * again: it is shown, and nothing rests on it. Thread-safe; whoever starts it closes it, after the
 * last stream.
 */
public final class EdgeStates implements AutoCloseable {
    private final EdgeStore store;
    private final FleetIdentity self;
    private final Counter transactions;
    private final Counter failures;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** The newest of each edge that is not on the disk. Guarded by lock. */
    private final Map<FleetIdentity, Word> waiting = new LinkedHashMap<>();

    /** Guarded by lock. */
    private boolean closed;

    private final Thread writer;

    private EdgeStates(EdgeStore store, FleetIdentity self, MeterRegistry meters) {
        this.store = store;
        this.self = self;
        this.transactions =
                Counter.builder("overt.control.edge.states.transactions")
                        .description("Transactions in which what edges said was kept.")
                        .register(meters);
        this.failures =
                Counter.builder("overt.control.edge.states.failures")
                        .description("Times that it could not be kept, and was tried again.")
                        .register(meters);
        Gauge.builder("overt.control.edge.states.waiting", this, EdgeStates::size)
                .description("Edges of which the newest is not kept yet.")
                .register(meters);
        this.writer = Thread.ofVirtual().name("edge-states").unstarted(this::write);
    }

    /**
     * Starts.
     *
     * @param self this control plane
     */
    public static EdgeStates start(EdgeStore store, FleetIdentity self, MeterRegistry meters) {
        var states = new EdgeStates(store, self, meters);
        states.writer.start();
        return states;
    }

    /** Replaces what is known of this edge, soon; does not wait for the disk. */
    void put(EdgeState state) {
        put(new Word(state, Stream.HERE));
    }

    /** The same of an edge whose stream has ended. */
    void left(EdgeState state) {
        put(new Word(state, Stream.ENDED));
    }

    /** Whether the newest of this edge is not on the disk yet. */
    boolean isWaiting(FleetIdentity edge) {
        lock.lock();
        try {
            return waiting.containsKey(edge);
        } finally {
            lock.unlock();
        }
    }

    private void put(Word word) {
        lock.lock();
        try {
            waiting.put(word.state().identity(), word);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private double size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns when all that was said is on the disk, or cannot be brought there. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            var _ = writer.join(LAST_WRITE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            for (var next = next(); !next.isEmpty(); next = next()) {
                try {
                    store.putAll(next, self);
                    transactions.increment();
                } catch (RuntimeException e) { // The store's trouble; the backstop of this thread.
                    failures.increment();
                    LOG.atError()
                            .setCause(e)
                            .addKeyValue("edges", next.size())
                            .log("what edges said is not kept; tried again in a second");
                    if (!again(next)) {
                        return;
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** All that waits, as soon as something does; nothing once this is closed and all is kept. */
    private List<Word> next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            var next = List.copyOf(waiting.values());
            waiting.clear();
            return next;
        } finally {
            lock.unlock();
        }
    }

    private boolean again(List<Word> failed) throws InterruptedException {
        lock.lock();
        try {
            failed.forEach(word -> waiting.putIfAbsent(word.state().identity(), word));
            if (closed) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        TimeUnit.SECONDS.sleep(1);
        return true;
    }

    private static final Duration LAST_WRITE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(EdgeStates.class);
}
