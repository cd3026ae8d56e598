package io.overt.control.store;

import io.overt.proto.control.v1.Problem;
import io.overt.service.identity.FleetIdentity;
import java.time.Instant;
import java.util.List;

/**
 * What an edge last said of itself. An edge that was taken over can say anything here; it is shown,
 * and decides nothing but what that edge is offered.
 *
 * @param identity from its certificate
 * @param build of its program
 * @param activeVersion in force there; 0 when none is
 * @param rejectedVersion the last offer that it refused and that is still the last it answered; 0
 *     when none is
 * @param problems why it refused
 * @param lastSeen when it was last heard of
 */
public record EdgeState(
        FleetIdentity identity,
        String build,
        long activeVersion,
        long rejectedVersion,
        List<Problem> problems,
        Instant lastSeen) {

    public EdgeState {
        problems = List.copyOf(problems);
    }

    /** One that has not said anything yet. */
    public static EdgeState unknown(FleetIdentity identity, Instant now) {
        return new EdgeState(identity, "", 0, 0, List.of(), now);
    }
}
