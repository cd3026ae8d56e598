package io.overt.control.rollout;

import io.overt.control.store.SignedVersion;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What edges are offered, by how the newest rollout stands. Thread-safe. */
final class Offers implements Targets {
    private final RolloutCourse course;
    private final Bundles bundles;
    private final LongSupplier highest;

    Offers(RolloutCourse course, Bundles bundles, LongSupplier highest) {
        this.course = course;
        this.bundles = bundles;
        this.highest = highest;
    }

    @Override
    public Target of(EdgeReport edge) {
        return course.newest()
                .map(state -> Target.of(state, edge))
                .orElseGet(() -> new Target(course.base(), 0));
    }

    @Override
    public Optional<SignedVersion> version(long number) {
        return bundles.find(number);
    }

    @Override
    public long highest() {
        return highest.getAsLong();
    }

    @Override
    public long base() {
        return course.base();
    }

    @Override
    public void nudge() {
        course.nudge();
    }

    /** Approvals of a version have come: it is offered with them from now on. */
    void forget(long number) {
        bundles.forget(number);
    }
}
