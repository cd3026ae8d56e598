package io.overt.control.edges;

import io.overt.control.rollout.EdgeReport;
import io.overt.control.rollout.Target;
import io.overt.control.store.EdgeTraits;
import io.overt.proto.control.v1.Health;
import java.time.Instant;
import java.util.Optional;

/**
 * An edge with all that is shown of it.
 *
 * @param view what it last said
 * @param report the same as rollouts see it
 * @param target what it is to have
 * @param emergency the highest order that it obeys; 0 when none
 * @param health its last figures
 * @param healthAt when it sent them
 */
public record EdgeDetails(
        EdgeFleet.EdgeView view,
        EdgeReport report,
        EdgeTraits traits,
        Target target,
        long emergency,
        Optional<Health> health,
        Optional<Instant> healthAt) {}
