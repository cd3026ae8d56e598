package io.overt.control.rollout;

import io.overt.control.store.PolicyStore;
import io.overt.control.store.RolloutStore;
import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * A control plane's rollouts, wired.
 *
 * @param course how they go
 * @param targets what edges are to have by it
 * @param views what is shown of them
 * @param desk where they are asked for
 */
public record Rollouts(
        RolloutCourse course, Targets targets, RolloutViews views, RolloutDesk desk) {

    /**
     * Takes up what was kept. Blocks.
     *
     * @param highest number of the newest version, whoever has it
     */
    public static Rollouts open(
            RolloutStore store,
            PolicyStore versions,
            ApprovalBook approvals,
            Republisher republisher,
            LongSupplier highest,
            RolloutSettings settings,
            Clock clock,
            RolloutMeters meters) {
        var course =
                new RolloutCourse(store, versions, approvals, republisher, settings, clock, meters);
        var offers = new Offers(course, new Bundles(versions, approvals), highest);
        var views = new RolloutViews(course, store, versions, approvals, highest);
        var desk =
                new RolloutDesk(course, views, offers, approvals, republisher, highest, settings);
        return new Rollouts(course, offers, views, desk);
    }
}
