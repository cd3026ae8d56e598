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
        return known.examined() instanceof Known.Proven
                ? after(new Command.Testify(testimony))
                : this;
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
