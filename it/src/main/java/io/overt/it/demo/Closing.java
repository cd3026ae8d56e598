package io.overt.it.demo;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, to be closed once, the last one first. Thread-safe. */
final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    synchronized <T extends AutoCloseable> T opened(T each) {
        open.push(each);
        return each;
    }

    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            AutoCloseable each = open.pop();
            try {
                each.close();
            } catch (Exception e) {
                // The rest must be closed all the same; the user sees what is left behind.
                System.err.println("not stopped: " + each + ": " + e);
            }
        }
    }
}
