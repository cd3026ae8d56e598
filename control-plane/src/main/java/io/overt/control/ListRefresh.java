package io.overt.control;

import io.overt.control.publish.PolicyPublisher;
import io.overt.control.publish.Publication;
import io.overt.control.publish.SubmittedFiles;
import io.overt.control.rollout.Rollouts;
import io.overt.control.store.PolicyStore;
import io.overt.control.store.SignedVersion;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what is in force again when one of its lists has changed, and rolls that out. What is
 * on its way is not overtaken by a list: the list waits until that rollout is over. Thread-safe;
 * whoever starts it closes it.
 */
final class ListRefresh implements AutoCloseable {
    private final PolicyPublisher publisher;
    private final PolicyStore versions;
    private final Rollouts rollouts;
    private final BooleanSupplier mine;

    /** A list may have changed while no process looked: the first look is at the start. */
    private final Semaphore wanted = new Semaphore(1);

    private final Thread thread;

    /**
     * Starts.
     *
     * @param mine whether this process is the one that does it, where several share a store
     */
    static ListRefresh start(
            PolicyPublisher publisher,
            PolicyStore versions,
            Rollouts rollouts,
            BooleanSupplier mine) {
        var refresh = new ListRefresh(publisher, versions, rollouts, mine);
        refresh.thread.start();
        return refresh;
    }

    private ListRefresh(
            PolicyPublisher publisher,
            PolicyStore versions,
            Rollouts rollouts,
            BooleanSupplier mine) {
        this.publisher = publisher;
        this.versions = versions;
        this.rollouts = rollouts;
        this.mine = mine;
        this.thread = Thread.ofVirtual().name("list-refresh").unstarted(this::run);
    }

    /**
     * A list has changed. Blocks.
     *
     * @return the version that says so; 0 when it has to wait, or what is in force says it already
     */
    long ask() {
        if (rollouts.course().running().isPresent()) {
            wanted.release();
            return 0;
        }
        return publish();
    }

    private void run() {
        try {
            while (true) {
                wanted.acquire();
                var _ = wanted.drainPermits();
                long seen = 0;
                while (rollouts.course().running().isPresent()) {
                    seen = rollouts.course().awaitChange(seen, LOOK.toNanos());
                }
                if (!isDone()) {
                    Thread.sleep(LOOK);
                    wanted.release();
                }
            }
        } catch (InterruptedException _) {
            // close() interrupts; nobody else knows this thread.
            Thread.currentThread().interrupt();
        }
    }

    /** Whoever may not do it waits for whoever may, in case that goes away before it is done. */
    private boolean isDone() {
        try {
            if (!mine.getAsBoolean()) {
                return false;
            }
            var _ = publish();
            return true;
        } catch (RuntimeException e) { // The backstop of this thread: the store may be away.
            LOG.atError().setCause(e).log("a changed list is not published; tried again");
            return false;
        }
    }

    private synchronized long publish() {
        var inForce = versions.find(rollouts.course().base());
        if (inForce.isEmpty()) {
            return 0; // Nothing was ever in force.
        }
        try {
            return switch (publisher.refresh(inForce.get())) {
                case Publication.Published(var version, _) -> rollOut(version);
                // In force already; or published by a process that died before it rolled it out.
                case Publication.Unchanged(var version, _) ->
                        version.version() == inForce.get().version() ? 0 : rollOut(version);
                case Publication.Stale _ ->
                        throw new IllegalStateException("whatever is the newest was asked for");
                case Publication.Rejected(var problems) ->
                        throw new IllegalStateException(
                                "what is in force is rejected now: " + problems.getFirst());
            };
        } catch (SubmittedFiles.RefusedException e) {
            throw new IllegalStateException("what is in force is refused now", e);
        }
    }

    private long rollOut(SignedVersion version) {
        if (rollouts.desk().refreshed(version).isEmpty()) {
            // Somebody began a rollout meanwhile: afterwards, from what is in force then.
            wanted.release();
        }
        return version.version();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(ListRefresh.class);
}
