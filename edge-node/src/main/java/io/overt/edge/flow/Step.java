package io.overt.edge.flow;

import io.overt.edge.exclusion.Testimony;
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

    /**
     * The same, and the client has shown this about our certificate first. About a leaf that nobody
     * is to trust it shows nothing: refusing that one is right.
     */
    Step testifying(Known.Mirrored known, Testimony testimony) {
        if (!(known.examined() instanceof Known.Proven)) {
            return this;
        }
        var all = new ArrayList<Command>();
        all.add(new Command.Testify(testimony));
        all.addAll(commands);
        return new Step(next, all);
    }

    /** The event is late, or a duplicate: nothing here depends on it any more. */
    static Step stay(State same) {
        return new Step(same, List.of());
    }
}
