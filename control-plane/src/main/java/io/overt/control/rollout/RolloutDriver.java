package io.overt.control.rollout;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the rollout that runs: looks at the fleet every second, and sooner when an edge has said
 * something. Of several control planes on one store one drives, and the others follow what it does.
 * One thread of its own; what others nudge meanwhile is looked at together.
 */
public final class RolloutDriver implements AutoCloseable {
    private final RolloutCourse course;
    private final Clock clock;
    private final EmergencyDesk emergencies;
    private final BooleanSupplier drives;
    private final RolloutMeters meters;
    private final Instant started;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();

    /** Guarded by lock. */
    private Wish wish = Wish.NONE;

    private enum Wish {
        NONE,
        LOOK,
        STOP
    }

    /**
     * Starts.
     *
     * @param drives whether this control plane is the one that drives; asked often
     */
    public static RolloutDriver start(
            RolloutCourse course,
            EmergencyDesk emergencies,
            BooleanSupplier drives,
            Clock clock,
            RolloutMeters meters) {
        var driver = new RolloutDriver(course, emergencies, drives, clock, meters);
        course.onNudge(driver::wake);
        driver.thread.start();
        return driver;
    }

    private RolloutDriver(
            RolloutCourse course,
            EmergencyDesk emergencies,
            BooleanSupplier drives,
            Clock clock,
            RolloutMeters meters) {
        this.course = course;
        this.emergencies = emergencies;
        this.drives = drives;
        this.clock = clock;
        this.meters = meters;
        this.started = clock.instant();
        this.thread = Thread.ofPlatform().name("rollouts").daemon().unstarted(this::run);
    }

    private void wake() {
        lock.lock();
        try {
            if (wish == Wish.NONE) {
                wish = Wish.LOOK;
                woken.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (await() != Wish.STOP) {
            try {
                emergencies.follow();
                if (drives.getAsBoolean() && hasWaitedForEdges()) {
                    course.look();
                } else {
                    course.follow();
                }
            } catch (RuntimeException e) {
                // The backstop of this thread: the store may be away, and comes back.
                meters.lookFailed();
                LOG.atError().setCause(e).log("a rollout could not be looked at");
            }
        }
    }

    /** What a wave is judged by must not be the few edges that came back first. */
    private boolean hasWaitedForEdges() {
        return !clock.instant().isBefore(started.plus(course.waitAfterStart()))
                || !course.edgesAreExpected();
    }

    private Wish await() {
        lock.lock();
        try {
            long left = TICK.toNanos();
            while (wish == Wish.NONE && left > 0) {
                left = woken.awaitNanos(left);
            }
            var found = wish;
            if (found == Wish.LOOK) {
                wish = Wish.NONE;
                // 2,000 edges that answer at once are looked at a few times, not 2,000 times.
                left = GATHER.toNanos();
                while (wish != Wish.STOP && left > 0) {
                    left = woken.awaitNanos(left);
                }
                found = wish;
                wish = found == Wish.STOP ? Wish.STOP : Wish.NONE;
            }
            return found;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Wish.STOP;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        course.onNudge(() -> {});
        lock.lock();
        try {
            wish = Wish.STOP;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException _) {
            // Whoever closes is in a hurry; the thread is a daemon.
            Thread.currentThread().interrupt();
        }
    }

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Logger LOG = LoggerFactory.getLogger(RolloutDriver.class);
}
