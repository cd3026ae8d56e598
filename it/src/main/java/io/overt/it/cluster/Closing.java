package io.overt.it.cluster;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What was opened, to be closed once, the last one first; at the latest when this process is asked
 * to end. Thread-safe.
 */
public final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Closes at a signal, too: processes and namespaces would outlive this process. */
    public static Closing atTheLatestOnSignal() {
        var closing = new Closing();
        Runtime.getRuntime().addShutdownHook(new Thread(closing::close, "closing"));
        return closing;
    }

    private Closing() {}

    /** Takes it over. */
    public synchronized <T extends AutoCloseable> T opened(T each) {
        open.push(each);
        return each;
    }

    /**
     * Closes everything, whatever becomes of one.
     *
     * @throws IllegalStateException when something could not be closed; what, is among the
     *     suppressed ones
     */
    @Override
    public synchronized void close() {
        var left = new IllegalStateException("not everything could be closed");
        while (!open.isEmpty()) {
            AutoCloseable each = open.pop();
            try {
                each.close();
            } catch (Exception e) { // a backstop: the rest must be closed all the same
                left.addSuppressed(e);
            }
        }
        if (left.getSuppressed().length > 0) {
            throw left;
        }
    }
}
