package io.overt.control.audit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log, again and again, where the audit trail ends: whoever later cuts its end off, or
 * writes it anew, has to change a log that was shipped elsewhere, too. Runs on a virtual thread of
 * its own; whoever starts it closes it.
 */
public final class HeadAnnouncer implements AutoCloseable {
    private final AuditTrail trail;
    private final Duration every;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /** Says it now, and then each time so long has passed. */
    public static HeadAnnouncer start(AuditTrail trail, Duration every) {
        return new HeadAnnouncer(trail, every);
    }

    private HeadAnnouncer(AuditTrail trail, Duration every) {
        this.trail = trail;
        this.every = every;
        this.thread = Thread.ofVirtual().name("audit-head").start(this::run);
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }

    private void run() {
        try {
            do {
                say();
            } while (!closed.await(every.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    private void say() {
        try {
            var head = trail.head();
            LOG.atInfo()
                    .addKeyValue("sequence", head.sequence())
                    .addKeyValue("hash", head.hex())
                    .addKeyValue("head", head)
                    .log("audit trail ends here");
        } catch (RuntimeException e) { // The back-stop: the next time may go better.
            LOG.atError().setCause(e).log("the audit trail's end cannot be read");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(HeadAnnouncer.class);
}
