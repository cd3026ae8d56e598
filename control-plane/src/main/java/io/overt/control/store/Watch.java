package io.overt.control.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the store when somebody says that something has changed there, and every so often
 * without being told: being told is quick, and may be lost. The action runs on a virtual thread of
 * its own, one run at a time; what is said during a run makes one more. Thread-safe.
 */
final class Watch implements AutoCloseable {
    private final Topic topic;
    private final Duration interval;
    private final Runnable action;
    private final Runnable closed;
    private final Semaphore told = new Semaphore(1);
    private final Counter byNews;
    private final Counter byInterval;
    private final Counter failed;
    private volatile boolean closing;

    Watch(
            Topic topic,
            Duration interval,
            Runnable action,
            MeterRegistry meters,
            java.util.function.Consumer<Watch> closed) {
        this.topic = topic;
        this.interval = interval;
        this.action = action;
        this.closed = () -> closed.accept(this);
        this.byNews = looks(meters, "told");
        this.byInterval = looks(meters, "interval");
        this.failed = looks(meters, "failed");
    }

    void start() {
        Thread.ofVirtual().name("watch-" + topic.word()).start(this::run);
    }

    Topic topic() {
        return topic;
    }

    void tell() {
        told.release();
    }

    @Override
    public void close() {
        closing = true;
        closed.run();
        tell();
    }

    private void run() {
        try {
            while (!closing) {
                boolean news = told.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS);
                told.drainPermits();
                if (!closing) {
                    look(news ? byNews : byInterval);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Counter why) {
        try {
            action.run();
            why.increment();
        } catch (RuntimeException e) {
            // A backstop: the database may be away, and the next look comes.
            failed.increment();
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("topic", topic.word())
                    .log("the store could not be looked at");
        }
    }

    private Counter looks(MeterRegistry meters, String why) {
        return Counter.builder("overt.control.store.looks")
                .tag("topic", topic.word())
                .tag("why", why)
                .description(
                        "Looks for what other control planes have written, by what led to them.")
                .register(meters);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
}
