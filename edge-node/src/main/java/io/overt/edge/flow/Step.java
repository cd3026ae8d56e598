package io.overt.edge.flow;

import java.util.ArrayList;
import java.util.List;

/**
 * What an event leads to.
 *
 * @param next the state from now on
 * @param commands to be carried out in this order
 */
public record Step(State next, List<Command> commands) {
    public Step {
        commands = List.copyOf(commands);
    }

    static Step to(State next, Command... commands) {
        return new Step(next, List.of(commands));
    }

    /** The same, with {@code first} done before all else. */
    Step after(Command first) {
        var all = new ArrayList<Command>();
        all.add(first);
        all.addAll(commands);
        return new Step(next, all);
    }

    /** The event is late, or a duplicate: nothing here depends on it any more. */
    static Step stay(State same) {
        return new Step(same, List.of());
    }
}
