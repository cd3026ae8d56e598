package io.overt.edge.flow;

import io.overt.edge.flow.Event.Arrival;
import io.overt.edge.flow.Event.FromClient;
import io.overt.edge.flow.Event.FromForge;
import io.overt.edge.flow.Event.FromUpstream;
import io.overt.edge.flow.Event.Interruption;
import io.overt.edge.flow.Event.Judgement;
import io.overt.edge.flow.Event.RelayEnded;
import java.util.Optional;

/** Over, and recorded. Nothing happens any more. */
record Closed(Conclusion conclusion) implements State {

    @Override
    public Known known() {
        return conclusion.known();
    }

    @Override
    public Stage stage() {
        return Stage.CLOSED;
    }

    @Override
    public Optional<Fate> fate() {
        return Optional.of(new Fate(conclusion.outcome(), conclusion.reason()));
    }

    @Override
    public Step on(Event event) {
        return switch (event) {
            case Arrival _,
                    Judgement _,
                    FromClient _,
                    FromUpstream _,
                    FromForge _,
                    Interruption _,
                    RelayEnded _ ->
                    Step.stay(this);
        };
    }
}
