package io.overt.signer.key;

import java.util.concurrent.Semaphore;

/**
 * How many calls are let into a token at the same time: as many as there are threads for them, and
 * fewer from when the token said that it has no more sessions. Thread-safe.
 */
final class Lanes {

    private final int most;
    private final Semaphore free;

    /** Guarded by this. */
    private int lanes;

    Lanes(int most) {
        this.most = most;
        this.lanes = most;
        this.free = new Semaphore(most, true);
    }

    /** Waits for a lane; as long as those who are in the token stay there. */
    void enter() {
        // Those inside are watched, so that nobody waits here for longer than the process lives.
        free.acquireUninterruptibly();
    }

    void leave() {
        free.release();
    }

    /**
     * Closes the lane that the caller is in, if it is not the last one. Then the caller is in none
     * any more.
     *
     * @return whether it was closed
     */
    synchronized boolean close() {
        if (lanes == 1) {
            return false;
        }
        lanes--;
        return true;
    }

    /** All of them again: a fresh login may have more sessions. */
    synchronized void open() {
        free.release(most - lanes);
        lanes = most;
    }

    synchronized int count() {
        return lanes;
    }
}
