package io.overt.control.rollout;

import java.util.Optional;

/**
 * What an event leads to.
 *
 * @param next the state from now on; the same object where nothing has changed
 * @param why for people: what was found, or what was asked for
 * @param refused why nothing was done about what a person asked for
 */
public record Step(State next, String why, Optional<String> refused) {

    static Step to(State next, String why) {
        return new Step(next, why, Optional.empty());
    }

    /** The event changes nothing here. */
    static Step stay(State same) {
        return new Step(same, "", Optional.empty());
    }

    static Step refuse(State same, String why) {
        return new Step(same, "", Optional.of(why));
    }
}
