package io.overt.service.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a running process, closed once, the last one first. Thread-safe. */
public final class Parts implements AutoCloseable {
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** Guarded by this. */
    private final Deque<Part> started = new ArrayDeque<>();

    /** Guarded by this. */
    private boolean closed;

    /** Guarded by this. */
    private int exitCode = ServiceFrame.OK;

    private volatile Optional<ConfigReload> reload = Optional.empty();

    private record Part(String name, AutoCloseable part) {}

    /** Hands over a part that has started. */
    public synchronized <T extends AutoCloseable> T add(String name, T part) {
        if (closed) {
            // A signal came while the composition root was still at work.
            close(new Part(name, part));
        } else {
            started.push(new Part(name, part));
        }
        return part;
    }

    /** What the process does at SIGHUP, once it serves; without it SIGHUP ends the process. */
    public void onReload(ConfigReload reload) {
        this.reload = Optional.of(reload);
    }

    Optional<ConfigReload> reload() {
        return reload;
    }

    /** Ends the process as a signal would. Returns at once. */
    public void stop() {
        stopping.countDown();
    }

    /** Ends the process with a failure, for a supervisor to start it anew. Returns at once. */
    public void fail(String reason) {
        synchronized (this) {
            exitCode = ServiceFrame.FAILED;
        }
        LOG.atError().addKeyValue("reason", reason).log("the process cannot go on");
        stopping.countDown();
    }

    /** Waits until somebody asks for the end. */
    void awaitStop() throws InterruptedException {
        stopping.await();
    }

    /** Closes all, once, the last part first. */
    @Override
    public void close() {
        closeOnce();
    }

    /** Closes all, once; true for the call that did. */
    boolean closeOnce() {
        Deque<Part> toClose;
        synchronized (this) {
            if (closed) {
                return false;
            }
            closed = true;
            toClose = new ArrayDeque<>(started);
            started.clear();
        }
        toClose.forEach(this::close);
        stopping.countDown();
        return true;
    }

    synchronized int exitCode() {
        return exitCode;
    }

    private void close(Part part) {
        try {
            part.part.close();
        } catch (Exception e) { // AutoCloseable throws anything; the parts below must be closed all
            // the same.
            LOG.atError().setCause(e).addKeyValue("part", part.name).log("a part did not close");
            synchronized (this) {
                exitCode = ServiceFrame.FAILED;
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
}
