package io.overt.service.process;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The back-stop of a thread that works in rounds for as long as its process lives. A defect in one
 * round must not end the thread, which nobody would notice: it is counted, logged with its stack,
 * and the next round comes. The thread pauses between rounds, so a defect that stays does not spin.
 * Thread-safe.
 */
public final class ThreadBackstop {
    private final String thread;
    private final Counter defects;

    /**
     * @param thread its name, the counter's tag
     */
    public ThreadBackstop(String thread, MeterRegistry meters) {
        this.thread = thread;
        this.defects =
                Counter.builder("overt.thread.defects")
                        .description("Rounds of a background thread that ended in a defect.")
                        .tag("thread", thread)
                        .register(meters);
    }

    /** Counts and logs what a round threw. */
    public void caught(RuntimeException defect) {
        defects.increment();
        LOG.atError()
                .setCause(defect)
                .addKeyValue("thread", thread)
                .log("a round of a thread ended in a defect; it goes on");
    }

    /** One round, guarded: for timers, which end with the first exception of their task. */
    public Runnable around(Runnable round) {
        return () -> {
            try {
                round.run();
            } catch (RuntimeException e) {
                caught(e);
            }
        };
    }

    private static final Logger LOG = LoggerFactory.getLogger(ThreadBackstop.class);
}
